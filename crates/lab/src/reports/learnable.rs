//! Whether there is anything to learn, told before learning begins.
//!
//! A label that nobody has would be learned as whatever the weights began with, one that is always the same
//! as that, and a model of one listener is that listener. The first is refused where no play tells how it
//! went at all; the rest is said.

use super::stage::Undone;
use crate::data::Dataset;
use crate::data::log::Source;
use melody_model::{INTEREST_OUTPUTS, LABELS, Output};

/// The labels in words, in the order of [`Output::ALL`].
const WORDS: [&str; LABELS] =
    ["completed", "play ratio", "liked", "skipped", "saved", "replayed", "subscribed", "engaged"];

/// Plays that are looked at, at most: who has not told by then is unlikely to.
const LOOKED_AT: u64 = 200_000;

/// Of each label, in how many plays it is known and in how many of those it is so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Seen {
    known: u64,
    so: u64,
}

/// What whoever trains should know of the plays that are learned from and watched by.
///
/// # Errors
/// When there is no play to learn from, and when none of them tells how it went.
pub(super) fn learnable(data: &Source, validation: &Dataset) -> Result<Vec<String>, Undone> {
    let all = data.count();
    if all.plays == 0 {
        let help = "`melody log split` puts other listeners into the splits";
        let message = "no listener is in the split `train`: there are no plays to learn from";
        return Err(Undone::Other(format!("{message}\n  help: {help}")));
    }
    let mut seen = [Seen::default(); LABELS];
    let mut plays = 0;
    for chunk in 0..data.chunks().len() {
        plays += look(&*data.read(chunk)?, &mut seen);
        if plays >= LOOKED_AT || seen.iter().all(both) {
            break;
        }
    }
    if plays == all.plays && seen[..INTEREST_OUTPUTS].iter().all(|label| label.known == 0) {
        let message =
            format!("none of the {plays} plays tells how it went: nothing can be learned");
        let help = "a list of what was heard (scrobbles) has no labels; Spotify's history has";
        return Err(Undone::Other(format!("{message}\n  help: {help}")));
    }
    let mut notes = of_labels(&seen);
    if all.listeners == 1 {
        notes.push("all plays are of one listener, who is all that can be learned".into());
    }
    if validation.plays() == 0 {
        let without = "the training is neither watched nor stopped early nor calibrated, and near-line updates have \
                       plays to judge by that were learned from";
        let help = "`melody log split DIR --validation .25` puts some there, where there are several listeners";
        notes.push(format!("no listener is in the split `validation`: {without}; {help}"));
    }
    Ok(notes)
}

/// Counts the labels of these plays; how many plays there are.
fn look(data: &Dataset, seen: &mut [Seen; LABELS]) -> u64 {
    let rows = data.listeners.iter().flat_map(|listener| listener.fresh());
    let mut plays = 0;
    for row in rows {
        plays += 1;
        for (label, seen) in seen.iter_mut().enumerate().filter(|(l, _)| row.mask[*l] > 0.0) {
            seen.known += 1;
            seen.so += u64::from(row.labels[label] > 0.5);
        }
    }
    plays
}

/// Whether it is so in some plays and not in others.
fn both(seen: &Seen) -> bool {
    seen.so > 0 && seen.so < seen.known
}

fn of_labels(seen: &[Seen; LABELS]) -> Vec<String> {
    let told = || WORDS.into_iter().zip(seen).zip(Output::ALL);
    let unknown: Vec<&str> =
        told().filter(|((_, seen), _)| seen.known == 0).map(|((word, _), _)| word).collect();
    let mut notes = Vec::new();
    if !unknown.is_empty() {
        let unknown = unknown.join(", ");
        notes.push(format!("no play tells of this, so that nothing is learned of it: {unknown}"));
    }
    // A share has no two kinds.
    let classes = told().filter(|((_, seen), output)| {
        seen.known > 0 && !both(seen) && *output != Output::PlayRatio
    });
    notes.extend(classes.map(|((word, seen), _)| {
        let how = if seen.so > 0 { "yes" } else { "no" };
        format!(
            "{word}: {how} in all {} plays that tell, so that there is nothing to tell apart",
            seen.known
        )
    }));
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::data::made_up::{data, row};

    /// Plays of one listener of which only this label is known.
    fn plays(labels: &[(Output, bool)]) -> Dataset {
        let rows = labels.iter().map(|(output, so)| {
            let mut row = row(0, 0);
            row.mask = [0.0; LABELS];
            row.mask[output.index()] = 1.0;
            row.labels[output.index()] = f32::from(u8::from(*so));
            row
        });
        data(vec![(0, rows.collect())])
    }

    #[test]
    fn plays_that_tell_nothing_are_not_learned_from() {
        let validation = plays(&[(Output::Skip, true)]);
        let nothing = [(Output::Subscription, true), (Output::Exposure, false)];
        let refused = learnable(&Source::memory(plays(&nothing)), &validation).unwrap_err();
        assert!(refused.to_string().contains("none of the 2 plays tells how it went"), "{refused}");
        let nobody = learnable(&Source::memory(Dataset::default()), &validation).unwrap_err();
        assert!(nobody.to_string().contains("no plays to learn from"), "{nobody}");
    }

    #[test]
    fn what_is_always_the_same_or_never_told_is_said() {
        let labels = [(Output::Skip, true), (Output::Skip, false), (Output::Like, false)];
        let notes = learnable(&Source::memory(plays(&labels)), &Dataset::default()).unwrap();
        let [unknown, liked, one, watched] = &notes[..] else { panic!("{notes:?}") };
        assert!(unknown.ends_with("completed, play ratio, saved, replayed, subscribed, engaged"));
        assert!(liked.starts_with("liked: no in all 1 plays"), "{liked}");
        assert!(one.contains("one listener") && watched.contains("`validation`"), "{notes:?}");
    }
}
