//! What other policies would have earned on this session's decisions: estimated from the log alone,
//! beside the truth where the listener is simulated.

use ratatui::text::{Line, Span};

use super::arm::{letter, style};
use crate::draw::page::{Section, legend};
use crate::theme::Theme;
use crate::view::View;
use crate::words::text;
use melody_lab::off_policy::{Estimate, Estimator, Report, Row, Target};

/// Columns of a policy's name, of its effective decisions, of an estimate and of the truth.
const NAME: usize = 18;
const EFFECTIVE: usize = 10;
const ESTIMATE: usize = 13;
const TRUTH: usize = 8;

pub(super) fn section<'a>(view: &View, theme: &Theme, columns: usize) -> Section<'a> {
    let title = view.say("Other policies on this session's log");
    let Some(report) = view.others.as_ref().filter(|report| report.decisions > 0) else {
        let said = view.say("comes once a decision has been paid out").into_owned();
        return Section::lines(title, vec![Line::styled(said, theme.faint)]);
    };
    let mut lines = vec![heading(view, theme)];
    let partly = report.known.is_some_and(|known| known < report.decisions);
    lines.extend(report.rows.iter().map(|row| line(view, row, partly, theme)));
    if report.rows.iter().any(|row| row.support.too_few()) {
        let said = view.say("too few decisions to tell: a faint estimate is not to be believed");
        lines.extend(legend(&said, columns, theme));
    }
    if partly {
        let said = view.say("truth is faint: it is known of some of these decisions only");
        lines.extend(legend(&said, columns, theme));
    }
    let what = "reward per decision, from the log alone, without what is credited later; effective: how many decisions would tell as much; truth: every arm played on by the simulated listener";
    lines.extend(legend(&view.say(what), columns, theme));
    Section::lines(title, lines).aside(Span::styled(aside(view, report), theme.faint))
}

fn aside(view: &View, report: &Report) -> String {
    match (report.known, report.decisions) {
        (None | Some(0), decisions) => view.fill("decisions: {}", &[&decisions]),
        (Some(known), decisions) => view.fill("decisions: {}, truth of {}", &[&decisions, &known]),
    }
}

fn heading<'a>(view: &View, theme: &Theme) -> Line<'a> {
    let right = |name: &str, columns| text::right(&view.say(name), columns);
    let head = text::left(&view.say("rule"), NAME)
        + &right("effective", EFFECTIVE)
        + &text::right("DR", ESTIMATE)
        + &text::right("IPS", ESTIMATE)
        + &right("truth", TRUTH);
    Line::styled(head, theme.faint)
}

fn line<'a>(view: &View, row: &Row, partly: bool, theme: &Theme) -> Line<'a> {
    let (name, mark) = match row.target {
        Target::Always(arm) => {
            let known = view.policy.bandit.arms.get(arm).map_or("", |arm| arm.name.as_str());
            let said = view.fill("always {}", &[&view.say(known)]);
            (said, Some((letter(arm), style(arm, theme))))
        }
        _ => (view.say(&row.policy).into_owned(), None),
    };
    let (letter, letter_style) = mark.unwrap_or((' ', theme.text));
    let faint = row.support.too_few();
    let estimated = |estimator: Estimator| {
        let said = row.of(estimator).map_or("–".into(), told);
        let style = if faint { theme.faint } else { theme.text };
        Span::styled(text::right(&said, ESTIMATE), style)
    };
    let effective = format!("{:.1}", row.support.effective);
    let truth = row.truth.map_or("–".into(), |truth| format!("{truth:+.3}"));
    Line::from(vec![
        Span::styled(format!("{letter} "), letter_style),
        Span::raw(text::left(&name, NAME - 2)),
        Span::styled(
            text::right(&effective, EFFECTIVE),
            if faint { theme.down } else { theme.good },
        ),
        estimated(Estimator::Dr),
        estimated(Estimator::Ips),
        Span::styled(text::right(&truth, TRUTH), if partly { theme.faint } else { theme.strong }),
    ])
}

fn told(estimate: &Estimate) -> String {
    match estimate.interval {
        Some([low, high]) => format!("{:+.2} ±{:.2}", estimate.value, (high - low) / 2.0),
        None => format!("{:+.2}", estimate.value),
    }
}
