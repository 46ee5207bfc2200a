//! What the words and marks of the screen mean: one sentence each, for the help and for whoever points at one.
//!
//! Words are found where they stand on the drawn screen, so that no view has to say which of its words are explained, and
//! a view that is new has them at once. Titles of songs are words, too: in rows of songs only marks are looked for.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::canvas::Canvas;
use super::drawn::{Drawn, Hit};
use super::pen;
use crate::theme::Theme;
use crate::view::View;
use crate::words::text;

/// A word or mark of the screen.
pub(crate) struct Term {
    /// As the help names it. In English.
    pub word: &'static str,
    /// What the screen says for it; nothing where it cannot be told from other things. In English.
    names: &'static [&'static str],
    /// What it means. In English.
    pub about: &'static str,
    /// How it looks where it stands.
    pub style: fn(&Theme) -> Style,
}

const fn term(
    word: &'static str,
    names: &'static [&'static str],
    about: &'static str,
    style: fn(&Theme) -> Style,
) -> Term {
    Term { word, names, about, style }
}

fn plain(theme: &Theme) -> Style {
    theme.text
}

/// Marks that stand in rows of songs.
const MARKS: [&str; 5] = ["P", "due", "placed", "kept", "*"];

/// All words and marks, those of the stage first.
#[rustfmt::skip]
pub(crate) const TERMS: &[Term] = &[
    term("P", &["P"], "promoted: it takes a place when promotion is due, not by its score, and gives way to songs with a higher score for a few places at most", |t| t.promoted),
    term("due", &["due"], "a promoted song below songs that score less: a rule keeps its place, and no score", |t| t.promoted),
    term("placed", &["placed"], "a promoted song above songs that score more: a rule keeps this place for one", |t| t.promoted),
    term("kept", &["kept"], "a committed song above songs that score more: it plays in its order whatever is ranked meanwhile", plain),
    term("natural", &["natural"], "a song that no campaign promotes: its score alone places it", plain),
    term("*", &["*"], "premium: a preview, for listeners without a subscription", |t| t.premium),
    term("move", &["move"], "places won ▲ or lost ▼ by the last event, over and above moving up; the lines are the places over the last steps", |t| t.up),
    term("score", &["score"], "what a song is ranked by: fusion of three parts, and adjustments; every point of it has a name", |t| t.strong),
    term("fusion", &["fusion"], "α times interest, β times subscription, γ times exposure, added up", plain),
    term("α", &["α", "alpha", "interest"], "interest: weight times the interest head's score", |t| t.interest),
    term("β", &["β", "beta", "subscription"], "subscription: weight times its score, p / (p + h): p is the chance to subscribe right after the song, h one that the policy sets; .5 where they are equal, and always below 1", |t| t.subscription),
    term("γ", &["γ", "gamma", "exposure", "diversity"], "exposure: weight times the exposure head's score; for subscribers, diversity", |t| t.exposure),
    term("+", &["adjustments", "boost", "session boosts"], "what adjustments add: streaks, searches, novelty", |t| t.boost),
    term("-", &[], "what adjustments take away, left of where bars begin: repeats, weariness, previews", |t| t.loss),
    term("novelty", &["novelty"], "what a song gains for being new to this listener, or loses for it: by the scene and by how new songs have fared", |t| t.boost),
    term("epsilon", &["epsilon"], "a tie-breaker: too little to matter, drawn by the seed, so that equal songs do not always stand in the same order", plain),
    term("committed", &["committed"], "songs that play in their order before the next request: players fetch ahead, so what is fetched stays", plain),
    term("retrieved", &["retrieved", "brought by"], "songs that some source brought to be scored, of all there are", plain),
    term("┃", &["┃"], "on the bar of what plays: how far the model thought it would be heard", |t| t.interest),
    term("target", &["target"], "the promoted share that the bandit has chosen", |t| t.target),
    term("cap", &["cap"], "the promoted share that rules and guardrail allow", |t| t.cap),
    term("served", &["served"], "promoted songs among the last N begun, over N, without those that the listener chose: what the cap is for", |t| t.realised),
    term("M promoted", &["M promoted", "N songs"], "the rule of mixing: at most M promoted songs in any N that play one after the other", |t| t.promoted),
    term("displaced", &["interest displaced", "displaced"], "the interest that promoted songs cost: that of the songs in whose place they stand, less their own", |t| t.promoted),
    term("clamp", &["clamp", "user first", "user-first clamp"], "the listener comes first: α is at least β and γ together, whatever asks for more", plain),
    term("share heard", &["share heard"], "how much is heard of each song, as a running mean", |t| t.good),
    term("satisfaction", &["satisfaction", "satisfied"], "in the bandit's reward: play ratio, completions, likes and skips in one number", |t| t.good),
    term("gate", &["gate"], "how much this sitting counts beside the long run", plain),
    term("segment", &["segment"], "a group of listeners with weights of its own, by what they pay and how they listen", plain),
    term("scene", &["scene"], "where the music is heard: it moves weights, and what kind of songs fit", plain),
    term("arm", &["arm", "arms", "bandit's arm"], "a choice of the bandit: a promoted share and changes of weights", plain),
    term("chance", &["chance"], "the probability an arm is chosen with: its propensity", plain),
    term("pulls", &["pulls"], "how often the bandit has chosen the arm", plain),
    term("worth", &["worth"], "the reward that the bandit expects of an arm; 0 is as usual for this listener", plain),
    term("reward", &["reward", "rewards"], "what a decision earned for each play: satisfaction, promoted songs taken up, and coming back sooner, beside what is usual", plain),
    term("regret", &["regret"], "what the best arm would have earned over what the chosen one did; known because the listener is simulated", plain),
    term(".63/.65", &[], "a part of the bandit's reward, and what is usual", plain),
    term("usual", &["usual"], "how this listener's plays usually went before", plain),
    term("guardrail", &["guardrail"], "it watches how plays end: where listening falls, promotion gives way by a level", |t| t.warning),
    term("evidence", &["evidence"], "how strongly plays speak against all being as usual: it grows and shrinks from play to play, and at its mark the guardrail acts", |t| t.warning),
    term("level", &[], "how far the guardrail acts: each level lowers the cap and raises α", |t| t.warning),
    term("entropy", &["genre entropy", "artist entropy", "entropy"], "how varied plays are: 0 where all are of one, more where they are spread evenly", plain),
    term("near-line", &["near-line", "near-line updates"], "the model learns from this listener's newest plays every few songs; what does not foretell better is refused", plain),
    term("▲ ▼", &[], "under the race: the guardrail acts, lets go", |t| t.warning),
    term("× P ▼ + ░", &[], "along a slider: songs pass each other, a promoted one comes in or goes, another comes in, the clamp holds", |t| t.promoted),
    term("■ □ ◆ !", &["■", "□"], "under the race: another segment, scene, arm; set by hand", |t| t.accent),
    term("$ / ♥ × P", &["♥"], "under the race: subscribed, searched, liked, skipped, a promoted one", |t| t.liked),
];

/// Where the words of the screen that have a meaning stand on it, those on top alone: each with its word.
pub(crate) fn find(view: &View, buf: &Buffer, hits: &[(Rect, Hit)]) -> Vec<(Rect, &'static str)> {
    let mut names: Vec<(String, &'static str)> = Vec::new();
    for term in TERMS {
        let said = term.names.iter().map(|name| view.say(name));
        names.extend(said.map(|name| (lowered(&name), term.word)));
    }
    // "session boosts" is found before "boost".
    names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    let marks: Vec<(String, &'static str)> =
        names.iter().filter(|(_, word)| MARKS.contains(word)).cloned().collect();
    let songs = |y: u16| hits.iter().filter(move |(place, hit)| of_song(place, *hit, y));
    let mut found = Vec::new();
    for y in buf.area.top()..buf.area.bottom() {
        let row = Row::new(buf, y);
        let mut taken: Vec<(u16, u16)> = Vec::new();
        let rows: Vec<Rect> = songs(y).map(|(place, _)| *place).collect();
        let on_song = |x: u16| rows.iter().any(|place| place.contains(Position::new(x, y)));
        for (of_songs, names) in [(false, &names), (true, &marks)] {
            for (name, word) in names {
                for (from, to) in row.places(name) {
                    let free = taken.iter().all(|(start, end)| to <= *start || from >= *end);
                    if free && on_song(from) == of_songs {
                        taken.push((from, to));
                        found.push((Rect { x: from, y, width: to - from, height: 1 }, *word));
                    }
                }
            }
            if rows.is_empty() {
                break;
            }
        }
    }
    found
}

/// Without capitals, unless it is a single sign.
fn lowered(name: &str) -> String {
    if name.chars().nth(1).is_some() { name.to_ascii_lowercase() } else { name.into() }
}

/// Whether a character is of a script whose words stand side by side.
fn ideograph(c: char) -> bool {
    u32::from(c) >= 0x2e80 && c.is_alphanumeric()
}

fn of_song(place: &Rect, hit: Hit, y: u16) -> bool {
    matches!(hit, Hit::Song(_) | Hit::Choice(_)) && (place.top()..place.bottom()).contains(&y)
}

/// A row of the screen as text, and where each of its characters stands.
struct Row {
    text: String,
    /// The same without capitals, byte for byte.
    lower: String,
    /// For each byte that begins a character: its column. The last is the one after all.
    columns: Vec<(usize, u16)>,
}

impl Row {
    fn new(buf: &Buffer, y: u16) -> Self {
        let (mut text, mut columns) = (String::new(), Vec::new());
        let mut x = buf.area.left();
        while x < buf.area.right() {
            let symbol = buf[(x, y)].symbol();
            columns.push((text.len(), x));
            text.push_str(symbol);
            x += (text::width(symbol) as u16).max(1);
        }
        columns.push((text.len(), buf.area.right()));
        Row { lower: text.to_ascii_lowercase(), text, columns }
    }

    fn column(&self, byte: usize) -> Option<u16> {
        let at = self.columns.binary_search_by_key(&byte, |(byte, _)| *byte).ok()?;
        Some(self.columns[at].1)
    }

    /// From which column to which, exclusive, a name stands as a word of its own. Capitals tell signs apart, and no words.
    fn places(&self, name: &str) -> Vec<(u16, u16)> {
        let word = name.chars().nth(1).is_some();
        let text = if word { &self.lower } else { &self.text };
        // Letters that are signs may stand side by side. In a script without spaces a word is only told from a part of
        // another where it stands alone.
        let part = |c: char| c.is_ascii_alphanumeric() || (word && (c == '-' || ideograph(c)));
        let beside = |c: Option<char>| c.is_some_and(part);
        let all = text.match_indices(name).filter(|(at, _)| {
            let before = text[..*at].chars().next_back();
            let after = text[at + name.len()..].chars().next();
            !beside(before) && !beside(after)
        });
        all.filter_map(|(at, _)| Some((self.column(at)?, self.column(at + name.len())?))).collect()
    }
}

/// Columns of the box at most, its frame included, and rows of a sentence.
const WIDEST: u16 = 52;
const ROWS: usize = 6;

/// The term that stands where the pointer does.
pub(crate) fn pointed_at(drawn: &Drawn, at: Position) -> Option<(Rect, &'static str)> {
    drawn.terms.iter().find(|(place, _)| place.contains(at)).copied()
}

/// Draws what a term means beside where it stands: under it, over it where there is no room, and always on screen.
pub(crate) fn draw(canvas: Canvas, (place, word): (Rect, &'static str)) {
    let Canvas { view, theme, area, buf } = canvas;
    let Some(term) = TERMS.iter().find(|term| term.word == word) else { return };
    let most = usize::from(WIDEST.min(area.width).saturating_sub(4));
    let said = text::wrap(&view.say(term.about), most, ROWS);
    let name = view.say(term.word);
    let wide = said.iter().map(|line| text::width(line)).max().unwrap_or(0);
    let width = (wide.max(text::width(&name) + 2) as u16 + 4).min(area.width);
    let height = said.len() as u16 + 2;
    let (above, below) = (place.y - area.y, area.bottom().saturating_sub(place.y + 1));
    let y = match below >= height {
        true => place.y + 1,
        false if above >= height => place.y - height,
        // No room for all of it: rather over the word than off the screen.
        false => area.bottom().saturating_sub(height).max(area.y),
    };
    let x = place.x.min(area.right().saturating_sub(width)).max(area.x);
    let over = Rect { x, y, width, height: height.min(area.height) };
    let inside = pen::over(buf, over, Span::styled(name.into_owned(), (term.style)(theme)), theme);
    pen::lines(buf, inside, said.into_iter().map(Line::raw));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Lang;

    fn row(said: &str) -> Row {
        let mut buf = Buffer::empty(Rect::new(0, 0, 60, 1));
        buf.set_string(0, 0, said, Style::new());
        Row::new(&buf, 0)
    }

    #[test]
    fn a_word_is_found_where_it_stands_alone() {
        assert_eq!(row("the cap and a captain: Cap").places("cap"), [(4, 7), (23, 26)]);
        assert!(row("own recap cap-like").places("cap").is_empty());
        assert_eq!(row("0 P of 12 Pop, p").places("P"), [(2, 3)]);
        assert_eq!(row("Pulls and pulls").places("pulls"), [(0, 5), (10, 15)]);
        assert_eq!(row("α-.02 β+.01").places("α"), [(0, 1)]);
    }

    #[test]
    fn wide_words_are_found_by_their_columns_where_they_stand_alone() {
        let said = row("推广 上限 20 % 今日上限 上限：");
        assert_eq!(said.places("上限"), [(5, 9), (24, 28)]);
    }

    #[test]
    fn every_term_is_said_in_every_language_and_once() {
        let mut seen = std::collections::BTreeSet::new();
        for term in TERMS {
            assert_ne!(Lang::Zh.text(term.about), term.about, "{}", term.about);
            let english = term.word.chars().filter(char::is_ascii_lowercase).count() > 2;
            assert!(!english || Lang::Zh.text(term.word) != term.word, "{}", term.word);
            for name in term.names {
                assert!(seen.insert(name), "{name}: two sentences");
            }
        }
    }
}
