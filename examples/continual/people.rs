//! Listeners who sit down once a day, and whose tastes drift.

use std::error::Error;
use std::path::Path;
use std::sync::{Arc, Mutex};

use melody::bandit::WarmStart;
use melody::catalogue::Catalogue;
use melody::experiment::{Cohort, in_parallel};
use melody::feedback::Learned;
use melody::feedback::log::{FeedbackLog, Header, Record, StepRecord, read};
use melody::input::read_bytes;
use melody::listener::{HISTORY_LENGTH, Interaction};
use melody::opening::{Library, Opening};
use melody::profile::{Past, PastPlays, Profile};
use melody::rng::{Purpose, generator, hash64};
use melody::scene::Scene;
use melody::simulation::{
    Felt, Nature, SOUND, Standing, Taste, Truth, Until, World, draw_person, listen, pick_scene,
};
use melody::training::log::heard;
use melody::training::{Listener, Sessions, rows};
use rand::RngExt;

const DAY_MS: i64 = 86_400_000;

/// How tastes move.
#[derive(Clone, Copy)]
pub(crate) struct Drift {
    /// Radians a day: after d days a taste is cos(d x) of what it was and sin(d x) of another, as widely spread as ever.
    pub(crate) a_day: f64,
    /// All drift towards the same taste; else each towards one of their own.
    pub(crate) together: bool,
}

/// Somebody, on the morning of a day.
#[derive(Clone)]
struct Person {
    profile: Profile,
    first: Taste,
    towards: Taste,
    scenes: [f64; Scene::COUNT],
    standing: Standing,
    past: Option<Vec<Interaction>>,
    warm: Option<WarmStart>,
    learned: Option<Arc<Learned>>,
}

/// One sitting: what its log holds, and its plays as a model is judged by them.
pub(crate) struct Sat {
    /// The lines of the feedback log.
    pub(crate) lines: Vec<Vec<u8>>,
    /// The plays, with what was truly likely.
    pub(crate) plays: Listener,
}

/// All listeners.
pub(crate) struct People {
    seed: u64,
    songs: u32,
    drift: Drift,
    people: Vec<Person>,
}

impl People {
    pub(crate) fn new(
        nature: &Nature,
        seed: u64,
        listeners: u64,
        songs: u32,
        drift: Drift,
    ) -> Self {
        let cohort = Cohort { seed, listeners, sessions: 1, songs };
        let others = cohort.other(1);
        let one = |index| {
            let profile = cohort.profile(nature, index);
            let person = draw_person(nature, &mut generator(seed, Purpose::Population, index));
            let towards = others.profile(nature, if drift.together { 0 } else { index }).taste;
            let elapsed = generator(seed, Purpose::Return, index).random();
            let account = &profile.account;
            let standing =
                Standing::new(&nature.trial, account.tier, account.past_conversions, elapsed);
            Person {
                first: person.taste,
                towards,
                scenes: person.scenes,
                standing,
                profile,
                past: None,
                warm: None,
                learned: None,
            }
        };
        People { seed, songs, drift, people: (0..listeners).map(one).collect() }
    }

    /// The sittings of a day, served from the songs of `library`; `all` are the songs of all days. Logs are written to
    /// `folder` on the way.
    pub(crate) fn day(
        &mut self,
        library: &Library,
        all: &Catalogue,
        day: u32,
        folder: &Path,
    ) -> Result<Vec<Sat>, Box<dyn Error>> {
        let failed: Mutex<Option<String>> = Mutex::new(None);
        let one = |index: u64| match self.sit(library, all, (day, index), folder) {
            Ok(both) => Some(both),
            Err(error) => {
                failed.lock().map(|mut failed| *failed = Some(error.to_string())).ok();
                None
            }
        };
        let sat = in_parallel(self.people.len() as u64, &one, &|| ());
        if let Some(error) = failed.into_inner()? {
            return Err(error.into());
        }
        let (people, sat) = sat.into_iter().flatten().unzip();
        self.people = people;
        Ok(sat)
    }

    fn sit(
        &self,
        library: &Library,
        all: &Catalogue,
        (day, index): (u32, u64),
        folder: &Path,
    ) -> Result<(Person, Sat), Box<dyn Error>> {
        let mut person = self.people[index as usize].clone();
        let world: &Arc<World> = library.world();
        let seed = hash64(&format!("{}/{index}/{day}", self.seed));
        let mut rng = generator(seed, Purpose::Experiment, day.into());
        let profile = &mut person.profile;
        profile.taste = drifted(&person.first, &person.towards, self.drift.a_day * f64::from(day));
        if day > 0 {
            profile.scene = pick_scene(&person.scenes, &mut rng);
            profile.past = Past::Simulated(PastPlays { plays: 0, seed: self.seed });
        }
        let mut engine = library.engine(profile, None, seed);
        engine.setup.unseen = true;
        engine.setup.warm_start = person.warm.take();
        engine.setup.learned = person.learned.take();
        if let Some(past) = person.past.take() {
            engine.setup.past = Arc::new(past);
        }
        let mut heard: Vec<Interaction> = engine.setup.past.to_vec();
        let mut traces = Vec::new();
        let until = Until { songs: self.songs, leaving: true };
        let sitting = listen(&engine, profile, world, seed, until, &mut |state, trace| {
            if trace.ended.is_some() {
                heard.extend(state.history.recent().back().cloned());
            }
            traces.push(trace.clone());
        })?;
        let opening = Opening { profile: profile.id.clone(), seed, ..Opening::default() };
        let path = folder.join(format!("{day}-{index}.jsonl"));
        let header = Header::new(&opening, &traces[0]).of(&engine.setup);
        let mut log = FeedbackLog::create(&path, &header)?;
        for trace in &traces {
            log.append(trace)?;
        }
        drop(log);
        let plays = judged(all, &path, &sitting.felt)?;
        let text = read_bytes(&path)?;
        let lines = text.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
        std::fs::remove_file(&path)?;
        std::fs::remove_file(melody::feedback::log::Head::path(&path)).ok();

        let hours = 24.0 - sitting.state.at_ms as f64 / 3.6e6;
        let nature = world.nature();
        person.standing.tier = sitting.state.tier;
        let wish = sitting.listener.wish_to_pay();
        person.standing.pass(&nature.trial, &wish, hours.max(0.0), &mut rng);
        let account = &mut person.profile.account;
        account.past_conversions += u32::from(person.standing.tier > account.tier);
        account.tier = person.standing.tier;
        account.premium_previews = sitting.state.previews;
        account.tenure_days += 1;
        person.warm = Some(WarmStart::new(sitting.state.bandit.memory().clone()));
        person.learned = Some(Arc::new(sitting.state.learned(&library.model)));
        let since = (sitting.state.at_ms as i64).max(DAY_MS);
        heard.iter_mut().for_each(|play| play.began_ms -= since);
        person.past = Some(heard);
        Ok((person, Sat { lines, plays }))
    }
}

/// The plays of a log as a learner makes them, and what was truly likely.
fn judged(all: &Catalogue, log: &Path, felt: &[Felt]) -> Result<Listener, Box<dyn Error>> {
    let contents = read(log)?;
    let mut header = None;
    let mut steps: Vec<StepRecord> = Vec::new();
    for stored in contents.records {
        match stored.record {
            Record::Opened(opened) => header = Some(opened),
            Record::Step(step) => steps.push(*step),
            Record::Rewound { .. } => {}
        }
    }
    let header = header.ok_or("a log without an opening")?;
    let steps: Vec<&StepRecord> = steps.iter().collect();
    let logged = heard(all, &header, &steps, true)?;
    let sessions = logged.sessions.len();
    let own = steps.iter().filter(|step| step.ended.is_some()).count();
    let known = sessions - usize::from(own > 0);
    let mut made = rows(all, &logged, Sessions { known, until: sessions });
    let surplus = made.known.saturating_sub(HISTORY_LENGTH);
    made.rows.drain(..surplus);
    made.known -= surplus;
    let fresh = made.known;
    if made.rows.len() - fresh == felt.len() {
        for (row, felt) in made.rows[fresh..].iter_mut().zip(felt) {
            row.truth = Some(truth(felt));
        }
    }
    Ok(made)
}

fn truth(Felt { response, .. }: &Felt) -> Truth {
    Truth {
        completion: response.completion,
        play_ratio: response.play_ratio(),
        explicit: response.explicit(),
        save: response.completion * response.save,
        replay: response.replay(),
        skip: response.skip(),
        engaged: response.engaged(),
        subscription: None,
    }
}

/// A taste on its way to another, by an angle. Patience, generosity and the will to pay stay: they are temper.
fn drifted(first: &Taste, towards: &Taste, angle: f64) -> Taste {
    let (stays, comes) = (angle.cos(), angle.sin());
    let all = |a: &[f64], b: &[f64]| -> Vec<f64> {
        a.iter().zip(b).map(|(a, b)| stays * a + comes * b).collect()
    };
    let sound: [f64; SOUND.len()] =
        std::array::from_fn(|i| stays * first.sound[i] + comes * towards.sound[i]);
    Taste {
        families: all(&first.families, &towards.families),
        genres: all(&first.genres, &towards.genres),
        sound,
        ..first.clone()
    }
}
