//! How varied the session's plays are, and how they stand to what was heard before.

use ratatui::text::{Line, Span};

use super::rates::whole;
use crate::draw::bar;
use crate::draw::page::{Section, legend};
use crate::theme::Theme;
use crate::view::View;
use crate::words::text;
use melody_core::score::Score;
use melody_recommender::feedback::VarietyReport;

/// Columns of a name at most, and of a figure.
const NAME: usize = 22;
const NUMBER: usize = 10;

/// A figure, how it is written, and what it is drawn over time by.
type Row = (&'static str, fn(&VarietyReport) -> String, fn(&VarietyReport) -> Option<Score>);

const ROWS: [Row; 6] = [
    ("genre entropy", |v| nats(Some(v.genre_entropy)), |v| Some(v.genre_entropy)),
    ("artist entropy", |v| nats(Some(v.artist_entropy)), |v| Some(v.artist_entropy)),
    ("different songs", |v| v.different_songs.to_string(), |_| None),
    ("new songs", |v| whole(Some(v.novelty)), |v| Some(v.novelty)),
    ("off the own mix", |v| nats(v.miscalibration), |v| v.miscalibration),
    ("popularity lift", |v| points(v.popularity_lift), |_| None),
];

fn nats(figure: Option<Score>) -> String {
    figure.map_or("–".into(), |nats| format!("{:.2}", nats.value()))
}

fn points(figure: Option<Score>) -> String {
    figure.map_or("–".into(), |points| format!("{:+.1}", points.value()))
}

/// `None` before a play has ended, and of a trace that does not tell.
pub(super) fn section<'a>(view: &View, theme: &Theme, columns: usize) -> Option<Section<'a>> {
    let now = view.now().metrics.variety.as_ref()?;
    let lead = columns.saturating_sub(NUMBER).min(NAME);
    let cells = columns.saturating_sub(lead + NUMBER + 2);
    let row = |(name, written, drawn): Row| {
        let mut spans = vec![
            Span::raw(text::left(&view.say(name), lead)),
            Span::styled(text::right(&written(now), NUMBER), theme.strong),
        ];
        let ended = view.traces.iter().filter(|trace| trace.ended.is_some());
        let told = ended.filter_map(|trace| drawn(trace.metrics.variety.as_ref()?));
        let history: Vec<f64> = told.map(Score::value).collect();
        let most = history.iter().copied().fold(0.0, f64::max);
        if cells >= 12 && most > 0.0 {
            let spark = bar::spark_between(&history, cells, 0.0, most);
            spans.push(Span::styled(format!("  {spark}"), theme.accent));
        }
        Line::from(spans)
    };
    let mut lines: Vec<Line> = ROWS.into_iter().map(row).collect();
    let said = "entropies in nats, 0 where all is of one; new: never heard before; off the own mix: divergence from the genres completed before the session; lift: points of popularity above them";
    lines.extend(legend(&view.say(said), columns, theme));
    Some(Section::lines(view.say("How varied it is"), lines))
}
