//! What a profile's listener heard before the session.

use crate::logging::{LoggingPolicy, Served};
use crate::profile::{Past, PastPlays, Profile};
use crate::world::World;
use melody_core::catalogue::Catalogue;
use melody_core::listener::Interaction;
use melody_core::plays::interactions;
use melody_core::rng::{Purpose, generator, hash64};

/// How long before the session the last past play ended, in milliseconds.
const SINCE_LAST_MS: i64 = 9 * 3_600_000;

/// The plays before the session, oldest first: recorded, or simulated from the profile's hidden taste
/// in the profile's own scene.
pub fn past_plays(catalogue: &Catalogue, world: &World, profile: &Profile) -> Vec<Interaction> {
    match &profile.past {
        Past::Simulated(past) => simulated(catalogue, world, profile, *past),
        Past::Recorded(past) => interactions(catalogue, past, profile.scene, SINCE_LAST_MS),
    }
}

fn simulated(
    catalogue: &Catalogue,
    world: &World,
    profile: &Profile,
    past: PastPlays,
) -> Vec<Interaction> {
    let recommender = LoggingPolicy::new(catalogue, world);
    let mut served = Served::new(&recommender, profile.taste.clone(), &profile.account);
    let wanted = past.plays as usize;
    let mut plays: Vec<Interaction> = Vec::with_capacity(wanted);
    let seed = past.seed ^ hash64(&profile.id);
    for session in 0.. {
        if plays.len() >= wanted {
            break;
        }
        let mut rng = generator(seed, Purpose::Logging, session);
        let mut unused = generator(seed, Purpose::Oracle, session);
        let log = served.session(profile.scene, &mut rng, &mut unused);
        plays.extend(log.plays.into_iter().map(|logged| logged.play));
        // The account says what the listener pays today, whatever the simulated past did.
        served.pays(profile.account.tier);
    }
    plays.truncate(wanted);
    let end = served.now_ms() + SINCE_LAST_MS;
    plays.iter_mut().for_each(|play| play.began_ms -= end);
    plays
}
