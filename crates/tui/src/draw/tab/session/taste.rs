//! Long-term and short-term taste, mirrored: what plays before the session were completed, and what
//! plays of it.

use std::collections::BTreeMap;

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::draw::bar;
use crate::draw::page::{Section, legend};
use crate::theme::Theme;
use crate::view::View;
use crate::words::text;
use melody_core::listener::Tally;
use melody_recommender::engine::TasteReport;

/// Columns of a name in the middle.
const NAME: usize = 14;
/// Columns of a share.
const SHARE: usize = 6;
/// A genre with this share of the long-term taste is shown though the session has none of it.
const TELLING: f64 = 0.04;

/// Completed plays before the session and in it.
#[derive(Clone, Copy, Default)]
struct Counts {
    before: u32,
    session: u32,
}

impl Counts {
    fn add(&mut self, taste: &TasteReport) {
        self.before += taste.before.completed;
        self.session += taste.session.completed;
    }

    /// Shares of all completed plays, in [0, 1].
    fn shares(self, all: Counts) -> [f64; 2] {
        let share = |part: u32, all: u32| f64::from(part) / f64::from(all.max(1));
        [share(self.before, all.before), share(self.session, all.session)]
    }
}

pub(super) fn section<'a>(view: &View, theme: &Theme, columns: usize, genres: bool) -> Section<'a> {
    let title = view.say("Taste, long-term and now");
    let tastes = &view.now().session.tastes;
    if tastes.is_empty() {
        let said = view.say("this trace does not tell the plays by genre").into_owned();
        return Section::lines(title, vec![Line::styled(said, theme.faint)]);
    }
    let mut all = Counts::default();
    let mut families: BTreeMap<&str, (Counts, Vec<&TasteReport>)> = BTreeMap::new();
    for taste in tastes {
        all.add(taste);
        let (counts, genres) = families.entry(&taste.family).or_default();
        counts.add(taste);
        genres.push(taste);
    }
    let mut families: Vec<_> = families.into_iter().collect();
    families.sort_by_key(|(name, (counts, _))| {
        let [before, session] = counts.shares(all);
        (std::cmp::Reverse(((before + session) * 1e6) as u64), *name)
    });
    let highest = families.iter().flat_map(|(_, (counts, _))| counts.shares(all));
    let scale = highest.fold(0.05, f64::max);
    let cells = columns.saturating_sub(NAME + 2 * SHARE + 2) / 2;
    let plays = |of: fn(&TasteReport) -> Tally| tastes.iter().map(|t| of(t).plays).sum::<u32>();
    let mut lines = vec![heading(view, plays(|t| t.before), plays(|t| t.session), cells, theme)];
    for (name, (counts, own)) in families {
        lines.push(mirrored(&view.say(name), counts.shares(all), scale, cells, true, theme));
        // A family of one genre says it all.
        let mut own: Vec<&TasteReport> = own.into_iter().filter(|_| genres).collect();
        own.retain(|taste| {
            let mut counts = Counts::default();
            counts.add(taste);
            taste.session.plays > 0 || counts.shares(all)[0] >= TELLING
        });
        own.sort_by_key(|taste| std::cmp::Reverse((taste.session.plays, taste.before.plays)));
        for taste in own.into_iter().filter(|taste| taste.genre != name) {
            let mut counts = Counts::default();
            counts.add(taste);
            let name = format!("· {}", view.say(&taste.genre));
            lines.push(mirrored(&name, counts.shares(all), scale, cells, false, theme));
        }
    }
    let said = "shares of the songs completed: on the left in all sessions before, on the right in this one";
    lines.extend(legend(&view.say(said), columns, theme));
    Section::lines(title, lines)
}

fn heading<'a>(view: &View, before: u32, session: u32, cells: usize, theme: &Theme) -> Line<'a> {
    let side = cells + SHARE;
    let before = view.counted(before as usize, "before · 1 play", "before · {} plays");
    let session = view.counted(session as usize, "now · 1 play", "now · {} plays");
    let middle = " ".repeat(NAME + 2);
    let line = format!("{}{middle}{}", text::right(&before, side), text::left(&session, side));
    Line::styled(line, theme.faint)
}

/// Bars to both sides of a name, the left one growing to the left.
fn mirrored<'a>(
    name: &str,
    [before, session]: [f64; 2],
    scale: f64,
    cells: usize,
    loud: bool,
    theme: &Theme,
) -> Line<'a> {
    let (name_style, styles) = match loud {
        true => (theme.strong, [theme.subscription, theme.accent]),
        false => (theme.faint, [theme.faint, theme.faint]),
    };
    let share = |share: f64| match share {
        0.0 => "·".to_string(),
        share => format!("{:.0} %", 100.0 * share),
    };
    let length = (before / scale * cells as f64).round() as usize;
    let length = if before > 0.0 { length.max(1) } else { 0 }.min(cells);
    let side = |text: String, style: Style| Span::styled(text, style);
    let mut spans = vec![
        Span::raw(" ".repeat(cells - length)),
        side("█".repeat(length), styles[0]),
        side(text::right(&share(before), SHARE), if loud { theme.text } else { theme.faint }),
        Span::raw(" "),
        Span::styled(centred(name), name_style),
        Span::raw(" "),
        side(
            text::left(&format!(" {}", share(session)), SHARE),
            if loud { theme.text } else { theme.faint },
        ),
    ];
    spans.extend(bar::single(session / scale, cells, styles[1], theme.colour));
    Line::from(spans)
}

fn centred(name: &str) -> String {
    let name = text::truncate(name, NAME);
    let room = NAME - text::width(&name);
    text::left(&format!("{}{name}", " ".repeat(room / 2)), NAME)
}
