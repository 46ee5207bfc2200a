//! The comparison as people read it, in Markdown.

use std::fmt::Write as _;

use super::compare::{Comparison, Estimate, Feedback, Run, Variant};
use crate::statistics::Figures;

/// A figure, where there is one.
type Value = fn(&Figures) -> Option<f64>;

/// Tables of every variant's figures: means over seeds with 95 % confidence intervals.
pub fn comparison_table(comparison: &Comparison) -> String {
    let mut out = String::new();
    let mut line = |text: &str| writeln!(out, "{text}").expect("writing to a string");
    let config = &comparison.config;
    line(&format!(
        "Each way was trained with {} seeds on the same simulated log: {} listeners, {} epochs at most, measured on {} others. \
         Means over seeds, ± half the 95 % confidence interval. \
         *Greedy* is the probability, a mean over slates of random songs, that the song with the highest fused score is completed.\n",
        comparison.seeds.len(),
        config.listeners,
        config.epochs,
        config.test_listeners
    ));
    let variants = Variant::of(config);
    let of = |chosen: &dyn Fn(&Variant) -> bool| -> Vec<Variant> {
        variants.iter().copied().filter(|variant| chosen(variant)).collect()
    };
    let ways = of(&|v| !v.cold && v.feedback == Feedback::All);
    let heads = ["completion", "like", "skip", "subscription", "exposure"];

    if !config.without.is_empty() {
        line("### What each part of the network adds\n");
        line("Each was trained from the start without the part, and never knew of it.\n");
        line(&header("AUC", &heads, "greedy"));
        for variant in &variants {
            line(&row(comparison, *variant, &heads, |f| Some(f.auc), Some(|run| run.greedy)));
        }
        let more: [(&str, Value); 2] =
            [("log loss", |f| Some(f.log_loss)), ("AUC within listeners", |f| f.grouped_auc)];
        for (name, value) in more {
            line("");
            line(&header(name, &heads, ""));
            for variant in &variants {
                line(&row(comparison, *variant, &heads, value, None));
            }
        }
        return out;
    }
    line("### Weight schemes and ways of sharing\n");
    line(&header("AUC", &heads, "greedy"));
    for variant in &ways {
        line(&row(comparison, *variant, &heads, |f| Some(f.auc), Some(|run| run.greedy)));
    }
    for (name, value) in [
        ("log loss", (|f| Some(f.log_loss)) as Value),
        ("calibration error", |f| Some(f.calibration_error)),
    ] {
        line("");
        line(&header(name, &heads, ""));
        for variant in &ways {
            line(&row(comparison, *variant, &heads, value, None));
        }
    }
    line("");
    line(
        "| weights asked for at the end | w1 | w2 | w3 | steps clamped | largest multiplier |\n|---|--:|--:|--:|--:|--:|",
    );
    for variant in &ways {
        let mean = |value: &dyn Fn(&Run) -> f64| {
            estimate(comparison, *variant, &|run| Some(value(run)))
                .map_or("–".to_string(), |e| format!("{:.3}", e.mean))
        };
        let asked: Vec<String> = (0..3).map(|k| mean(&|run| run.asked[k])).collect();
        line(&format!(
            "| {variant} | {} | {} | {} |",
            asked.join(" | "),
            mean(&|run| run.clamped),
            mean(&|run| run.multiplier)
        ));
    }

    line("\n### What each kind of feedback adds\n");
    line(
        "Implicit: play ratio, skip, replays. Explicit: like, save. Completion is always learned. An output that was not learned still counts in the interest score that the greedy policy goes by, as noise.\n",
    );
    line(&header("AUC", &heads, "greedy"));
    for variant in of(&|v| !v.cold && v.scheme == ways[0].scheme && v.sharing == ways[0].sharing) {
        line(&row(comparison, variant, &heads, |f| Some(f.auc), Some(|run| run.greedy)));
    }

    line("\n### Songs and artists never seen in training\n");
    line(
        "A twentieth of the artists, with all their songs, and a twentieth of the other songs were kept out of training; these figures are on their plays alone.\n",
    );
    line(&header("AUC", &heads, ""));
    for variant in of(&|v| v.cold) {
        line(&row(comparison, variant, &heads, |f| Some(f.auc), None));
    }
    out
}

fn header(name: &str, heads: &[&str], more: &str) -> String {
    let mut columns: Vec<&str> = vec![name];
    columns.extend(heads);
    if !more.is_empty() {
        columns.push(more);
    }
    let rule = "|--:".repeat(columns.len() - 1);
    format!("| {} |\n|---{rule}|", columns.join(" | "))
}

fn row(
    comparison: &Comparison,
    variant: Variant,
    heads: &[&str],
    value: Value,
    more: Option<fn(&Run) -> f64>,
) -> String {
    let mut cells = vec![variant.to_string()];
    for head in heads {
        let of = |run: &Run| {
            run.heads.iter().find(|(name, _)| name == head).and_then(|(_, figures)| value(figures))
        };
        cells.push(shown(estimate(comparison, variant, &of)));
    }
    if let Some(more) = more {
        cells.push(shown(estimate(comparison, variant, &|run| Some(more(run)))));
    }
    format!("| {} |", cells.join(" | "))
}

fn shown(estimate: Option<Estimate>) -> String {
    match estimate {
        None => "–".into(),
        Some(Estimate { mean, half_width }) if half_width.is_nan() => format!("{mean:.4}"),
        Some(Estimate { mean, half_width }) => format!("{mean:.4} ± {half_width:.4}"),
    }
}

fn estimate(
    comparison: &Comparison,
    variant: Variant,
    value: &dyn Fn(&Run) -> Option<f64>,
) -> Option<Estimate> {
    let runs = comparison.runs.iter().filter(|run| run.variant == variant);
    Estimate::new(&runs.filter_map(value).collect::<Vec<f64>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::config::TrainingConfig;
    use melody_model::NetworkPart;

    fn run(variant: Variant, seed: u64, auc: f64) -> Run {
        let figures =
            Figures { auc, log_loss: 0.5, calibration_error: 0.01, brier: None, grouped_auc: None };
        Run {
            variant,
            seed,
            heads: vec![("completion".into(), figures)],
            greedy: 0.5,
            clamped: 0.25,
            multiplier: 1.5,
            asked: [1.0, 0.2, 0.1],
        }
    }

    #[test]
    fn a_variant_is_a_mean_over_its_seeds_and_the_others_are_blank() {
        let base = Variant::of(&TrainingConfig::default())[0];
        let comparison = Comparison {
            config: TrainingConfig::default(),
            seeds: vec![1, 2],
            runs: vec![run(base, 1, 0.7), run(base, 2, 0.8)],
        };
        let table = comparison_table(&comparison);
        let line = |start: &str| {
            let line = table.lines().find(|line| line.starts_with(start));
            line.unwrap_or_else(|| panic!("no line begins with {start}: {table}")).to_string()
        };
        let own = line(&format!("| {base} | 0.7500 ± "));
        // Of outputs that were not learned there is nothing to tell.
        assert!(own.contains("| – | – | – | – | 0.5000 ± 0.0000 |"), "{own}");
        assert!(line(&format!("| {base} | 1.000")).ends_with("| 0.200 | 0.100 | 0.250 | 1.500 |"));
        let other = Variant::of(&TrainingConfig::default())[1];
        assert_eq!(line(&format!("| {other} |")).matches('–').count(), 6);
    }

    #[test]
    fn parts_that_were_left_out_have_tables_of_their_own() {
        let config =
            TrainingConfig { without: [NetworkPart::Attention].into(), ..Default::default() };
        let [whole, lacking] = Variant::of(&config)[..] else { panic!("one part is two ways") };
        let mut runs = vec![run(whole, 1, 0.75), run(lacking, 1, 0.625)];
        runs[1].heads[0].1.grouped_auc = Some(0.5625);
        let table = comparison_table(&Comparison { config, seeds: vec![1], runs });
        let lines = |way: Variant| {
            let lines = table.lines().filter(|line| line.starts_with(&format!("| {way} |")));
            lines.map(|line| line.split(" | ").nth(1).unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(lines(whole), ["0.7500", "0.5000", "–"]);
        assert_eq!(lines(lacking), ["0.6250", "0.5000", "0.5625"]);
        assert!(!table.contains("Weight schemes"), "{table}");
    }

    #[test]
    fn one_seed_has_no_interval() {
        assert_eq!(shown(Estimate::new(&[0.25])), "0.2500");
        assert_eq!(shown(None), "–");
        assert_eq!(header("AUC", &["a", "b"], "more"), "| AUC | a | b | more |\n|---|--:|--:|--:|");
    }
}
