//! Our figures beside the paper's.

use serde::Serialize;

use super::fields::Label;
use super::learn::Learned;
use super::net::Design;

/// A task pair of the paper, in its order.
pub(crate) const GROUPS: [[Label; 2]; 2] =
    [[Label::Income, Label::NeverMarried], [Label::Education, Label::NeverMarried]];

/// One network trained from one seed.
pub(crate) struct Run {
    pub design: Design,
    pub labels: Vec<Label>,
    pub seed: u64,
    pub parameters: usize,
    pub seconds: f64,
    pub learned: Learned,
}

/// AUC of several runs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Figures {
    pub best: f64,
    pub mean: f64,
}

/// One task of one group under one design.
#[derive(Serialize)]
pub(crate) struct Line {
    pub group: usize,
    pub task: &'static str,
    pub design: &'static str,
    pub parameters: usize,
    pub paper: Option<Figures>,
    pub ours: Figures,
    pub runs: usize,
}

/// Table 2 of Ma et al., "Modeling task relationships in multi-task learning with multi-gate
/// mixture-of-experts", KDD 2018: best and mean AUC, by group and task in the order of [`GROUPS`].
/// The baselines are quoted for the first group alone.
fn paper(group: usize, task: usize, design: Design) -> Option<Figures> {
    let (best, mean) = match (group, task, design) {
        (0, 0, Design::SingleTask) => (0.9398, 0.9337),
        (0, 1, Design::SingleTask) => (0.9933, 0.9922),
        (0, 0, Design::SharedBottom) => (0.9361, 0.9295),
        (0, 1, Design::SharedBottom) => (0.9915, 0.9921),
        (0, 0, Design::Mmoe) => (0.9410, 0.9359),
        (0, 1, Design::Mmoe) => (0.9926, 0.9927),
        (1, 0, Design::Mmoe) => (0.8860, 0.8826),
        (1, 1, Design::Mmoe) => (0.9932, 0.9924),
        _ => return None,
    };
    Some(Figures { best, mean })
}

/// Best and mean over seeds of the test AUC at `task`. The best run is the one that was best on
/// validation, so that the test half chooses nothing.
fn figures(runs: &[&Run], task: usize) -> Option<Figures> {
    let best = runs
        .iter()
        .max_by(|a, b| a.learned.validation[task].total_cmp(&b.learned.validation[task]))?;
    let sum: f64 = runs.iter().map(|run| run.learned.test[task]).sum();
    Some(Figures { best: best.learned.test[task], mean: sum / runs.len() as f64 })
}

/// Every task of every group under every design that was run.
pub(crate) fn lines(runs: &[Run], designs: &[Design]) -> Vec<Line> {
    let mut lines = Vec::new();
    for (group, labels) in GROUPS.iter().enumerate() {
        for (task, label) in labels.iter().enumerate() {
            for &design in designs {
                let own = [*label];
                let wanted: &[Label] = if design == Design::SingleTask { &own } else { labels };
                let of: Vec<&Run> =
                    runs.iter().filter(|r| r.design == design && r.labels == wanted).collect();
                let place = wanted.iter().position(|l| l == label).unwrap_or(0);
                if let Some(ours) = figures(&of, place) {
                    lines.push(Line {
                        group: group + 1,
                        task: label.name(),
                        design: design.name(),
                        parameters: of[0].parameters,
                        paper: paper(group, task, design),
                        ours,
                        runs: of.len(),
                    });
                }
            }
        }
    }
    lines
}

pub(crate) fn print(lines: &[Line]) {
    println!("AUC on the test half            paper            here");
    println!("group, task, design          best    mean    best    mean  parameters");
    for line in lines {
        let paper =
            line.paper.map_or("     -       -".into(), |p| format!("{:.4}  {:.4}", p.best, p.mean));
        println!(
            "{} {:15} {:13} {paper}  {:.4}  {:.4}  {:>9}",
            line.group, line.task, line.design, line.ours.best, line.ours.mean, line.parameters
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(labels: &[Label], validation: &[f64], test: &[f64]) -> Run {
        let learned = Learned { epoch: 1, validation: validation.into(), test: test.into() };
        let labels = labels.to_vec();
        Run { design: Design::Mmoe, labels, seed: 1, parameters: 1, seconds: 0.0, learned }
    }

    #[test]
    fn the_best_run_is_chosen_on_validation() {
        let runs =
            [run(&GROUPS[0], &[0.7, 0.9], &[0.9, 0.5]), run(&GROUPS[0], &[0.8, 0.8], &[0.6, 0.7])];
        let lines = lines(&runs, &[Design::Mmoe]);
        assert_eq!(lines.len(), 2, "nothing was run for the second group");
        assert_eq!(lines[0].ours, Figures { best: 0.6, mean: 0.75 });
        assert_eq!(lines[1].ours, Figures { best: 0.5, mean: 0.6 });
    }
}
