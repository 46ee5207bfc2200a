//! Text in columns: a title is as wide as a terminal draws it, and what does not fit says so.
//!
//! Chinese, Japanese and Korean characters take two columns. Everything here counts columns, never
//! characters or bytes, and cuts between whole characters.

use std::borrow::Cow;

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use melody_core::shown::{acts, on_one_line};

/// Stands for what was left out.
pub(crate) const ELLIPSIS: &str = "…";

/// Columns a text takes.
pub fn width(text: &str) -> usize {
    text.width()
}

/// The text as it may be shown, on one line: what a terminal would act on has a stand-in.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    on_one_line(text)
}

/// The text in at most `columns`; what was cut ends with an ellipsis.
pub(crate) fn truncate(text: &str, columns: usize) -> Cow<'_, str> {
    let text = clean(text);
    if width(&text) <= columns {
        return text;
    }
    if columns == 0 {
        return "".into();
    }
    let (mut used, mut at) = (0, 0);
    for part in graphemes(&text) {
        let wide = width(part);
        if used + wide > columns - 1 {
            break;
        }
        used += wide;
        at += part.len();
    }
    format!("{}{ELLIPSIS}", &text[..at]).into()
}

/// A number with its digits in groups of three.
pub(crate) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let groups = digits.as_bytes().rchunks(3).rev();
    let groups: Vec<&str> = groups.map(|group| std::str::from_utf8(group).unwrap_or("")).collect();
    groups.join(",")
}

/// The text in exactly `columns`, on the left.
pub fn left(text: &str, columns: usize) -> String {
    let mut text = truncate(text, columns).into_owned();
    let missing = columns.saturating_sub(width(&text));
    text.extend(std::iter::repeat_n(' ', missing));
    text
}

/// The text in exactly `columns`, on the right.
pub(crate) fn right(text: &str, columns: usize) -> String {
    let text = truncate(text, columns);
    let missing = columns.saturating_sub(width(&text));
    format!("{}{text}", " ".repeat(missing))
}

/// A styled line in at most `columns`, cut with an ellipsis in the style of what it cuts. All text on its way to a cell
/// comes by here, and nothing that a terminal would act on gets past.
pub(crate) fn fit<'a>(mut line: Line<'a>, columns: usize) -> Line<'a> {
    for span in &mut line.spans {
        if span.content.chars().any(acts) {
            span.content = clean(&span.content).into_owned().into();
        }
    }
    if line.width() <= columns {
        return line;
    }
    let mut kept: Vec<Span> = Vec::new();
    let mut room = columns;
    for span in line.spans {
        let wide = width(&span.content);
        // The last column is kept free for the ellipsis.
        if wide < room {
            room -= wide;
            kept.push(span);
            continue;
        }
        let marked = format!("{}{ELLIPSIS}", span.content);
        kept.push(Span::styled(truncate(&marked, room).into_owned(), span.style));
        break;
    }
    Line::from(kept).style(line.style)
}

/// Lines of at most `columns`, broken at spaces; the last of `rows` takes an ellipsis if needed.
pub(crate) fn wrap(text: &str, columns: usize, rows: usize) -> Vec<String> {
    let text = clean(text);
    let mut lines: Vec<String> = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() && lines.len() < rows {
        if lines.len() + 1 == rows || width(rest) <= columns {
            lines.push(truncate(rest, columns).into_owned());
            break;
        }
        let cut = break_at(rest, columns);
        lines.push(truncate(rest[..cut].trim_end(), columns).into_owned());
        rest = rest[cut..].trim_start();
    }
    lines
}

/// What is said of a title, in at most so many rows: of the title as much as leaves room for all the rest.
pub(crate) fn about_title(
    title: &str,
    (columns, rows): (usize, usize),
    said: impl Fn(&str) -> String,
) -> String {
    let title = clean(title);
    let mut shorter = (0..=width(&title)).rev().map(|room| said(&truncate(&title, room)));
    let fits = |said: &String| wrapped(said, columns).len() <= rows;
    shorter.find(fits).unwrap_or_else(|| said(""))
}

/// The whole of a text in lines of at most `columns`, broken between words; between Chinese characters anywhere but before a mark.
pub fn wrapped(text: &str, columns: usize) -> Vec<String> {
    wrap(text, columns, usize::MAX)
}

/// Columns that what is folded goes on after.
const FOLD: usize = 2;

/// A styled line over as many rows of at most `columns` as it takes, broken where a text would be; rows after the first
/// stand a little to the right of where the line begins.
pub(crate) fn folded(line: Line<'static>, columns: usize) -> Vec<Line<'static>> {
    let mut said: String = line.spans.iter().map(|span| clean(&span.content)).collect();
    said.truncate(said.trim_end().len());
    if width(&said) <= columns {
        return vec![line];
    }
    let lead = (said.len() - said.trim_start().len() + FOLD).min(columns / 2);
    let (mut rows, mut from) = (Vec::new(), 0);
    while from < said.len() {
        let room = if from == 0 { columns } else { columns - lead };
        let rest = &said[from..];
        let cut = if width(rest) <= room { rest.len() } else { break_at(rest, room) };
        let to = from + cut;
        let mut row = piece(&line, from..from + rest[..cut].trim_end().len());
        if from > 0 {
            row.spans.insert(0, Span::raw(" ".repeat(lead)));
        }
        rows.push(row.style(line.style));
        from = to + said[to..].len() - said[to..].trim_start().len();
    }
    rows
}

/// The bytes of a line's text in this range, in their styles.
fn piece(line: &Line<'static>, range: std::ops::Range<usize>) -> Line<'static> {
    let mut at = 0;
    let mut spans = Vec::new();
    for span in &line.spans {
        let text = clean(&span.content);
        let (from, to) = (range.start.max(at), range.end.min(at + text.len()));
        if from < to {
            spans.push(Span::styled(text[from - at..to - at].to_string(), span.style));
        }
        at += text.len();
    }
    Line::from(spans)
}

/// Chinese commas, stops, and what closes: marks that never begin a line.
const MARKS: &str =
    "\u{ff0c}\u{3002}\u{ff1b}\u{ff1a}\u{3001}\u{ff01}\u{ff1f}\u{ff09}\u{300b}\u{201d}";

/// Chinese marks that open something: none ends a line.
const OPENING: &str = "\u{ff08}\u{300a}\u{201c}";

/// The byte at which a line of `columns` ends: the last space that fits, or the last character.
fn break_at(text: &str, columns: usize) -> usize {
    let (mut used, mut at, mut space, mut opens) = (0, 0, None, false);
    for part in graphemes(text) {
        let columns_of_it = width(part);
        used += columns_of_it;
        // Between characters that are two columns wide a line may end anywhere but before a mark and after an opening one.
        let wide = at > 0 && columns_of_it > 1 && !MARKS.contains(part) && !opens;
        opens = OPENING.contains(part);
        if part == " " || wide {
            space = Some(at);
        }
        if used > columns {
            break;
        }
        at += part.len();
    }
    // At least one character a line, however narrow.
    let first = graphemes(text).next().map_or(text.len(), |part| part.len());
    space.filter(|&s| s > 0).unwrap_or(at.max(first))
}

/// What a person takes for characters, of a text that was cleaned.
fn graphemes(text: &str) -> impl Iterator<Item = &str> {
    // In plain letters each is a byte, which most texts of most frames are.
    let lengths: Vec<usize> = match text.is_ascii() {
        true => Vec::new(),
        false => {
            let span = Span::raw(text);
            span.styled_graphemes(Style::default()).map(|part| part.symbol.len()).collect()
        }
    };
    let count = if text.is_ascii() { text.len() } else { lengths.len() };
    let mut at = 0;
    (0..count).map(move |i| {
        let from = at;
        at += lengths.get(i).copied().unwrap_or(1);
        &text[from..at]
    })
}

/// Minutes and seconds, with hours where there are any.
pub(crate) fn clock(ms: u64) -> String {
    let s = ms / 1000;
    let (h, m, s) = (s / 3600, s / 60 % 60, s % 60);
    if h > 0 { format!("{h}:{m:02}:{s:02}") } else { format!("{m}:{s:02}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_numbers_are_read_by_threes() {
        assert_eq!([0, 571, 2_000, 1_000_000].map(grouped), ["0", "571", "2,000", "1,000,000"]);
    }

    #[test]
    fn wide_characters_count_twice_and_are_never_halved() {
        assert_eq!(width("夜に駆ける"), 10);
        assert_eq!(truncate("夜に駆ける", 10), "夜に駆ける");
        assert_eq!(truncate("夜に駆ける", 8), "夜に駆…");
        assert_eq!(left("夜に駆ける", 8), "夜に駆… ".trim_end().to_string() + " ");
        assert_eq!(width(&left("夜に駆ける", 4)), 4);
        assert_eq!(truncate("abc", 0), "");
        assert_eq!(truncate("夜", 1), "…");
    }

    #[test]
    fn a_cut_line_says_so() {
        let line = Line::from(vec![Span::raw("12345"), Span::raw("67890")]);
        assert_eq!(fit(line.clone(), 10).to_string(), "1234567890");
        assert_eq!(fit(line.clone(), 9).to_string(), "12345678…");
        assert_eq!(fit(line.clone(), 5).to_string(), "1234…");
        assert_eq!(fit(line, 0).to_string(), "");
    }

    #[test]
    fn a_line_that_is_folded_loses_nothing_and_keeps_its_styles() {
        let bold = Style::new().bold();
        let line =
            Line::from(vec![Span::raw("  one two "), Span::styled("three 夜に駆ける", bold)]);
        let rows = folded(line.clone(), 11);
        let said: Vec<String> = rows.iter().map(Line::to_string).collect();
        assert_eq!(said, ["  one two", "    three", "    夜に駆", "    ける"]);
        assert_eq!(rows[1].spans.last().unwrap().style, bold);
        assert_eq!(folded(line.clone(), 40), [line]);
    }

    #[test]
    fn of_what_is_said_of_a_title_only_the_title_is_cut() {
        let said = |title: &str| format!("without \"{title}\", left at 9 %, 2 days ago");
        let about = |title: &str| about_title(title, (24, 2), said);
        assert_eq!(about("One"), "without \"One\", left at 9 %, 2 days ago");
        let cut = about("A Title That Takes A Whole Line");
        assert_eq!(cut, "without \"A Title That…\", left at 9 %, 2 days ago");
        assert_eq!(wrapped(&cut, 24).len(), 2);
        assert!(about_title("One", (4, 1), said).ends_with("2 days ago"), "nothing else is cut");
    }

    #[test]
    fn text_wraps_at_spaces() {
        assert_eq!(wrap("one two three", 8, 3), ["one two", "three"]);
        assert_eq!(wrap("one two three four", 8, 2), ["one two", "three f…"]);
        assert_eq!(wrap("夜に駆ける", 4, 3), ["夜に", "駆け", "る"]);
        assert_eq!(wrap("夜", 1, 3), ["…"]);
        assert_eq!(wrap("a 夜に駆け\u{ff0c}る", 11, 3), ["a 夜に駆", "け\u{ff0c}る"]);
        assert_eq!(wrap("夜に駆\u{ff08}ける", 8, 3), ["夜に駆", "\u{ff08}ける"]);
    }
}
