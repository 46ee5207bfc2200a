//! Canaries: a share of sessions that goes on with the newest version, while the others wait for what becomes of it.

use melody_core::rng::hash64;

/// Which sessions try the newest version.
#[derive(Clone, Debug, PartialEq)]
pub struct Canary {
    /// Of sessions, in [0, 1].
    share: f64,
    /// What every draw of the session is keyed by, and who listens.
    session: String,
}

impl Canary {
    /// One session's. `share` is of all sessions, in [0, 1].
    pub fn new(share: f64, seed: u64, profile: &str) -> Self {
        Canary { share, session: format!("{seed}/{profile}") }
    }

    /// The share of sessions that try the newest version.
    pub fn share(&self) -> f64 {
        self.share
    }

    /// Whether the session tries a version while that is the newest: a hash of both, so that a session stands by
    /// its choice wherever and however often it is asked.
    pub fn tries(&self, hash: &str) -> bool {
        let lot = hash64(&format!("canary/{}/{hash}", self.session));
        // 53 bits are all that a float tells apart; a share of 1 is everybody.
        ((lot >> 11) as f64) < self.share * (1u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_sessions_tries_it_and_each_stands_by_its_choice() {
        let tries = |share: f64, seed: u64| Canary::new(share, seed, "explorer").tries("abc");
        let count = |share: f64| (0..2_000).filter(|seed| tries(share, *seed)).count();
        assert_eq!((count(0.0), count(1.0)), (0, 2_000));
        let quarter = count(0.25);
        assert!((430..570).contains(&quarter), "{quarter} of 2000");
        // Who tries it at a small share tries it at a larger one, too.
        assert!((0..500).all(|seed| !tries(0.1, seed) || tries(0.3, seed)));
        let chosen = (0..40).map(|seed| tries(0.5, seed)).collect::<Vec<_>>();
        let other = (0..40).map(|seed| Canary::new(0.5, seed, "explorer").tries("abd"));
        assert_ne!(chosen, other.collect::<Vec<_>>(), "each version has canaries of its own");
    }
}
