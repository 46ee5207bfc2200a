//! Decisions of the bandit in a session's traces, with what they earned.

use melody_core::event::Action;
use melody_core::score::Score;
use melody_recommender::bandit::{Choice, context_flaw};
use melody_recommender::engine::Trace;

/// A decision whose reward is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Decided {
    /// Context, arm taken, and every arm's propensity and expected reward.
    pub choice: Choice,
    /// With what was credited to it later.
    pub reward: Score,
    /// Of that, what was credited after another play had ended.
    pub late: Score,
}

impl Decided {
    /// The same without what came late: what the simulator's truth can be compared with, which ends with
    /// the decision's last play.
    pub fn on_time(self) -> Self {
        Decided { reward: self.reward - self.late, late: Score::ZERO, ..self }
    }
}

/// The decisions of a session that the bandit made by itself and that were paid out, in order. Left
/// out are those of a person, those during which something was set by hand, as what they earned is not
/// their arm's alone, and the last, which is still open.
pub fn decided<'a>(traces: impl IntoIterator<Item = &'a Trace>) -> Vec<Decided> {
    let mut all: Vec<Decided> = Vec::new();
    let mut open: Option<&Choice> = None;
    // Whether something has been set by hand since it was made.
    let mut by_hand = false;
    // Whether a play has ended since the newest decision was paid out.
    let mut played = false;
    for trace in traces {
        played |= trace.ended.is_some();
        let sets = |action: &Action| matches!(action, Action::Override(_));
        by_hand |= trace.event.as_ref().is_some_and(|event| sets(&event.action));
        if let Some(learned) = &trace.bandit.learned {
            played = false;
            if let Some(choice) = open.take().filter(|_| !by_hand) {
                let (choice, reward) = (choice.clone(), learned.reward.total);
                all.push(Decided { choice, reward, late: Score::ZERO });
            }
        }
        if let Some(credit) = &trace.bandit.credited {
            let newest = all.len().saturating_sub(1);
            let mut known = all.iter_mut().enumerate();
            if let Some((place, decided)) = known.find(|(_, d)| d.choice.step == credit.step) {
                decided.reward += credit.reward;
                if played || place < newest {
                    decided.late += credit.reward;
                }
            }
        }
        if let Some(choice) = &trace.bandit.decided {
            open = Some(choice).filter(|choice| !choice.by_hand);
            by_hand = !trace.overrides.is_empty();
        }
    }
    all
}

/// Rewards that were paid out in a session, of decisions that [`decided`] leaves out too.
pub fn paid_out<'a>(traces: impl IntoIterator<Item = &'a Trace>) -> usize {
    traces.into_iter().filter(|trace| trace.bandit.learned.is_some()).count()
}

/// Why a decision is of no use to off-policy evaluation; `None` if it is.
pub fn flaw(choice: &Choice) -> Option<(&'static str, String)> {
    let sum: f64 = choice.arms.iter().map(|arm| arm.propensity.value()).sum();
    let Some(taken) = choice.arms.get(choice.arm) else {
        return Some(("arm", format!("there is no arm number {}", choice.arm)));
    };
    let propensity = |message| Some(("arms.propensity", message));
    if choice.arms.iter().any(|arm| arm.propensity < Score::ZERO) {
        return propensity("a probability is below 0".into());
    }
    if (sum - 1.0).abs() > ROUNDED {
        return propensity(format!("the arms' probabilities sum to {sum:.6}, not to 1"));
    }
    if let Some(problem) = context_flaw(&choice.context.0) {
        return Some(("context", problem.into()));
    }
    let never = taken.propensity <= Score::ZERO;
    never.then(|| ("arms.propensity", format!("`{}` was taken with probability 0", taken.name)))
}

/// How far the sum of probabilities may be off, each having been rounded or integrated.
const ROUNDED: f64 = 1e-3;
