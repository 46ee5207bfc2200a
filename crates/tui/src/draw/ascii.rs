//! A drawn frame in ASCII, for terminals that show nothing else.
//!
//! What is drawn has no second shape for such terminals; its frame does, cell by cell. Letters of any
//! script stay: they are titles and names, and have no stand-in.

use ratatui::buffer::Buffer;

use melody_core::shown::STAND_IN;

/// Replaces every sign that is drawn and is not ASCII by one of ASCII that takes as much room.
pub(crate) fn reduce(buf: &mut Buffer) {
    let width = usize::from(buf.area.width).max(1);
    for row in buf.content.chunks_mut(width) {
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
        '…' => '~',
        STAND_IN => '?',
        '·' | '–' | '—' => '-',
        '×' => 'x',
        '←' | '«' | '≤' => '<',
        '→' | '»' | '❯' | '▶' | '≥' => '>',
        '↑' | '▲' => '^',
        '↓' | '▼' => 'v',
        '●' | '•' | '✓' | '◆' | '■' => '*',
        '✗' => 'x',
        '±' => '+',
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
