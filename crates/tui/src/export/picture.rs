//! A frame as an SVG picture, cell by cell, so that it looks like the terminal it came from.
//!
//! Blocks, lines and dots are drawn as shapes rather than as text: fonts disagree about them.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

use crate::theme::rgb_of_index;
use melody_core::shown::{STAND_IN, acts};

/// A cell, in pixels.
const WIDTH: f64 = 8.4;
const HEIGHT: f64 = 18.0;
/// Room around the frame.
const MARGIN: f64 = 12.0;
/// From the top of a cell to the baseline of its text.
const BASELINE: f64 = 13.5;

const BACKGROUND: &str = "#12151c";
const FOREGROUND: &str = "#d5dae3";

/// The whole buffer as an SVG document.
pub fn svg(buffer: &Buffer) -> String {
    let ground = ground(buffer);
    let mut out = opened(buffer, &ground);
    for y in 0..buffer.area.height {
        row(buffer, y, &ground, &mut out);
    }
    out.push_str("</g>\n</svg>\n");
    out
}

/// Frames of one size, each shown for so many seconds, as an SVG document that plays them over and
/// over. A row is drawn once for as long as it stays the same.
pub fn animation(frames: &[(Buffer, f64)]) -> String {
    let Some((first, _)) = frames.first() else { return String::new() };
    let ground = ground(first);
    let mut begins = vec![0.0];
    begins.extend(frames.iter().scan(0.0, |at, (_, seconds)| {
        *at += seconds;
        Some(*at)
    }));
    let whole = begins[frames.len()].max(1e-3);
    let mut rows = String::new();
    let mut spans: BTreeSet<(usize, usize)> = BTreeSet::new();
    for y in 0..first.area.height {
        let mut from = 0;
        while from < frames.len() {
            let same = |(buffer, _): &&(Buffer, f64)| cells(buffer, y) == cells(&frames[from].0, y);
            let to = from + frames[from..].iter().take_while(same).count();
            let _ = writeln!(rows, "<g class=\"s{from}-{to}\">");
            row(&frames[from].0, y, &ground, &mut rows);
            rows.push_str("</g>\n");
            spans.insert((from, to));
            from = to;
        }
    }
    let mut out = opened(first, &ground);
    out.push_str("<style>\n");
    for (from, to) in spans.into_iter().filter(|span| *span != (0, frames.len())) {
        let (begin, end) = (100.0 * begins[from] / whole, 100.0 * begins[to] / whole);
        // What does not move shows the first frame.
        let still = if from > 0 { "visibility:hidden;" } else { "" };
        let hidden = if from > 0 { "0%{visibility:hidden}" } else { "" };
        let gone = if to < frames.len() { "visibility:hidden" } else { "visibility:visible" };
        let _ = writeln!(
            out,
            "@keyframes k{from}-{to}{{{hidden}{begin:.3}%{{visibility:visible}}{end:.3}%{{{gone}}}}}\n\
             .s{from}-{to}{{{still}animation:k{from}-{to} {whole:.2}s step-end infinite}}"
        );
    }
    out.push_str("</style>\n");
    out.push_str(&rows);
    out.push_str("</g>\n</svg>\n");
    out
}

/// The cells of a row.
fn cells(buffer: &Buffer, y: u16) -> &[Cell] {
    let width = usize::from(buffer.area.width);
    let from = usize::from(y) * width;
    &buffer.content[from..from + width]
}

/// The beginning of a document of the buffer's size, up to its cells.
fn opened(buffer: &Buffer, ground: &str) -> String {
    let area = buffer.area;
    let (w, h) = (f64::from(area.width) * WIDTH, f64::from(area.height) * HEIGHT);
    let mut out = String::new();
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0}\" height=\"{1:.0}\" \
         viewBox=\"0 0 {0:.1} {1:.1}\" font-family=\"'JetBrains Mono','DejaVu Sans Mono',Menlo,\
         Consolas,'Noto Sans Mono CJK SC',monospace\" font-size=\"13.5\">",
        w + 2.0 * MARGIN,
        h + 2.0 * MARGIN,
    );
    let _ = writeln!(
        out,
        "<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{ground}\"/>\n\
         <g transform=\"translate({MARGIN} {MARGIN})\">"
    );
    out
}

/// The background of most cells, which is that of the picture.
fn ground(buffer: &Buffer) -> String {
    let mut cells: HashMap<Color, usize> = HashMap::new();
    for cell in &buffer.content {
        *cells.entry(cell.bg).or_default() += 1;
    }
    let most = cells.into_iter().max_by_key(|(_, cells)| *cells);
    most.and_then(|(bg, _)| colour(bg)).unwrap_or(BACKGROUND.into())
}

/// How a cell is painted.
#[derive(Clone, PartialEq)]
struct Paint {
    fg: String,
    bg: Option<String>,
    bold: bool,
    faint: bool,
}

impl Paint {
    fn new(cell: &Cell, ground: &str) -> Self {
        let holds = |modifier| cell.modifier.contains(modifier);
        let mut fg = colour(cell.fg).unwrap_or(FOREGROUND.into());
        let mut bg = colour(cell.bg).filter(|bg| bg != ground);
        if holds(Modifier::REVERSED) {
            let back = bg.take().unwrap_or_else(|| ground.into());
            bg = Some(std::mem::replace(&mut fg, back));
        }
        Paint { fg, bg, bold: holds(Modifier::BOLD), faint: holds(Modifier::DIM) }
    }

    fn attributes(&self) -> String {
        let bold = if self.bold { " font-weight=\"bold\"" } else { "" };
        let faint = if self.faint { " opacity=\"0.55\"" } else { "" };
        format!("fill=\"{}\"{bold}{faint}", self.fg)
    }
}

fn row(buffer: &Buffer, y: u16, ground: &str, out: &mut String) {
    let top = f64::from(y) * HEIGHT;
    let mut run = Run::default();
    let mut x = 0;
    while x < buffer.area.width {
        let cell = &buffer[(buffer.area.x + x, buffer.area.y + y)];
        let cells = cell.symbol().width().max(1) as u16;
        let paint = Paint::new(cell, ground);
        let left = f64::from(x) * WIDTH;
        if let Some(bg) = &paint.bg {
            let width = f64::from(cells) * WIDTH;
            // Behind a block, the colour is the next part of the same bar.
            let block = matches!(cell.symbol(), "▉" | "▊" | "▋" | "▌" | "▍" | "▎" | "▏" | " ");
            let inset =
                if block && !cell.modifier.contains(Modifier::REVERSED) { 2.0 } else { 0.0 };
            let place = (left, top + inset, width, HEIGHT - 2.0 * inset);
            rect(out, place, &format!("fill=\"{bg}\""));
        }
        let symbol = cell.symbol();
        if symbol == " " || shape(symbol, left, top, &paint, out) {
            run.end(out, top);
        } else if cells > 1 {
            // A wide character stands alone, so that it takes its two cells in any font.
            run.end(out, top);
            run.add(symbol, x, cells, &paint, out, top);
            run.end(out, top);
        } else {
            run.add(symbol, x, cells, &paint, out, top);
        }
        x += cells;
    }
    run.end(out, top);
}

/// Text of one look, written as one element held to its cells.
#[derive(Default)]
struct Run {
    text: String,
    from: u16,
    cells: u16,
    paint: Option<Paint>,
}

impl Run {
    fn add(&mut self, symbol: &str, x: u16, cells: u16, paint: &Paint, out: &mut String, top: f64) {
        if self.paint.as_ref() != Some(paint) {
            self.end(out, top);
        }
        if self.text.is_empty() {
            self.from = x;
            self.paint = Some(paint.clone());
        }
        self.text.push_str(symbol);
        self.cells += cells;
    }

    fn end(&mut self, out: &mut String, top: f64) {
        let run = std::mem::take(self);
        let Some(paint) = run.paint.filter(|_| !run.text.is_empty()) else { return };
        let _ = writeln!(
            out,
            "<text x=\"{:.1}\" y=\"{:.1}\" textLength=\"{:.1}\" \
             lengthAdjust=\"spacingAndGlyphs\" {}>{}</text>",
            f64::from(run.from) * WIDTH,
            top + BASELINE,
            f64::from(run.cells) * WIDTH,
            paint.attributes(),
            escaped(&run.text),
        );
    }
}

fn rect(out: &mut String, (x, y, w, h): (f64, f64, f64, f64), attributes: &str) {
    let _ = writeln!(
        out,
        "<rect x=\"{x:.2}\" y=\"{y:.2}\" width=\"{w:.2}\" height=\"{h:.2}\" {attributes}/>"
    );
}

/// Draws a symbol that is a shape; `false` if it is text.
fn shape(symbol: &str, left: f64, top: f64, paint: &Paint, out: &mut String) -> bool {
    let Some(c) = symbol.chars().next() else { return false };
    let fill = paint.attributes();
    match c {
        '█' => rect(out, (left, top + 2.0, WIDTH, HEIGHT - 4.0), &fill),
        // Left eighths, from seven down to one.
        '▉'..='▏' => {
            let eighths = 8.0 - f64::from(c as u32 - '▉' as u32 + 1);
            rect(out, (left, top + 2.0, WIDTH * eighths / 8.0, HEIGHT - 4.0), &fill);
        }
        // Lower eighths, from one up to seven.
        '▁'..='▇' => {
            let height = (HEIGHT - 4.0) * f64::from(c as u32 - '▁' as u32 + 1) / 8.0;
            rect(out, (left, top + HEIGHT - 2.0 - height, WIDTH, height), &fill);
        }
        '░' | '▒' | '▓' => {
            let strength = f64::from(c as u32 - '░' as u32 + 1) * 0.25 + 0.15;
            let shade = format!("fill=\"{}\" opacity=\"{strength:.2}\"", paint.fg);
            rect(out, (left, top + 2.0, WIDTH, HEIGHT - 4.0), &shade);
        }
        '\u{2800}'..='\u{28ff}' => dots(c as u32 - 0x2800, left, top, paint, out),
        _ => return line(c, left, top, paint, out),
    }
    true
}

/// The dots of a braille cell.
fn dots(bits: u32, left: f64, top: f64, paint: &Paint, out: &mut String) {
    let order = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3)];
    for (bit, (x, y)) in order.into_iter().enumerate() {
        if bits & (1 << bit) != 0 {
            let cx = left + WIDTH * (0.25 + 0.5 * f64::from(x));
            let cy = top + HEIGHT * (0.125 + 0.25 * f64::from(y));
            let fill = paint.attributes();
            let _ = writeln!(out, "<circle cx=\"{cx:.2}\" cy=\"{cy:.2}\" r=\"1.5\" {fill}/>");
        }
    }
}

/// Box-drawing lines, from the middle of the cell to its edges.
fn line(c: char, left: f64, top: f64, paint: &Paint, out: &mut String) -> bool {
    let (l, r, t, b) = (left, left + WIDTH, top, top + HEIGHT);
    let (mx, my) = (left + WIDTH / 2.0, top + HEIGHT / 2.0);
    let q = WIDTH / 2.0;
    let path = match c {
        '─' | '━' => format!("M{l:.2} {my:.2}H{r:.2}"),
        '╌' => format!("M{:.2} {my:.2}h{:.2}", l + 1.0, WIDTH - 3.0),
        '┄' => format!("M{l:.2} {my:.2}h1.8m1.5 0h1.8m1.5 0h1.8"),
        '│' => format!("M{mx:.2} {t:.2}V{b:.2}"),
        '╭' => {
            format!("M{r:.2} {my:.2}H{:.2}Q{mx:.2} {my:.2} {mx:.2} {:.2}V{b:.2}", mx + q, my + q)
        }
        '╮' => {
            format!("M{l:.2} {my:.2}H{:.2}Q{mx:.2} {my:.2} {mx:.2} {:.2}V{b:.2}", mx - q, my + q)
        }
        '╰' => {
            format!("M{r:.2} {my:.2}H{:.2}Q{mx:.2} {my:.2} {mx:.2} {:.2}V{t:.2}", mx + q, my - q)
        }
        '╯' => {
            format!("M{l:.2} {my:.2}H{:.2}Q{mx:.2} {my:.2} {mx:.2} {:.2}V{t:.2}", mx - q, my - q)
        }
        '├' => format!("M{mx:.2} {t:.2}V{b:.2}M{mx:.2} {my:.2}H{r:.2}"),
        '┤' => format!("M{mx:.2} {t:.2}V{b:.2}M{l:.2} {my:.2}H{mx:.2}"),
        '└' => format!("M{mx:.2} {t:.2}V{my:.2}H{r:.2}"),
        _ => return false,
    };
    let width = if c == '━' { 3.0 } else { 1.2 };
    let faint = if paint.faint { " opacity=\"0.45\"" } else { "" };
    let _ = writeln!(
        out,
        "<path d=\"{path}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{width}\"{faint}/>",
        paint.fg
    );
    true
}

/// The sixteen colours as this picture paints them; `None` for the terminal's own.
fn colour(colour: Color) -> Option<String> {
    let name = match colour {
        Color::Rgb(r, g, b) => return Some(hex((r, g, b))),
        Color::Indexed(index @ 16..) => return Some(hex(rgb_of_index(index))),
        Color::Black => "#1d222b",
        Color::Red => "#e8707a",
        Color::Green => "#8bc777",
        Color::Yellow => "#e5b95c",
        Color::Blue => "#5b9bea",
        Color::Magenta => "#c583dd",
        Color::Cyan => "#56c3cf",
        Color::Gray => "#abb2bf",
        Color::DarkGray => "#5c6370",
        Color::LightRed => "#f28b94",
        Color::LightGreen => "#a5d895",
        Color::LightYellow => "#efcb80",
        Color::LightBlue => "#82b4f2",
        Color::LightMagenta => "#d7a2ea",
        Color::LightCyan => "#7fd6df",
        Color::White => "#ffffff",
        _ => return None,
    };
    Some(name.into())
}

fn hex((r, g, b): (u8, u8, u8)) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// A text as XML takes it: well-formed whatever is in it.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // No character of XML 1.0, or one that lays the picture out anew.
            '\u{fffe}' | '\u{ffff}' => out.push(STAND_IN),
            c if acts(c) => out.push(STAND_IN),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;

    use super::*;

    #[test]
    fn a_picture_is_well_formed_whatever_is_on_the_screen() {
        let allowed = |c: char| matches!(c, '\n' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
        let all: Vec<char> =
            ('\0'..=char::MAX).filter(|c| *c < '\u{3100}' || !allowed(*c) || acts(*c)).collect();
        for some in all.chunks(200) {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 200, 1));
            for (cell, c) in buffer.content.iter_mut().zip(some) {
                cell.set_symbol(&format!("{c}{c}"));
            }
            let picture = svg(&buffer);
            assert!(picture.chars().all(allowed), "{picture:?}");
            assert!(!picture.chars().any(|c| c != '\n' && acts(c)), "{picture:?}");
            // Every tag is closed and every text between them is free of markup.
            for text in picture.split("<text").skip(1) {
                let inside = text.split_once('>').and_then(|(_, rest)| rest.split_once("</text>"));
                let (inside, _) = inside.unwrap_or_else(|| panic!("{text}"));
                assert!(!inside.contains('<') && !inside.contains('>'), "{inside}");
                let ands = inside.split('&').skip(1);
                ands.for_each(|and| {
                    assert!(
                        and.starts_with("amp;") || and.starts_with("lt;") || and.starts_with("gt;")
                    )
                });
            }
        }
    }
}
