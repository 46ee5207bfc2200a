//! The stage: what plays, what comes and why, what just changed, on one screen.

use ratatui::layout::Rect;

use crate::draw::canvas::Canvas;
use crate::draw::drawn::{Drawn, Hit};
use crate::draw::layout::take;
use crate::draw::panel::{PANELS, race};
use crate::draw::{log, narration, now_playing, queue};
use crate::view::View;

/// From here on panels stand beside the queue.
const WIDE: (u16, u16) = (110, 17);
/// From here on one panel lies under the queue.
const MEDIUM: (u16, u16) = (60, 15);

/// Below this height a tour's scene is about the queue, and no panel takes its room.
const TOLD: u16 = 20;

/// Rows of the queue that are not songs: frame, head, account.
const AROUND_SONGS: u16 = 2 + 1 + 3;
const LOG_AT_LEAST: u16 = 4;
/// The panel with the race.
const CHART: usize = 0;
/// Rows of a panel under the queue at most.
const UNDER: u16 = 7;

pub(super) fn draw(mut canvas: Canvas) -> Drawn {
    let (view, area) = (canvas.view, canvas.area);
    let layout = Layout::new(area, view);
    now_playing::draw(canvas.at(layout.now_playing), layout.framed);
    narration::draw(canvas.at(layout.narration));
    race::essence(canvas.at(layout.essence));
    let mut drawn = match layout.queue.height {
        0 => Drawn::default(),
        _ => queue::draw(canvas.at(layout.queue), layout.framed),
    };
    for &(panel, place) in &layout.panels {
        (PANELS[panel].draw)(canvas.at(place));
        if panel == CHART {
            drawn.hit(place, Hit::Chart(race::shown(view, place)));
        }
    }
    log::draw(canvas.at(layout.log));
    drawn.next_panel = layout.next_panel(view.panel);
    drawn
}

/// The places of the stage. A place of no height is not drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Layout {
    now_playing: Rect,
    narration: Rect,
    /// The race in two lines, where its chart may find no place.
    essence: Rect,
    queue: Rect,
    /// Panels by their place in [`PANELS`].
    panels: Vec<(usize, Rect)>,
    log: Rect,
    /// Whether panels have frames.
    framed: bool,
}

impl Layout {
    fn new(area: Rect, view: &View) -> Self {
        let fits = |least: (u16, u16)| area.width >= least.0 && area.height >= least.1;
        let mut layout = Layout::default();
        if view.zoomed && fits(MEDIUM) {
            layout.zoomed(area, view);
        } else if fits(WIDE) {
            layout.wide(area, view);
        } else if fits(MEDIUM) {
            layout.medium(area, view);
        } else {
            layout.small(area);
        }
        layout
    }

    /// The first panel after those shown that found no place, where any are shown.
    fn next_panel(&self, first: usize) -> Option<&'static str> {
        let shown = |panel: &usize| self.panels.iter().any(|(shown, _)| shown == panel);
        let next = order(first).into_iter().find(|panel| !shown(panel));
        next.filter(|_| !self.panels.is_empty()).map(|panel| PANELS[panel].name)
    }

    /// What plays, and the first panel over all the rest.
    fn zoomed(&mut self, mut body: Rect, view: &View) {
        self.now_playing = take(&mut body, 2);
        self.narration = take(&mut body, 1);
        self.panels.push((view.panel % PANELS.len(), body));
    }

    /// Queue on the left, panels on the right.
    fn wide(&mut self, body: Rect, view: &View) {
        self.framed = true;
        let side = (body.width * 3 / 8).clamp(46, 64);
        let mut left = Rect { width: body.width - side, ..body };
        let mut right = Rect { x: body.x + left.width, width: side, ..body };
        self.now_playing = take(&mut left, 4);
        self.narration = take(&mut left, if body.height >= 28 { 2 } else { 1 });

        let songs = view.now().queue.len() as u16;
        let queue = (songs + AROUND_SONGS).min(left.height);
        let spare = left.height - queue;
        // The metrics go under the queue where all panels can be seen that way.
        let metrics = PANELS.len() - 1;
        let metrics_rows = (PANELS[metrics].rows)(view, left.width);
        let mut order: Vec<usize> = order(view.panel);
        let rows =
            |panels: &[usize]| panels.iter().map(|&p| (PANELS[p].rows)(view, side)).sum::<u16>();
        let others: Vec<usize> = (0..metrics).collect();
        let all_fit = rows(&others) <= right.height && spare >= metrics_rows + LOG_AT_LEAST;
        if all_fit {
            order = others;
        }
        self.queue = take(&mut left, if spare >= LOG_AT_LEAST { queue } else { queue + spare });
        if all_fit {
            self.panels.push((metrics, take(&mut left, metrics_rows)));
        }
        self.log = left;
        self.stack(&order, &mut right, view, false);
    }

    /// Queue above, panels below.
    fn medium(&mut self, mut body: Rect, view: &View) {
        self.framed = true;
        let told = view.caption.is_some() && body.height < TOLD;
        self.now_playing = take(&mut body, 2);
        self.narration = take(&mut body, 1);
        self.essence = take(&mut body, 2);
        let first = view.panel % PANELS.len();
        let tall = body.height >= 2 * TOLD;
        let rows = (PANELS[first].rows)(view, body.width);
        let panel = if told { 0 } else { rows.min(if tall { rows } else { UNDER }) };
        let songs = view.now().queue.len() as u16;
        let queue = (songs + AROUND_SONGS).min(body.height.saturating_sub(panel));
        self.queue = take(&mut body, queue);
        if !told {
            self.stack(&order(first), &mut body, view, true);
        }
        if body.height >= LOG_AT_LEAST {
            self.log = body;
        }
    }

    /// What plays, what changed, what comes.
    fn small(&mut self, mut body: Rect) {
        self.now_playing = take(&mut body, 2);
        let rows = if body.height >= 7 { 2 } else { 1 };
        self.narration = take(&mut body, rows);
        if body.height >= 7 {
            self.essence = take(&mut body, 2);
        }
        self.queue = body;
    }

    /// Stacks panels in this order as far as they fit, at least one. Rows left over go to the
    /// promotion chart, which makes the most of them, but for what the log can use.
    fn stack(&mut self, order: &[usize], place: &mut Rect, view: &View, log_follows: bool) {
        let mut fitting: Vec<(usize, u16)> = Vec::new();
        let mut left = place.height;
        for &panel in order {
            let rows = (PANELS[panel].rows)(view, place.width);
            if rows > left && !fitting.is_empty() {
                break;
            }
            let rows = rows.min(left);
            left -= rows;
            fitting.push((panel, rows));
        }
        let keep = if log_follows && left >= LOG_AT_LEAST { LOG_AT_LEAST + 4 } else { 0 };
        let chart = fitting.iter().position(|(panel, _)| *panel == CHART);
        let stretched = chart.or(fitting.len().checked_sub(1).filter(|_| keep == 0 && left < 4));
        if let Some(at) = stretched {
            fitting[at].1 += left.saturating_sub(keep).min(8);
        }
        for (panel, rows) in fitting {
            self.panels.push((panel, take(place, rows)));
        }
    }
}

/// All panels, beginning with `first`.
fn order(first: usize) -> Vec<usize> {
    (0..PANELS.len()).map(|i| (first + i) % PANELS.len()).collect()
}
