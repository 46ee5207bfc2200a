//! The model: which one decides, how it was trained, how it learns, how right it is in this session.

mod near_line;
mod session;
mod training;

use ratatui::text::{Line, Span};

use crate::draw::canvas::Canvas;
use crate::draw::drawn::Drawn;
use crate::draw::page::{Page, Section};
use crate::theme::Theme;
use crate::view::View;
use crate::words::text;
use melody_recommender::engine::Note;

/// From here on there are two columns.
const WIDE: u16 = 110;

pub(super) fn draw(canvas: Canvas) -> Drawn {
    let (view, theme, area) = (canvas.view, canvas.theme, canvas.area);
    let wide = area.width >= WIDE;
    let page = Page::new(area, if wide { &[1, 1] } else { &[1] });
    let side = usize::from(wide);
    let (left, right) = (page.width(0), page.width(side));
    let identity = identity(view, theme, left);
    let near_line = near_line::section(view, theme, left);
    let session = session::section(view, theme, if wide { right } else { left });
    let figures = training::figures(view, theme, right);
    let weights = training::weights(view, theme, right);
    let columns = match wide {
        true => vec![vec![identity, near_line, session], vec![figures, weights]],
        false => vec![vec![identity, session, near_line, figures, weights]],
    };
    page.draw(columns, canvas)
}

/// Columns of what a line is about.
const LEAD: usize = 12;

/// A line that begins with what it is about.
fn about<'a>(view: &View, name: &str, said: Vec<Span<'a>>, theme: &Theme) -> Line<'a> {
    let mut spans = vec![Span::styled(text::left(&view.say(name), LEAD), theme.faint)];
    spans.extend(said);
    Line::from(spans)
}

/// When the model took over last from another, in the middle of the session, and from which; `None` where none has.
fn took_over<'a>(view: &View, theme: &Theme) -> Option<Vec<Span<'a>>> {
    let (step, from, hash) = view.traces.iter().rev().find_map(|trace| {
        trace.notes.iter().find_map(|note| match note {
            Note::Version { from, from_hash, .. } => Some((trace.step, from, from_hash)),
            _ => None,
        })
    })?;
    let hash: String = hash.chars().take(8).collect();
    Some(vec![
        Span::raw(view.fill("at step {}", &[&step])),
        Span::styled(
            format!("  {}", view.fill("from {} {}", &[&text::clean(from), &hash])),
            theme.faint,
        ),
    ])
}

/// Everything that a trace depends on, by name and hash.
fn identity<'a>(view: &View, theme: &Theme, columns: usize) -> Section<'a> {
    let versions = &view.now().versions;
    let room = columns.saturating_sub(LEAD);
    let digits = if room >= 40 { 16 } else { 8 };
    let hash = |hash: &str| -> String { hash.chars().take(digits).collect() };
    let named = |name: &str, of: &str| {
        vec![
            Span::styled(format!("{}  ", text::clean(name)), theme.strong),
            Span::styled(hash(of), theme.faint),
        ]
    };
    let policy = view.look.lang.named("policy", &versions.policy);
    let number = match versions.model_number {
        0 => view.say("as trained").into_owned(),
        1 => view.say("after 1 near-line update").into_owned(),
        n => view.fill("after {} near-line updates", &[&n]),
    };
    let mut lines = vec![
        about(view, "weights", named(&versions.model, &versions.model_hash), theme),
        about(
            view,
            "version",
            vec![
                Span::styled(versions.model_number.to_string(), theme.strong),
                Span::styled(format!("  {number}"), theme.faint),
            ],
            theme,
        ),
    ];
    lines.extend(took_over(view, theme).map(|said| about(view, "took over", said, theme)));
    lines.extend([
        about(view, "policy", named(&policy, &versions.policy_hash), theme),
        about(view, "catalogue", named(&versions.catalogue, &versions.catalogue_hash), theme),
        about(
            view,
            "experience",
            vec![
                Span::styled(hash(&versions.experience_hash), theme.faint),
                Span::styled(format!("  {}", view.say("what the bandit starts from")), theme.faint),
            ],
            theme,
        ),
    ]);
    if let Some(ranker) = &versions.ranker {
        lines.push(about(view, "ranker", named(&ranker.name, &ranker.hash), theme));
    }
    if let Some(report) = &view.training {
        let network = &report.config.network;
        let shape = view.fill(
            "{} parameters; width {}, {} layers, {} heads, {} experts",
            &[
                &report.parameters,
                &network.d_model,
                &network.layers,
                &network.heads,
                &network.experts,
            ],
        );
        lines.push(about(view, "network", vec![Span::raw(shape)], theme));
    }
    Section::lines(view.say("What decides"), lines)
}
