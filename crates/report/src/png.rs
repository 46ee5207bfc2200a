//! The plots as PNG, for slides that take no SVG: the same drawing, two pixels for each of its units.
//!
//! Letters are DejaVu's, which kuva brings along, so that a picture is the same wherever it is made. That font has Latin, Greek
//! and Cyrillic letters and no Chinese ones: pictures are labelled in English ([`LANG`]), and [`unwritten`] finds what cannot be
//! written in them. Neither holds for SVG, which takes the reader's fonts.

use flate2::Crc;
use melody_core::output::{Kind, Mark};
use melody_tui::Lang;

use crate::chart::Chart;
use crate::svg::plot;

/// What a picture of a plot is told by before another is written over it.
pub const PNG: Kind = Kind { name: "plot", mark: Mark::Line(MARK) };

const MARK: &str = "melody report";

/// The language of the plots' words.
pub const LANG: Lang = Lang::En;

/// Pixels for each unit of the drawing.
const SCALE: f32 = 2.0;

/// What every PNG begins with, and its header with its check, after which other chunks may stand.
const MAGIC: [u8; 8] = *b"\x89PNG\r\n\x1a\n";
const HEADED: usize = MAGIC.len() + 4 + 4 + 13 + 4;

/// A plot as a file's content.
///
/// # Errors
/// When it cannot be drawn: what for.
pub fn png(chart: &Chart) -> Result<Vec<u8>, String> {
    let (plots, layout) = plot(chart);
    let drawn = kuva::render_to_png(plots, layout, SCALE)?;
    if drawn.len() < HEADED || !drawn.starts_with(&MAGIC) {
        return Err(format!("{}: what was drawn is no PNG", chart.id));
    }
    let (header, rest) = drawn.split_at(HEADED);
    Ok([header, &comment(&format!("\n{MARK}: {}\n", chart.id)), rest].concat())
}

/// A chunk of text, which says where a picture comes from.
fn comment(text: &str) -> Vec<u8> {
    let body = [b"tEXtComment\0", text.as_bytes()].concat();
    let mut crc = Crc::new();
    crc.update(&body);
    let length = (body.len() - 4) as u32;
    [&length.to_be_bytes()[..], &body, &crc.sum().to_be_bytes()].concat()
}

/// Whether a plot has letters that the font of pictures lacks.
pub fn unwritten(chart: &Chart) -> bool {
    let lacking = |c: char| matches!(u32::from(c), 0x0900..=0x0e7f | 0x1100..=0x11ff | 0x2e80..);
    let own = [&chart.title, &chart.x.title, &chart.y.title];
    let names = chart.x.names.iter().chain(&chart.y.names);
    let series = chart.series.iter().flat_map(|series| [&series.name, &series.label]);
    own.into_iter().chain(names).chain(series).any(|text| text.chars().any(lacking))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{Axis, Draw, Form, Point, Series, Shape, Tone};

    fn chart(title: &str, points: Vec<Point>) -> Chart {
        Chart {
            id: "x".into(),
            title: title.into(),
            about: String::new(),
            x: Axis::of("x", Form::Plain),
            y: Axis::of("y", Form::Plain),
            series: vec![Series::new("one", Draw::Line, Tone::First, points)],
            marks: Vec::new(),
            shape: Shape::Square,
            steps: false,
        }
    }

    /// Chunks by name, with what is in them; each with the check that it has.
    fn chunks(mut rest: &[u8]) -> Vec<(String, Vec<u8>)> {
        let mut found = Vec::new();
        while !rest.is_empty() {
            let length = u32::from_be_bytes(rest[..4].try_into().unwrap()) as usize;
            let (body, after) = rest[4..].split_at(4 + length);
            let mut crc = Crc::new();
            crc.update(body);
            assert_eq!(after[..4], crc.sum().to_be_bytes());
            let name = String::from_utf8_lossy(&body[..4]).into_owned();
            found.push((name, body[4..].to_vec()));
            rest = &after[4..];
        }
        found
    }

    #[test]
    fn a_picture_is_a_whole_png_that_says_where_it_comes_from() {
        let points = vec![Point::new(0.0, 0.0, ""), Point::new(1.0, 2.0, "")];
        let picture = png(&chart("A title", points)).unwrap();
        assert!(picture.starts_with(&MAGIC));
        let chunks = chunks(&picture[MAGIC.len()..]);
        let size = [1120_u32, 1120].map(u32::to_be_bytes).concat();
        assert_eq!((chunks[0].0.as_str(), &chunks[0].1[..8]), ("IHDR", &size[..]));
        let comment = ("tEXt".to_string(), b"Comment\0\nmelody report: x\n".to_vec());
        assert_eq!(chunks[1], comment);
        assert_eq!(chunks.last().unwrap().0, "IEND");
    }

    #[test]
    fn a_plot_of_nothing_is_drawn_and_its_title_makes_another_picture() {
        let [one, other] =
            ["One", "Quite another"].map(|title| png(&chart(title, vec![])).unwrap());
        assert_ne!(one, other, "text shows");
    }

    #[test]
    fn letters_that_cannot_be_written_are_found() {
        for (title, lacks) in [("Olá α → ñ Привет", false), ("推广", true), ("사랑", true)]
        {
            assert_eq!(unwritten(&chart(title, vec![])), lacks, "{title}");
        }
    }
}
