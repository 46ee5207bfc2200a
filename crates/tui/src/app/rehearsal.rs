//! A tour on screens that nobody looks at: whether what its captions name can be seen there.
//!
//! A caption that speaks of something below the edge of the screen leaves an audience searching. So a scene
//! lists what it names, and every such text must stand on the screen above the caption, in both languages,
//! on the large screen a tour is shown on and on the smallest one that terminals open with.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::simulator::App;
use crate::draw::{caption_of, draw, rows};
use crate::tour::{Tour, Unseen};
use crate::words::Lang;

/// Columns and rows of the screens.
const SCREENS: [(u16, u16); 2] = [(120, 40), (80, 24)];

impl App {
    /// Goes through a tour of this session, which is one of its opening and has just begun, and returns what
    /// its scenes promise and do not show.
    pub fn rehearse(&mut self, tour: Tour) -> Vec<Unseen> {
        let promised: Vec<Vec<String>> =
            tour.scenes.iter().map(|scene| scene.shows.clone()).collect();
        let mut unseen = Vec::new();
        self.guide(tour);
        for (i, texts) in promised.iter().enumerate() {
            self.settle();
            for (lang, screen) in Lang::ALL.into_iter().flat_map(|l| SCREENS.map(|s| (l, s))) {
                let rows = self.rows_over_caption(lang, screen);
                let shown = |text: &&str| rows.iter().any(|row| row.contains(*text));
                for text in texts.iter().map(|text| lang.text(text)) {
                    if !shown(&&*text) {
                        let (scene, language) = (i + 1, lang.tag());
                        unseen.push(Unseen { scene, text: text.into(), language, screen });
                    }
                }
            }
            self.next_scene();
        }
        unseen
    }

    /// What a screen shows above the caption, row by row.
    fn rows_over_caption(&mut self, lang: Lang, (width, height): (u16, u16)) -> Vec<String> {
        self.look.lang = lang;
        self.settle();
        let area = Rect::new(0, 0, width, height);
        let mut buffer = Buffer::empty(area);
        let view = self.view();
        draw(&view, area, &mut buffer);
        rows(&buffer).take(caption_of(&view, area).y.into()).collect()
    }
}
