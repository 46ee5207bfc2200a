//! `melody learn`: versions of a model from feedback as it comes.

use std::collections::{BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::Serialize;

use super::arguments::Learn;
use super::failure::Failure;
use super::note::note;
use super::opening::catalogue as open_catalogue;
use super::progress::watch_signals;
use super::say::{all_said, counted, say, say_text, short};
use super::verified::verified;
use melody_core::input::Problem;
use melody_model::{Backend, device};
use melody_recommender::policy::Scorer;
use melody_sessions::names::{DEFAULT, model_named, policy_named};
use melody_sessions::versions::PolicyMove;
use melody_stream::feed::{LogFeed, Message, StreamFeed};
use melody_stream::inbox::{Counts, Taken};
use melody_stream::learn::{Attempt, Learner, Learning, Made, Start, Status};
use melody_stream::nats::{Address, Unreachable};
use melody_stream::population::Alarm;
use melody_stream::versions::{Filling, There};

/// How long is waited for messages before the clock is looked at.
const LOOK: Duration = Duration::from_millis(200);
/// How often whoever watches is told where it stands.
const TELL: Duration = Duration::from_secs(1);
/// Updates that they are told of.
const REMEMBERED: usize = 60;
/// The longest pause before a server is asked again.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

pub(super) fn run(arguments: &Learn) -> Result<(), Failure> {
    let start = start(arguments)?;
    if arguments.verify {
        return verified(arguments, start);
    }
    let feed = feed(arguments)?;
    let stop = Arc::new(AtomicBool::new(false));
    watch_signals(&stop)?;
    let learner = Learner::open(&arguments.out, start)?;
    let from = match &feed {
        Feed::Logs(_) => counted(arguments.from.len(), "log"),
        Feed::Stream(feed) => feed.address().to_string(),
    };
    note(format_args!(
        "note: {}: version {}, {}; takes from {from}",
        arguments.out.display(),
        learner.version(),
        counted(learner.counts().taken, "record")
    ));
    let mut run = Run::new(arguments, learner, from, stop);
    run.tell(true)?;
    match feed {
        Feed::Logs(feed) => run.logs(feed)?,
        Feed::Stream(feed) => {
            let address = feed.address().clone();
            run.store = Some(Filling::new(address));
            run.stream(*feed)?;
        }
    }
    run.end()
}

/// What a learner begins with, or went on from.
fn start(arguments: &Learn) -> Result<Start, Failure> {
    let here = Path::new("");
    let backend = Backend::from(arguments.device.unwrap_or_default());
    let device = device(backend);
    // Who only looks whether all is made again need not say what it was made of.
    let before = Made::read(&arguments.out)?;
    let named = |given: &str, before: Option<&String>| match before {
        Some(before) if arguments.verify => before.clone(),
        _ => given.to_string(),
    };
    let model_name = named(&arguments.model, before.as_ref().map(|made| &made.model));
    let catalogue_name = named(&arguments.catalogue, before.as_ref().map(|made| &made.catalogue));
    let policy_name = named(&arguments.policy, before.as_ref().map(|made| &made.policy));
    let policy = Arc::new(policy_named(&policy_name, here)?);
    if policy.ranking.scorer == Scorer::Ltr && policy.ranking.ranker != DEFAULT {
        let problem = Problem::new(
            policy_name,
            "has a ranker beside it, which policies made of it would not",
        );
        return Err(problem.field("ranking.ranker").into());
    }
    let model = model_named(&model_name, here, &device)?;
    let catalogue = Arc::new(open_catalogue(&catalogue_name, here)?);
    let mut learning = before.map_or_else(Learning::default, |made| made.learning);
    if let Some(plays) = arguments.plays {
        learning.plays = plays as usize;
    }
    if let Some(every) = arguments.network_every {
        learning.network_every = every.into();
    }
    if let Some(seed) = arguments.seed {
        learning.seed = seed;
    }
    let of = [
        (model_name.as_str(), model.manifest.weights_sha256.as_str()),
        (&catalogue_name, &catalogue.hash),
        (&policy_name, &policy.hash),
    ];
    let made = Made::new(of, arguments.device.unwrap_or_default().name(), learning);
    Ok(Start { made, model, catalogue, policy, device })
}

enum Feed {
    Logs(LogFeed),
    Stream(Box<StreamFeed>),
}

fn feed(arguments: &Learn) -> Result<Feed, Failure> {
    let from = &arguments.from;
    let streams = from.iter().filter(|from| from.contains("://")).count();
    if streams == 0 {
        let logs: Vec<PathBuf> = from.iter().map(PathBuf::from).collect();
        if let Some(missing) = logs.iter().find(|log| !log.is_file()) {
            let problem = Problem::new(missing.display().to_string(), "no such feedback log");
            let help = "a log is what `melody --log FILE` writes; a stream is named nats://HOST[:PORT][/STREAM]";
            return Err(problem.field("--from").help(help).into());
        }
        return Ok(Feed::Logs(LogFeed::new(&logs)));
    }
    if from.len() > 1 {
        return Err(Failure::Other("--from: either one stream, or logs".into()));
    }
    let address: Address = from[0].parse().map_err(|e| format!("--from: {e}"))?;
    Ok(Feed::Stream(Box::new(StreamFeed::new(address, &arguments.out))))
}

/// What is printed of an update.
#[derive(Serialize)]
struct Told<'a> {
    #[serde(flatten)]
    attempt: &'a Attempt,
    /// Seconds from an event's coming to the server to the end of the update that took it: median, 99 of 100, most.
    lag_s: Option<[f64; 3]>,
    /// Records that were taken since the update before.
    records: u64,
    /// Since the update before.
    seconds: f64,
    /// Messages that wait in the stream.
    pending: u64,
    counts: Counts,
    /// Records whose predecessor has not come.
    early: usize,
}

/// A learner at work.
struct Run<'a> {
    arguments: &'a Learn,
    learner: Learner,
    stop: Arc<AtomicBool>,
    /// When the records came that no update has taken yet, in milliseconds since 1970.
    came: VecDeque<i64>,
    since: u64,
    pending: u64,
    updated: Instant,
    heard: Instant,
    /// Why sessions are passed over, as far as it was told.
    unfit: BTreeSet<String>,
    /// Where records come from, in words.
    from: String,
    /// Where versions are put, and why they could not be the last time.
    store: Option<Filling>,
    unfilled: Option<String>,
    /// Withdrawn versions that were told, and policies.
    alarms: usize,
    policies: usize,
    /// What is told to whoever watches, and when it was told.
    status: Status,
    told: Instant,
    ended: bool,
}

impl<'a> Run<'a> {
    fn new(arguments: &'a Learn, learner: Learner, from: String, stop: Arc<AtomicBool>) -> Self {
        let now = Instant::now();
        Run {
            arguments,
            learner,
            stop,
            came: VecDeque::new(),
            since: 0,
            pending: 0,
            updated: now,
            heard: now,
            unfit: BTreeSet::new(),
            from,
            store: None,
            unfilled: None,
            alarms: 0,
            policies: 0,
            status: Status::default(),
            told: now,
            ended: false,
        }
    }

    fn logs(&mut self, mut feed: LogFeed) -> Result<(), Failure> {
        loop {
            let messages = feed.more()?;
            if self.stopped()
                || messages.is_empty() && (self.idle() || self.arguments.until_idle.is_none())
            {
                break;
            }
            self.take(&messages)?;
            self.tell(false)?;
            if messages.is_empty() {
                std::thread::sleep(LOOK);
            }
        }
        if self.stopped() { Ok(()) } else { self.update() }
    }

    /// Whether nothing has come for as long as was asked for.
    fn idle(&self) -> bool {
        self.arguments.until_idle.is_some_and(|most| self.heard.elapsed().as_secs_f64() >= most)
    }

    fn stream(&mut self, mut feed: StreamFeed) -> Result<(), Failure> {
        let mut told: Option<String> = None;
        let mut pause = LOOK;
        let mut reached = false;
        while !self.stopped() {
            match feed.more(LOOK) {
                Ok(messages) => {
                    if told.take().is_some() {
                        note("note: the server is back");
                    }
                    pause = LOOK;
                    reached = true;
                    self.pending = feed.pending();
                    self.status.away = None;
                    self.take(&messages)?;
                    feed.taken();
                    self.tell(false)?;
                }
                Err(Unreachable::Refused(why)) => return Err(Failure::Other(why)),
                Err(Unreachable::Away(why)) => {
                    self.status.away = Some(why.clone());
                    self.tell(false)?;
                    if told.as_ref() != Some(&why) {
                        note(format_args!("note: {why}: trying again"));
                        told = Some(why);
                    }
                    // Nobody can say that nothing came, where there was somebody to ask.
                    if reached {
                        self.heard = Instant::now();
                    } else if let Some(why) = told.as_ref().filter(|_| self.idle()) {
                        return Err(Failure::Other(why.clone()));
                    }
                    std::thread::sleep(pause);
                    pause = (2 * pause).min(LONGEST_PAUSE);
                }
            }
            if reached && self.idle() {
                return self.update();
            }
        }
        Ok(())
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Takes messages; as soon as there is enough, an update is made.
    fn take(&mut self, messages: &[Message]) -> Result<(), Failure> {
        for message in messages {
            // What was there already, or is no record, waits for no update.
            if matches!(self.learner.take(&message.bytes)?, Taken::New(_)) {
                self.since += 1;
                self.came.extend(message.received_ms);
            }
            if self.learner.due() {
                self.update()?;
            }
        }
        if !messages.is_empty() {
            self.learner.sync()?;
            self.heard = Instant::now();
        }
        let late = self.updated.elapsed().as_secs_f64() >= self.arguments.every;
        if late && self.learner.waiting() > 0 {
            self.update()?;
        }
        Ok(())
    }

    fn update(&mut self) -> Result<(), Failure> {
        let made = self.learner.update()?;
        self.tell_withdrawn();
        let seconds = self.updated.elapsed().as_secs_f64();
        let records = std::mem::take(&mut self.since);
        let lag_s = lag(std::mem::take(&mut self.came), now_ms());
        self.updated = Instant::now();
        let Some(attempt) = made else { return Ok(()) };
        self.status.lag_s = lag_s.or(self.status.lag_s);
        self.tell(true)?;
        let told = Told {
            attempt: &attempt,
            lag_s,
            records,
            seconds,
            pending: self.pending,
            counts: self.learner.counts(),
            early: self.learner.early(),
        };
        if self.arguments.json {
            let line = serde_json::to_string(&told).map_err(|e| e.to_string())? + "\n";
            say_text(&line)?;
        } else {
            print(&told)?;
        }
        // Somebody may be watching through a pipe.
        all_said()
    }

    /// Says why sessions are passed over, each reason once.
    fn tell_unfit(&mut self) {
        for why in self.learner.unfit().keys() {
            if self.unfit.insert(why.clone()) {
                note(format_args!("note: sessions are passed over: {why}"));
            }
        }
    }

    /// Says which versions were withdrawn, each once.
    fn tell_withdrawn(&mut self) {
        for alarm in &self.learner.withdrawn()[self.alarms..] {
            let Alarm { version, sessions, difference, p, .. } = alarm;
            note(format_args!(
                "note: version {} is withdrawn: its listeners completed {difference:+.3} over {sessions} sessions (p {p:.4})",
                short(version)
            ));
        }
        self.alarms = self.learner.withdrawn().len();
    }

    /// Says which policies were made, each once.
    fn tell_policies(&mut self) {
        for policy in self.learner.policies().skip(self.policies) {
            let PolicyMove { segment, from, to, .. } = &policy.moved;
            note(format_args!(
                "note: policy {}: segment {segment}, level {from} to {to}: over {}",
                policy.number,
                policy.moved.seen()
            ));
        }
        self.policies = self.learner.policies().count();
    }

    /// Puts what is new into the server's store. What keeps it from that keeps nothing from being learned: it is tried again.
    fn put(&mut self) {
        let there = There {
            version: self.learner.newest(),
            withdrawn: self.learner.withdrawn().len(),
            policies: self.learner.policies().count(),
        };
        let Some(store) = &mut self.store else { return };
        let why = store.up_to(&self.arguments.out, there).err().map(|e| e.to_string());
        if let Some(why) = &why
            && self.unfilled.as_ref() != Some(why)
        {
            note(format_args!("note: {why}: trying again"));
        }
        self.unfilled = why;
    }

    /// Says where it stands, every little while.
    fn tell(&mut self, now: bool) -> Result<(), Failure> {
        if !now && self.told.elapsed() < TELL {
            return Ok(());
        }
        self.put();
        self.tell_unfit();
        self.tell_policies();
        self.told = Instant::now();
        let Status { lag_s, away, .. } = std::mem::take(&mut self.status);
        let tried = self.learner.attempts();
        self.status = Status {
            at_ms: now_ms(),
            from: self.from.clone(),
            ended: self.ended,
            version: self.learner.version(),
            hash: self.learner.hash().into(),
            began: self.learner.began().into(),
            counts: self.learner.counts(),
            early: self.learner.early(),
            pending: self.pending,
            waiting: self.learner.waiting(),
            away,
            lag_s,
            updates: tried[tried.len().saturating_sub(REMEMBERED)..].to_vec(),
            population: self.learner.population(),
            policy: self.learner.policy(),
            standings: self.learner.standings(),
            policies: {
                let made = self.learner.policies();
                made.skip(self.policies.saturating_sub(REMEMBERED)).cloned().collect()
            },
            withdrawn: self.learner.withdrawn().to_vec(),
        };
        Ok(self.status.write(&self.arguments.out)?)
    }

    fn end(mut self) -> Result<(), Failure> {
        self.ended = true;
        self.tell(true)?;
        if self.arguments.json {
            return Ok(());
        }
        let Counts { taken, known, other, foreign } = self.learner.counts();
        say!(
            "{} taken, {known} known already, {} refused ({other} of another format, {foreign} foreign), {} whose \
             predecessor has not come; {} passed over; {} wait for the next update; version {} ({})",
            counted(taken, "record"),
            other + foreign,
            self.learner.early(),
            counted(self.learner.unfit().values().sum::<u64>(), "session"),
            counted(self.learner.waiting(), "play"),
            self.learner.version(),
            short(self.learner.hash())
        )
    }
}

fn print(told: &Told) -> Result<(), Failure> {
    let Attempt { attempt, kind, plays, judged, judged_loss, accepted, version, hash, .. } =
        told.attempt;
    let verdict = match accepted {
        true => format!("version {version} ({})", short(hash)),
        false => format!("refused, version {version} stays"),
    };
    let judged = match judged {
        0 => "nothing to judge it by".into(),
        judged => {
            format!("loss {:.5} -> {:.5} on {judged} kept back", judged_loss[0], judged_loss[1])
        }
    };
    let lag = told.lag_s.map_or(String::new(), |[half, most, _]| {
        format!("; lag {half:.1} s, 99 of 100 {most:.1} s")
    });
    let rate = told.records as f64 / told.seconds.max(1e-9);
    say!(
        "{attempt:>5}  {:7}  {}, {judged}: {verdict}{lag}; {rate:.0} records a second",
        kind.name(),
        counted(*plays, "play"),
    )
}

/// Median, 99 of 100 and most of the seconds since these times.
fn lag(came: VecDeque<i64>, now_ms: i64) -> Option<[f64; 3]> {
    let mut lags: Vec<i64> = came.into_iter().map(|came| (now_ms - came).max(0)).collect();
    lags.sort_unstable();
    let at = |share: f64| lags.get((share * (lags.len().checked_sub(1)? as f64)).round() as usize);
    let seconds = |ms: &i64| *ms as f64 / 1000.0;
    Some([seconds(at(0.5)?), seconds(at(0.99)?), seconds(at(1.0)?)])
}

/// What the clock says, in milliseconds since 1970.
pub(super) fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lags_are_told_by_rank() {
        assert_eq!(lag(VecDeque::new(), 5), None);
        let came = (0..=100).map(|second| 1_000 * second).collect();
        assert_eq!(lag(came, 100_000), Some([50.0, 99.0, 100.0]));
        // A server's clock may be ahead.
        assert_eq!(lag([9_000].into(), 1_000), Some([0.0; 3]));
    }
}
