//! A drawn frame in ASCII, for terminals that show nothing else.
//!
//! What is drawn has no second shape for such terminals; its frame does, cell by cell. Letters of any
//! script stay: they are titles and names, and have no stand-in.

use ratatui::buffer::{Buffer, Cell};
use unicode_width::UnicodeWidthStr;

use melody_core::shown::STAND_IN;

/// Replaces every sign that is drawn and is not ASCII by one of ASCII that takes as much room, or by
/// two that read better where the row has a column to spare.
pub(crate) fn reduce(buf: &mut Buffer) {
    let width = usize::from(buf.area.width).max(1);
    for row in buf.content.chunks_mut(width) {
        widen(row);
        let mut x = 0;
        while x < row.len() {
            // Greek letters are signs of ours only where they are no part of a word.
            let word = row[x..].iter().take_while(|cell| letter(cell.symbol())).count();
            let signs = row[x..x + word].iter().all(|cell| greek(cell.symbol()).is_some());
            for cell in &mut row[x..x + word] {
                if let Some(c) = greek(cell.symbol()).filter(|_| signs) {
                    cell.set_char(c);
                }
            }
            x += word;
            if let Some(cell) = row.get_mut(x) {
                if let Some(c) = only(cell.symbol()).and_then(stand_in) {
                    cell.set_char(c);
                }
                x += 1;
            }
        }
    }
}

/// Writes signs that need two letters with two, as far as the blanks after them allow: of several in a
/// row one is given up, so that whatever stands behind stays where it is.
fn widen(row: &mut [Cell]) {
    let mut x = 0;
    while x < row.len() {
        if let Some(two) = only(row[x].symbol()).and_then(two_letters)
            && let Some(blank) = spare(row, x + 1)
        {
            row[x + 1..=blank].rotate_right(1);
            row[x + 1] = row[x].clone();
            row[x].set_char(two[0]);
            row[x + 1].set_char(two[1]);
            x += 1;
        }
        x += 1;
    }
}

/// The first of at least two blanks from `from` on, before anything that is drawn.
fn spare(row: &[Cell], from: usize) -> Option<usize> {
    let mut x = from;
    while x + 1 < row.len() {
        let symbol = row[x].symbol();
        if symbol == " " && row[x + 1].symbol() == " " {
            return Some(x);
        }
        if matches!(only(symbol), Some('\u{2500}'..='\u{259f}' | '\u{2800}'..='\u{28ff}')) {
            return None;
        }
        // The second cell of a wide letter is no blank.
        x += symbol.width().max(1);
    }
    None
}

/// How signs are written that one letter says poorly.
fn two_letters(c: char) -> Option<[char; 2]> {
    Some(match c {
        '→' => ['-', '>'],
        '←' => ['<', '-'],
        '±' => ['+', '-'],
        '≤' => ['<', '='],
        '≥' => ['>', '='],
        _ => return None,
    })
}

/// The one character of a symbol.
fn only(symbol: &str) -> Option<char> {
    let mut chars = symbol.chars();
    chars.next().filter(|_| chars.next().is_none())
}

fn letter(symbol: &str) -> bool {
    symbol.chars().next().is_some_and(char::is_alphabetic)
}

/// The weights' letters.
fn greek(symbol: &str) -> Option<char> {
    Some(match only(symbol)? {
        'α' => 'a',
        'β' => 'b',
        'γ' => 'g',
        _ => return None,
    })
}

/// The stand-in of a sign that is drawn.
fn stand_in(c: char) -> Option<char> {
    Some(match c {
        '…' | '≈' => '~',
        STAND_IN => '?',
        '·' | '–' | '—' => '-',
        '×' => 'x',
        '←' | '«' | '≤' | '◂' => '<',
        '→' | '»' | '❯' | '▶' | '▸' | '≥' => '>',
        '↑' | '▲' => '^',
        '↓' | '▼' => 'v',
        '●' | '•' | '✓' | '◆' | '■' => '*',
        '✗' => 'x',
        '±' | '↔' => '+',
        '“' | '”' => '"',
        '−' => '-',
        '○' | '□' | '◇' => 'o',
        '♥' => '+',
        '‖' => '=',
        // Lines, of which those that lie may be heavy, to be told apart.
        '━' | '═' | '╸' | '╺' => '=',
        '┄' | '┈' => '.',
        '─' | '╌' | '╴' | '╶' => '-',
        '│' | '┃' | '╎' | '┆' | '┊' | '├' | '┤' => '|',
        '└' => '`',
        '\u{2500}'..='\u{257f}' => '+',
        // Bars, by how full they are: shades, heights, and shares of a cell from the left.
        '█' | '▇' | '▉' | '▊' | '▋' | '▌' => '#',
        '▓' | '▅' | '▆' => '=',
        '▒' | '▚' | '▞' => ':',
        '░' => '.',
        '▃' | '▄' => '-',
        '▁' | '▂' => '_',
        '▍' | '▎' | '▏' | '▐' => '|',
        '▀' => '"',
        '\u{2800}'..='\u{28ff}' => dots(c as u32 as u8),
        _ => return None,
    })
}

/// A cell of braille dots, by where they are: the upper and the lower half, each with four of them.
fn dots(bits: u8) -> char {
    const UPPER: u8 = 0b0001_1011;
    match (bits & UPPER != 0, bits & !UPPER != 0) {
        (false, false) => ' ',
        (true, false) => '\'',
        (false, true) => '.',
        (true, true) => ':',
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use ratatui::layout::Rect;
    use ratatui::style::Style;
    use unicode_width::UnicodeWidthChar;

    use super::*;

    fn reduced(text: &str) -> String {
        let mut buf = Buffer::empty(Rect::new(0, 0, 40, 2));
        buf.set_string(0, 1, text, Style::new());
        reduce(&mut buf);
        let cells = buf.content[40..].iter().map(|cell| cell.symbol());
        cells.collect::<String>().trim_end().to_string()
    }

    #[test]
    fn signs_are_replaced_and_letters_are_not() {
        assert_eq!(reduced("╭ Now playing ─╮ ▶ 1:11 ━━──"), "+ Now playing -+ > 1:11 ==--");
        assert_eq!(reduced("█α ▓β ░- αβγ+- ⣀⠉⡇"), "#a =b .- abg+- .':");
        assert_eq!(reduced("Rémi Łopata · n° 9 Ж…"), "Rémi Łopata - n° 9 Ж~");
        assert_eq!(reduced("Αγάπη α γάλα"), "Αγάπη a γάλα");
        // A wide letter lies in two cells, of which the second is empty.
        assert_eq!(reduced("夜…"), "夜 ~");
    }

    #[test]
    fn signs_of_two_letters_take_a_column_that_is_to_spare() {
        assert_eq!(reduced("0.130 → 0.300      ●──"), "0.130 -> 0.300     *--");
        assert_eq!(reduced("+0.12 ±0.05   3"), "+0.12 +-0.05  3");
        assert_eq!(reduced("w1 ≥ w2 + w3"), "w1 >= w2 + w3");
        assert_eq!(reduced("← 夜→ more  x  y"), "<- 夜 -> more x y");
        // What is drawn behind stays where it is.
        assert_eq!(reduced("│ 1 → 2 │"), "| 1 > 2 |");
        assert_eq!(reduced("1 → 2 ━━  3"), "1 > 2 ==  3");
    }

    /// Every sign in the sources of the screen, but for this one, that is no letter.
    fn signs(folder: &Path, found: &mut Vec<char>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                signs(&path, found);
            } else if !path.ends_with(file!()) {
                let text = std::fs::read_to_string(&path).unwrap();
                // Wide signs are Chinese punctuation, which belongs to its letters.
                let ours = |c: &char| !c.is_ascii() && !c.is_alphabetic() && c.width() == Some(1);
                found.extend(text.chars().filter(ours));
            }
        }
    }

    #[test]
    fn every_sign_that_is_drawn_has_a_stand_in() {
        let mut found = Vec::new();
        signs(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
        assert!(found.contains(&'█'), "the sources were read");
        found.extend('\u{2800}'..='\u{28ff}');
        for sign in found {
            let stand_in = stand_in(sign);
            assert!(stand_in.is_some_and(|c| c.is_ascii()), "{sign:?} has no stand-in");
        }
    }
}
