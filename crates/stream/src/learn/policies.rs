//! Policies that the guardrail of the population makes: what they are made of is the records in their order, so that they are
//! made again whenever these are gone through, and nothing else needs to be kept.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::population::Levels;
use melody_core::input::TomlFile;
use melody_core::output::{make_folder, sync_folder, write_whole};
use melody_core::overrides::MOST_WEIGHT;
use melody_lab::experiment::write;
use melody_recommender::feedback::Side;
use melody_recommender::policy::{self, Policy, Settings};
use melody_sessions::versions::{
    Base, PolicyMove, Published, PublishedPolicy, list_of, policy_file, policy_file_name,
};

/// Levels by segment; those that are not there are 0.
type BySegment = BTreeMap<String, Levels>;

/// The policy that sessions were served by at first, and those made of it.
pub(super) struct Policies {
    base: Arc<Policy>,
    levels: BySegment,
    /// The levels that each serves at, by the hash of its file.
    serves: BTreeMap<String, BySegment>,
    /// The text of each that was made, and what is listed of it.
    made: Vec<(String, PublishedPolicy)>,
}

impl Policies {
    /// Of a policy, of which none are made yet.
    pub(super) fn of(base: Arc<Policy>) -> Self {
        let serves = [(base.hash.clone(), BySegment::new())].into();
        Policies { base, levels: BySegment::new(), serves, made: Vec::new() }
    }

    /// How many were made.
    pub(super) fn len(&self) -> usize {
        self.made.len()
    }

    /// The name of the newest, or of the one that they are made of.
    pub(super) fn name(&self) -> String {
        match self.made.len() {
            0 => self.base.name.clone(),
            number => name(&self.base.name, number as u64),
        }
    }

    /// What was listed of each, the oldest first.
    pub(super) fn listed(&self) -> impl Iterator<Item = &PublishedPolicy> {
        self.made.iter().map(|(_, listed)| listed)
    }

    /// The levels of a segment that a policy serves at, by the hash of its file; `None` of one that is none of these.
    pub(super) fn levels(&self, hash: &str, segment: &str) -> Option<Levels> {
        self.serves.get(hash).map(|levels| levels.get(segment).copied().unwrap_or_default())
    }

    /// Makes the next one. `records`: how many had been taken.
    ///
    /// # Errors
    /// When what comes of it is no policy, which would be a fault of this program.
    pub(super) fn make(&mut self, moved: PolicyMove, records: u64) -> Result<(), String> {
        let levels = self.levels.entry(moved.segment.clone()).or_default();
        match moved.side {
            Side::Listening => levels.listening = moved.to,
            Side::Selling => levels.selling = moved.to,
        }
        let number = self.made.len() as u64 + 1;
        let mut settings = at(&self.base.settings, &self.levels);
        settings.name = name(&self.base.name, number);
        let text = write(&self.base.text, &settings, &record(&self.base, &moved, records));
        let made = policy::parse(&TomlFile::embedded(&settings.name, &text));
        let hash = made.map_err(|e| e.to_string())?.hash;
        self.serves.insert(hash.clone(), self.levels.clone());
        self.made.push((text, PublishedPolicy { number, hash, records, moved }));
        Ok(())
    }

    /// Puts those after the first `there` into a folder of versions, and then says that they are there.
    ///
    /// # Errors
    /// When the disk refuses.
    pub(super) fn publish(&self, folder: &Path, there: usize) -> Result<(), String> {
        if self.made.len() <= there {
            return Ok(());
        }
        let list = list_of(folder);
        if let Some(inside) = list.parent().filter(|inside| !inside.exists()) {
            let made = make_folder(inside).and_then(|()| sync_folder(folder));
            made.map_err(|e| format!("{}: {e}", inside.display()))?;
        }
        for (text, policy) in &self.made[there..] {
            write_whole(&policy_file(folder, policy.number), text.as_bytes())?;
        }
        write_whole(&list, &self.list()?)
    }

    /// The files that these policies are not in as they are: what a folder of versions should hold of them and does not.
    pub(super) fn differing(&self, folder: &Path) -> Result<Vec<String>, String> {
        if self.made.is_empty() && !list_of(folder).exists() {
            return Ok(Vec::new());
        }
        let holds =
            |path: &Path, bytes: &[u8]| std::fs::read(path).is_ok_and(|there| there == bytes);
        let mut differing = Vec::new();
        for (text, policy) in &self.made {
            if !holds(&policy_file(folder, policy.number), text.as_bytes()) {
                differing.push(policy_file_name(policy.number));
            }
        }
        let list = list_of(folder);
        if !holds(&list, &self.list()?) {
            differing.extend(list.file_name().map(|name| name.to_string_lossy().into_owned()));
        }
        Ok(differing)
    }

    fn list(&self) -> Result<Vec<u8>, String> {
        let base = Base { name: self.base.name.clone(), hash: self.base.hash.clone() };
        let list = Published { base, policies: self.listed().cloned().collect() };
        let mut text = serde_json::to_vec_pretty(&list).map_err(|e| e.to_string())?;
        text.push(b'\n');
        Ok(text)
    }
}

fn name(base: &str, number: u64) -> String {
    format!("{base}-p{number}")
}

/// A policy's settings with every segment at its levels: as the guardrail of a session acts, but from the first song on.
fn at(base: &Settings, levels: &BySegment) -> Settings {
    let mut settings = base.clone();
    let rules = settings.guardrail;
    let mixing = settings.mixing;
    for segment in &mut settings.segments {
        let mut weights = base.weights_of(segment);
        let Some(Levels { listening, selling }) = levels.get(&segment.name).copied() else {
            continue;
        };
        if listening > 0 {
            let cap = segment.mixing.at_most.unwrap_or(mixing.at_most).min(mixing.at_most);
            let lowered = cap.saturating_sub(rules.cap_step * listening as usize);
            // At the highest level nothing is promoted.
            let at_most = if listening >= rules.levels { 0 } else { lowered };
            segment.mixing.at_most = Some(at_most).filter(|at_most| *at_most < mixing.at_most);
            let alpha = weights.alpha + rules.alpha_step * f64::from(listening);
            weights.alpha = thousandth(alpha.min(MOST_WEIGHT.value()));
        }
        if selling > 0 {
            // The listener comes first: alpha is no less than the two together.
            let most = 0.001 * (1000.0 * (weights.alpha - weights.gamma)).floor();
            let beta = weights.beta + rules.selling.beta_step * f64::from(selling);
            weights.beta = thousandth(beta).min(most).max(weights.beta);
        }
        segment.weights = base.added_for(weights);
    }
    settings
}

/// As people write weights.
fn thousandth(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// What the file says of where it came from.
fn record(base: &Policy, moved: &PolicyMove, records: u64) -> Vec<String> {
    let PolicyMove { segment, side, from, to, .. } = moved;
    let hash = base.hash.get(..12).unwrap_or(&base.hash);
    vec![
        format!(
            "Made by `melody learn` of policy `{}` ({hash}), after {records} records.",
            base.name
        ),
        format!(
            "Segment `{segment}`, {}: level {from} to {to}. Over {}.",
            side.name(),
            moved.seen()
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(segment: &str, side: Side, from: u32, to: u32) -> PolicyMove {
        let segment = segment.into();
        PolicyMove { segment, side, from, to, sessions: 40, share: 0.5, usual: 0.7, p: 0.01 }
    }

    fn policies() -> Policies {
        Policies::of(Arc::new(policy::shipped("default").unwrap()))
    }

    fn settings(policies: &Policies) -> Settings {
        let (text, _) = policies.made.last().unwrap();
        policy::parse(&TomlFile::embedded("made", text)).unwrap().settings
    }

    #[test]
    fn a_segment_s_levels_are_a_policy_and_the_others_stay() {
        let mut policies = policies();
        let base = policies.base.settings.clone();
        policies.make(moved("casual", Side::Listening, 0, 1), 500).unwrap();
        let of = |settings: &Settings, name: &str| {
            settings.segments.iter().find(|segment| segment.name == name).cloned().unwrap()
        };
        let made = settings(&policies);
        assert_eq!((made.name.as_str(), policies.name()), ("default-p1", "default-p1".into()));
        let (was, is) = (of(&base, "casual"), of(&made, "casual"));
        assert_eq!(is.mixing.at_most, Some(base.mixing.at_most - base.guardrail.cap_step));
        assert!((is.weights.alpha - was.weights.alpha - base.guardrail.alpha_step).abs() < 1e-9);
        assert_eq!(of(&made, "new"), of(&base, "new"));
        policies.make(moved("casual", Side::Listening, 1, 2), 600).unwrap();
        assert_eq!(of(&settings(&policies), "casual").mixing.at_most, Some(0));
        policies.make(moved("casual", Side::Listening, 2, 0), 700).unwrap();
        assert_eq!(settings(&policies).segments, base.segments, "and back");
        let text = &policies.made[0].0;
        assert!(
            text.contains("#: Segment `casual`, listening: level 0 to 1. Over 40 sessions"),
            "{text}"
        );
        let levels = |number: usize| {
            policies.levels(&policies.made[number].1.hash, "casual").map(|levels| levels.listening)
        };
        assert_eq!([levels(0), levels(1), levels(2)], [Some(1), Some(2), Some(0)]);
        assert_eq!(policies.levels(&policies.base.hash, "casual"), Some(Levels::default()));
        assert_eq!(policies.levels("another", "casual"), None);
    }

    #[test]
    fn selling_raises_beta_and_never_above_what_is_the_listener_s() {
        for segment in ["casual", "likely-payer", "established"] {
            let mut policies = policies();
            policies.make(moved(segment, Side::Selling, 0, 2), 500).unwrap();
            let made = settings(&policies);
            let of = |settings: &Settings| {
                let named = settings.segments.iter().find(|other| other.name == segment);
                settings.weights_of(named.unwrap())
            };
            let (was, is) = (of(&policies.base.settings), of(&made));
            assert!(is.beta > was.beta && is.alpha >= is.beta + is.gamma, "{segment}: {is:?}");
        }
    }

    #[test]
    fn what_is_published_is_what_was_made() {
        let folder = tempfile::tempdir().unwrap();
        let mut policies = policies();
        assert_eq!(policies.differing(folder.path()), Ok(Vec::new()));
        policies.make(moved("casual", Side::Listening, 0, 1), 500).unwrap();
        policies.publish(folder.path(), 0).unwrap();
        policies.make(moved("new", Side::Selling, 0, 1), 600).unwrap();
        assert_eq!(policies.differing(folder.path()).unwrap(), ["p000002.toml", "policies.json"]);
        policies.publish(folder.path(), 1).unwrap();
        assert_eq!(policies.differing(folder.path()), Ok(Vec::new()));
        let list = Published::read(folder.path()).unwrap().unwrap();
        assert_eq!(list.policies.len(), 2);
        for policy in &list.policies {
            let there = policy::load(&policy_file(folder.path(), policy.number)).unwrap();
            assert_eq!(there.hash, policy.hash);
        }
        std::fs::write(policy_file(folder.path(), 1), "other").unwrap();
        assert_eq!(policies.differing(folder.path()).unwrap(), ["p000001.toml"]);
    }
}
