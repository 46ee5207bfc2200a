//! A feedback log as listening: what the durable log of a session tells a training.
//!
//! Plays are put together from the log alone, as the engine put them together: who listens and what they heard
//! before stands in the first record, the rest follows from the events. What was taken back is left out.

use melody_core::catalogue::{Catalogue, SongId};
use melody_core::event::{Action, Target};
use melody_core::listener::{Interaction, Tier};
use melody_core::plays::{Known, LoggedListener, LoggedPlay, LoggedSession};
use melody_core::scene::Scene;
use melody_recommender::session::{Search, Searches};
use melody_sessions::log::{Header, StepRecord};

/// Why a log cannot be learned from.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It was written before logs said who listens.
    #[error("its first record does not say who listens, which logs of newer Melodies do")]
    Nobody,
    /// The songs that its numbers stand for are others.
    #[error(
        "it was heard from the catalogue {theirs}, and here it is {ours}; that one is named with --catalogue"
    )]
    OtherCatalogue {
        /// The beginning of the log's catalogue's hash.
        theirs: String,
        /// The beginning of ours.
        ours: String,
    },
    /// A number of its first record is outside of its range.
    #[error("{what} is out of range")]
    OutOfRange {
        /// Which.
        what: &'static str,
    },
    /// It names something that is nowhere.
    #[error("{what} `{name}` is not there")]
    NotThere {
        /// What kind of thing.
        what: &'static str,
        /// Its identifier.
        name: String,
    },
}

/// The sessions of a log's listener: those before, then the log's own, if anything was played in it. `over`: nothing more
/// comes, so that who did not subscribe at the last play has not.
///
/// # Errors
/// When the log cannot be learned from with this catalogue.
pub fn heard(
    catalogue: &Catalogue,
    header: &Header,
    steps: &[&StepRecord],
    over: bool,
) -> Result<LoggedListener, Unfit> {
    let listener = header.listener.as_ref().ok_or(Unfit::Nobody)?;
    let theirs = &header.versions.catalogue_hash;
    if *theirs != catalogue.hash {
        let [theirs, ours] = [theirs, &catalogue.hash].map(|h| h.chars().take(12).collect());
        return Err(Unfit::OtherCatalogue { theirs, ours });
    }
    if !(0.0..=168.0).contains(&listener.hours_per_week) {
        return Err(Unfit::OutOfRange { what: "hours_per_week" });
    }
    if listener.past.iter().any(|play| !(0.0..=1.0).contains(&play.play_ratio)) {
        return Err(Unfit::OutOfRange { what: "play_ratio of a past play" });
    }
    let missing = |what, name: &str| Unfit::NotThere { what, name: name.into() };
    let account = listener.account().map_err(|genre| missing("the genre", &genre))?;
    let mut sessions: Vec<LoggedSession> = Vec::new();
    for past in &listener.past {
        let play = past.interaction(catalogue).ok_or_else(|| missing("the song", &past.song))?;
        let play = logged(catalogue, play, (account.tier, account.premium_previews));
        match sessions.last_mut().filter(|_| !past.first) {
            Some(session) => session.plays.push(play),
            None => sessions.push(LoggedSession { plays: vec![play] }),
        }
    }
    let mut sitting = Sitting {
        catalogue,
        scene: listener.scene,
        standing: (account.tier, account.premium_previews),
        began_with: account.tier,
        searches: Searches::default(),
        began: Begun::default(),
        plays: Vec::new(),
        subscribed: None,
    };
    for step in steps {
        sitting.step(step).map_err(|song| missing("the song", &song))?;
    }
    let plays = sitting.labelled(over);
    if !plays.is_empty() {
        sessions.push(LoggedSession { plays });
    }
    Ok(LoggedListener { name: listener.name.clone(), account, sessions })
}

/// How the song that plays began.
#[derive(Default)]
struct Begun {
    at_ms: u64,
    standing: Option<(Tier, u32)>,
    replayed: bool,
    opened: bool,
    searched: bool,
}

/// The session, as its steps are gone through.
struct Sitting<'a> {
    catalogue: &'a Catalogue,
    scene: Scene,
    /// What the listener pays, and premium songs played without paying.
    standing: (Tier, u32),
    began_with: Tier,
    searches: Searches,
    began: Begun,
    plays: Vec<LoggedPlay>,
    /// The play that the listener subscribed in or right after, counted from 0.
    subscribed: Option<usize>,
}

impl Sitting<'_> {
    fn step(&mut self, step: &StepRecord) -> Result<(), String> {
        let Some(event) = &step.event else {
            self.began = Begun { standing: Some(self.standing), ..Begun::default() };
            return Ok(());
        };
        if let Action::Open { song }
        | Action::Search { target: Target::Song(song) | Target::ArtistOf(song), .. } =
            &event.action
        {
            self.known(*song)?;
        }
        if let Some(ended) = &step.ended {
            let song = self.song(&ended.song)?;
            let play = Interaction {
                song,
                began_ms: self.began.at_ms as i64,
                play_ratio: (ended.play_ratio.value() as f32).clamp(0.0, 1.0),
                completed: ended.completed,
                skipped: ended.skipped,
                liked: ended.liked,
                saved: ended.saved,
                replayed: self.began.replayed,
                searched: self.began.searched,
                opened: self.began.opened,
                first: self.plays.is_empty(),
                scene: self.scene,
            };
            let standing = self.began.standing.unwrap_or(self.standing);
            let preview = self.catalogue.song(song).premium;
            let preview = preview && self.standing.0 != Tier::Premium && !play.skipped;
            self.standing.1 += u32::from(preview);
            self.plays.push(logged(self.catalogue, play, standing));
        }
        match &event.action {
            Action::Scene { scene } => self.scene = *scene,
            Action::Subscribe => {
                self.standing.0 = Tier::Premium;
                // Who subscribes as a song begins does so after the one before it; as the first one does, after none.
                let just_ended = usize::from(event.heard_ms == 0);
                match self.plays.len().checked_sub(just_ended) {
                    Some(place) => self.subscribed = Some(place),
                    None => self.began_with = Tier::Premium,
                }
            }
            Action::Search { query, target } => {
                let search = Search { query: query.clone(), target: *target, at_ms: event.at_ms };
                self.searches.record(search);
            }
            _ => {}
        }
        if step.ended.is_some() {
            let song = self.song(&step.playing)?;
            self.began = Begun {
                at_ms: step.at_ms,
                standing: Some(self.standing),
                replayed: matches!(event.action, Action::Replay),
                opened: matches!(event.action, Action::Open { .. }),
                searched: self.searches.names(self.catalogue, song),
            };
        }
        Ok(())
    }

    /// Requires a song that a number stands for.
    fn known(&self, song: SongId) -> Result<(), String> {
        let there = song.index() < self.catalogue.songs.len();
        if there { Ok(()) } else { Err(format!("number {}", song.0)) }
    }

    fn song(&self, id: &str) -> Result<SongId, String> {
        self.catalogue.find(id).ok_or_else(|| id.to_string())
    }

    /// The plays, each with whether the listener subscribed at it or later in the session, as far as anybody knows: of the last
    /// play of a session that is not over, the next one tells.
    fn labelled(self, over: bool) -> Vec<LoggedPlay> {
        let Sitting { mut plays, subscribed, began_with, .. } = self;
        let count = plays.len();
        // In the song that plays still: in none of these.
        let at = subscribed.filter(|&at| at < count);
        for (place, play) in plays.iter_mut().enumerate() {
            let could = began_with != Tier::Premium && play.tier != Tier::Premium;
            let later = at.is_some_and(|at| place <= at);
            let told = over || subscribed.is_some() || place + 1 < count;
            // What began before it and was heard after it tells nothing: nobody subscribes twice.
            let known = later || told && at.is_none();
            play.subscribes = (could && known).then_some(later);
        }
        plays
    }
}

fn logged(catalogue: &Catalogue, play: Interaction, (tier, previews): (Tier, u32)) -> LoggedPlay {
    let promoted = catalogue.song(play.song).promoted();
    LoggedPlay {
        engaged: promoted.then(|| play.engaged()),
        play,
        tier,
        previews,
        subscribes: None,
        known: Known::ALL,
        truth: None,
        slate: Vec::new(),
    }
}
