//! The page: one file that holds all it needs, and asks for nothing from anywhere.
//!
//! The document stands in it as JSON; a script builds headings, plots and tables from that, with texts as text, never as markup.
//! In the JSON every `<` is an escape, so that no name in a file can end the script it stands in. A policy in the page's head
//! forbids whatever would reach out: were a library to ask for something, the browser would refuse it.

use std::fmt::Write as _;

use melody_core::output::{Kind, Mark};
use melody_core::shown::{in_json, on_one_line};
use melody_tui::Lang;

use crate::chart::Tone;
use crate::document::Document;

/// What a page is told by before another is written over it.
pub const PAGE: Kind = Kind { name: "report", mark: Mark::Line(MARK) };

const MARK: &str = "<!-- melody report";

const STYLE: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/report/page.css"));
const SCRIPT: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/report/page.js"));
const PLOTLY: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/report/plotly-basic.min.js"));
const LICENCE: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/report/plotly-LICENSE"));

/// The page of a document, as HTML.
pub fn page(document: &Document) -> String {
    let json = serde_json::to_string(document).expect("a document is plain data");
    let json = in_json(&json).replace('<', "\\u003c").replace('&', "\\u0026");
    let title = format!("{} · {}", document.title, document.kind);
    let lang = if document.lang == "zh" { "zh-CN" } else { document.lang };
    let mut out = String::with_capacity(PLOTLY.len() + json.len() + 100_000);
    let parts = [
        "<!doctype html>\n",
        MARK,
        ": one page, all in it -->\n",
        &format!("<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n"),
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
        "<meta name=\"color-scheme\" content=\"light dark\">\n",
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'unsafe-inline'; style-src \
         'unsafe-inline'; img-src data: blob:\">\n",
        &format!("<title>{}</title>\n", escaped(&on_one_line(&title))),
        &format!("<style>\n{}{STYLE}</style>\n</head>\n<body>\n", colours()),
        &format!("<noscript><p>{}</p></noscript>\n", escaped(&on_one_line(&document.title))),
        "<div id=\"page\"></div>\n",
        "<script type=\"application/json\" id=\"data\">",
        &json,
        "</script>\n<script>\n/*! Plotly.js:\n",
        LICENCE,
        "*/\n",
        PLOTLY,
        "\n</script>\n<script>\n",
        SCRIPT,
        "</script>\n</body>\n</html>\n",
    ];
    parts.iter().for_each(|part| out.push_str(part));
    out
}

/// A text where markup would be read.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The tones as the style's own colours, for paper and for the dark.
fn colours() -> String {
    let all = |theme: usize| {
        let mut out = String::new();
        for tone in Tone::ALL {
            let _ = write!(out, " --{}: #{:06x};", tone.name(), tone.colours()[theme]);
        }
        out
    };
    format!(
        ":root {{{} }}\n@media screen and (prefers-color-scheme: dark) {{ :root {{{} }} }}\n",
        all(0),
        all(1)
    )
}

/// What the script says, in English.
const WORDS: [&str; 24] = [
    "Contents",
    "Double-click to zoom back out",
    "Download plot as SVG",
    "Pan",
    "Reset axes",
    "Step",
    "Zoom",
    "Zoom in",
    "Zoom out",
    "artist",
    "earlier",
    "how it came about",
    "later",
    "ledger of {}",
    "new",
    "part",
    "place",
    "points",
    "promoted",
    "queue at step {}",
    "score",
    "step {}",
    "title",
    "was",
];

/// What the script says, with the reader's words for it.
pub(crate) fn words(lang: Lang) -> Vec<[String; 2]> {
    WORDS.iter().map(|english| [(*english).into(), lang.text(english).into()]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_says_nothing_that_has_no_translation() {
        let mut asked = SCRIPT.split("say(\"").skip(1).filter_map(|rest| rest.split('"').next());
        let unknown: Vec<&str> = asked.by_ref().filter(|word| !WORDS.contains(word)).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
        let unsaid: Vec<&&str> =
            WORDS.iter().filter(|word| !SCRIPT.contains(&format!("\"{word}\""))).collect();
        assert!(unsaid.is_empty(), "{unsaid:?}");
    }

    #[test]
    fn every_word_of_the_page_is_chinese_on_a_chinese_page() {
        for [english, own] in words(Lang::Zh) {
            assert_ne!(english, own);
        }
    }

    #[test]
    fn what_goes_into_every_page_ends_no_script_and_asks_for_nothing() {
        for text in [STYLE, SCRIPT, PLOTLY, LICENCE] {
            assert!(!text.contains("</script") && !text.contains("*/\n*/"));
        }
        assert!(!LICENCE.contains("*/") && LICENCE.contains("Permission is hereby granted"));
        assert!(PLOTLY.starts_with("/**\n* plotly.js (basic - minified) v"));
        for far in ["http://", "https://", "@import", "url("] {
            assert!(!STYLE.contains(far) && !SCRIPT.contains(far), "{far}");
        }
    }
}
