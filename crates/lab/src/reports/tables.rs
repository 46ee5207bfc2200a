//! Figures as tables in Markdown, for the model card.

use crate::evaluation::{HeadReport, PlayRatioError, Slice};
use crate::retrieval::{BROUGHT, PLACES, Recall, TowerReport};
use crate::statistics::{Figures, Intervals};

/// A value, with its interval if there is one.
fn with_interval(value: f64, interval: Option<[f64; 2]>) -> String {
    match interval {
        Some([low, high]) => format!("{value:.4} ({low:.4} to {high:.4})"),
        None => format!("{value:.4}"),
    }
}

/// A figure of another way of predicting; a dash where there is none.
fn of(figures: Option<&Figures>, value: fn(&Figures) -> f64) -> String {
    figures.map_or("-".into(), |figures| format!("{:.4}", value(figures)))
}

/// What the towers bring of what the network would choose, and of what listeners enjoyed.
pub(super) fn towers(report: &TowerReport) -> String {
    let Recall { songs, moments, of_network, of_enjoyed, by_chance } = &report.recall;
    let mut lines = vec![
        format!(
            "Two towers, trained on {} moments after the network and without moving it: its own order over random songs, \
             what listeners enjoyed (softmax with logQ correction) and what they skipped. Judged at {moments} moments of \
             listeners never learned from: the share of the network's {PLACES} most interesting of {songs} songs, and of the \
             songs enjoyed in the next plays, among the songs brought; and the same where every song and artist stands under an \
             identifier that was never seen, so that the towers know songs by their content alone.\n",
            report.moments
        ),
        "| songs brought | of the network's order | of what was enjoyed | unseen songs: of the network's order | of what was enjoyed | by chance |\n|--:|--:|--:|--:|--:|--:|".into(),
    ];
    for (i, brought) in BROUGHT.iter().enumerate() {
        let (network, enjoyed, chance) = (of_network[i], of_enjoyed[i], by_chance[i]);
        let unseen = &report.of_strangers;
        lines.push(format!(
            "| {brought} | **{network:.3}** | {enjoyed:.3} | {:.3} | {:.3} | {chance:.3} |",
            unseen.of_network[i], unseen.of_enjoyed[i]
        ));
    }
    lines.join("\n")
}

/// AUC, log loss, calibration error and Brier score by label, beside everything else measured.
pub(super) fn heads(heads: &[HeadReport]) -> String {
    let mut lines = vec![
        "| label | plays | positives | AUC model | popularity | logistic | best | gap to best | within listeners |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|".to_string(),
    ];
    for head in heads {
        let gap = head.best.map_or("-".into(), |best| format!("{:.4}", best.auc - head.model.auc));
        let own = head.model.grouped_auc.map_or("-".into(), |auc| format!("{auc:.4}"));
        let auc = |figures: &Figures| figures.auc;
        lines.push(format!(
            "| {} | {} | {} | **{}** | {} | {} | {} | {gap} | {own} |",
            head.label,
            head.plays,
            head.positives,
            with_interval(head.model.auc, head.intervals.and_then(|i| i.auc)),
            of(head.popularity.as_ref(), auc),
            of(head.logistic.as_ref(), auc),
            of(head.best.as_ref(), auc),
        ));
    }
    lines.push(
        "\n| label | log loss model | popularity | logistic | best | calibration error model | popularity | logistic | best | Brier score |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|".into(),
    );
    for head in heads {
        let cells = |value: fn(&Figures) -> f64, interval: fn(&Intervals) -> Option<[f64; 2]>| {
            let others = [&head.popularity, &head.logistic, &head.best];
            let others = others.map(|figures| of(figures.as_ref(), value));
            let own = with_interval(value(&head.model), head.intervals.as_ref().and_then(interval));
            format!("{own} | {}", others.join(" | "))
        };
        lines.push(format!(
            "| {} | {} | {} | {} |",
            head.label,
            cells(|f| f.log_loss, |i| i.log_loss),
            cells(|f| f.calibration_error, |i| i.calibration_error),
            head.model.brier.map_or("-".into(), |brier| format!("{brier:.4}")),
        ));
    }
    lines.join("\n") + "\n"
}

/// AUC and calibration error of every label in every slice.
pub(super) fn slices(slices: &[Slice]) -> String {
    let mut lines = vec![
        "| | | plays | label | AUC | best | calibration error |\n|---|---|--:|---|--:|--:|--:|"
            .to_string(),
    ];
    for slice in slices {
        for head in &slice.heads {
            lines.push(format!(
                "| {} | {} | {} | {} | {} | {} | {} |",
                slice.kind,
                slice.name,
                head.plays,
                head.label,
                with_interval(head.model.auc, head.intervals.and_then(|i| i.auc)),
                of(head.best.as_ref(), |figures| figures.auc),
                with_interval(
                    head.model.calibration_error,
                    head.intervals.and_then(|i| i.calibration_error)
                ),
            ));
        }
    }
    lines.join("\n") + "\n"
}

/// A sentence on the expected play ratio.
pub(super) fn play_ratio(found: Option<&PlayRatioError>) -> String {
    let Some((error, best)) = found else {
        return "Expected play ratio: no play tells how much was heard.".into();
    };
    let best = best
        .map_or(String::new(), |best| format!("; the simulator's own expectation has {best:.4}"));
    format!("Expected play ratio: mean absolute error {error:.4}{best}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(auc: f64) -> Figures {
        Figures { auc, log_loss: 0.5, calibration_error: 0.01, brier: None, grouped_auc: None }
    }

    fn head() -> HeadReport {
        HeadReport {
            label: "exposure".into(),
            plays: 10,
            positives: 4,
            model: figures(0.75),
            intervals: None,
            popularity: Some(figures(0.6)),
            logistic: None,
            best: Some(figures(0.8)),
            against: None,
            reliability: Vec::new(),
        }
    }

    #[test]
    fn what_was_not_measured_is_a_dash() {
        let table = heads(&[head()]);
        let line = table.lines().find(|line| line.starts_with("| exposure | 10")).unwrap();
        let cells = "**0.7500** | 0.6000 | - | 0.8000 | 0.0500 | - |";
        assert_eq!(line, format!("| exposure | 10 | 4 | {cells}"));
        // The second table has log loss, calibration error and Brier score.
        let line = table.lines().find(|line| line.starts_with("| exposure | 0.5")).unwrap();
        let (loss, error) = ("0.5000 | 0.5000 | - | 0.5000", "0.0100 | 0.0100 | - | 0.0100");
        assert_eq!(line, format!("| exposure | {loss} | {error} | - |"));
    }

    #[test]
    fn every_line_of_a_table_has_as_many_cells_as_its_head() {
        let slice = Slice {
            kind: "scene".into(),
            name: "focus".into(),
            plays: 10,
            heads: vec![head(), head()],
        };
        for table in [heads(&[head(), head()]), slices(&[slice])] {
            for part in table.split("\n\n") {
                let cells = |line: &str| line.matches('|').count();
                let mut lines = part.lines().filter(|line| !line.is_empty());
                let wanted = cells(lines.next().unwrap());
                assert!(lines.all(|line| cells(line) == wanted), "{part}");
            }
        }
    }

    #[test]
    fn an_interval_follows_its_value() {
        assert_eq!(with_interval(0.5, Some([0.25, 0.75])), "0.5000 (0.2500 to 0.7500)");
        let told = play_ratio(Some(&(0.1, None)));
        assert_eq!(told, "Expected play ratio: mean absolute error 0.1000.");
        assert!(play_ratio(None).ends_with("no play tells how much was heard."));
        assert!(play_ratio(Some(&(0.1, Some(0.05)))).ends_with("expectation has 0.0500."));
    }
}
