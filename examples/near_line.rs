//! What near-line updates are worth: how much better a listener's plays to come are foretold.
//!
//! Simulated listeners that no model has learned from are followed play by play through their logs. Before each
//! play the trained model, a model that learns anew in every session and one whose learning is kept between
//! sessions each foretell whether it will be heard to the end. Then all are told. Prints log loss and AUC of the
//! three, how many updates were accepted, and the differences with 95 % intervals over listeners.
//!
//! ```text
//! cargo run --release --example near_line -- --listeners 300
//! ```

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use clap::Parser;
use melody::catalogue::Catalogue;
use melody::evaluation::{Labelled, auc};
use melody::feedback::{Example, Update};
use melody::model::{Backend, Examples, ModelVersion, device};
use melody::opening::{catalogue_named, model_named, policy_named};
use melody::policy::NearLine;
use melody::simulation::World;
use melody::training::log::{LoggedListener, simulated};
use melody::training::{Drawn, Split, TrainingConfig, replay};
use rayon::prelude::*;

/// Other values than the policy's, to see what they do.
#[derive(Parser)]
struct Arguments {
    #[arg(long, default_value_t = 300)]
    listeners: u64,
    #[arg(long, default_value_t = 8)]
    sessions: u32,
    #[arg(long, default_value = "default")]
    policy: String,
    #[arg(long)]
    steps: Option<u32>,
    #[arg(long)]
    learning_rate: Option<f64>,
    #[arg(long)]
    listener_rate: Option<f64>,
    #[arg(long)]
    prior: Option<f64>,
    #[arg(long)]
    newest: Option<usize>,
    #[arg(long)]
    replayed: Option<usize>,
    #[arg(long)]
    every: Option<u32>,
}

/// One way of learning, along a listener's plays.
struct Learner {
    kept: bool,
    version: ModelVersion,
    newest: Vec<Arc<Example>>,
    plays: u32,
    accepted: u32,
    refused: u32,
}

impl Learner {
    fn new(base: &ModelVersion, kept: bool) -> Self {
        let version = base.clone();
        Learner { kept, version, newest: Vec::new(), plays: 0, accepted: 0, refused: 0 }
    }

    fn session(&mut self, base: &ModelVersion) {
        if !self.kept {
            let (accepted, refused) = (self.accepted, self.refused);
            *self = Learner { accepted, refused, ..Learner::new(base, false) };
        }
    }

    fn told(&mut self, example: Example, own: &Arc<Examples>, policy: NearLine, key: (u64, u32)) {
        self.newest.push(Arc::new(example));
        self.plays += 1;
        if self.plays.is_multiple_of(policy.every) {
            let update = Update::new(self.version.clone(), &self.newest, own.clone(), policy, key);
            let (version, report) = update.outcome();
            self.version = version;
            self.accepted += u32::from(report.accepted);
            self.refused += u32::from(!report.accepted);
        }
    }
}

/// What one listener's plays came to.
struct Followed {
    completed: Vec<bool>,
    /// By each of the three.
    foretold: [Vec<f64>; 3],
    updates: [[u32; 2]; 2],
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let here = Path::new("");
    let catalogue = catalogue_named("default", here)?;
    let (files, world) =
        (model_named("default", here, &device(Backend::Flex))?, World::new(&catalogue));
    let mut policy = policy_named(&arguments.policy, here)?.near_line;
    policy.steps = arguments.steps.unwrap_or(policy.steps);
    policy.learning_rate = arguments.learning_rate.unwrap_or(policy.learning_rate);
    policy.listener_rate = arguments.listener_rate.unwrap_or(policy.listener_rate);
    policy.prior = arguments.prior.unwrap_or(policy.prior);
    policy.newest = arguments.newest.unwrap_or(policy.newest);
    policy.replayed = arguments.replayed.unwrap_or(policy.replayed);
    policy.every = arguments.every.unwrap_or(policy.every);
    let base = ModelVersion::new(&files, &catalogue);
    let own = Arc::new(files.examples);

    let config = TrainingConfig {
        test_listeners: arguments.listeners,
        sessions: arguments.sessions,
        rollouts: 0,
        ..Default::default()
    };
    let drawn = Drawn::new(&config, Split::Test);
    let followed: Vec<Followed> = drawn
        .indices
        .clone()
        .into_par_iter()
        .map(|index| {
            let listener = simulated(&catalogue, &world, drawn.log, index);
            follow(&catalogue, &base, &own, policy, &listener, index)
        })
        .collect();
    report(&followed);
    Ok(())
}

fn follow(
    catalogue: &Catalogue,
    base: &ModelVersion,
    own: &Arc<Examples>,
    policy: NearLine,
    listener: &LoggedListener,
    index: u64,
) -> Followed {
    let mut learners = [Learner::new(base, false), Learner::new(base, true)];
    let mut completed = Vec::new();
    let mut foretold: [Vec<f64>; 3] = Default::default();
    let mut before = 0;
    replay(catalogue, listener, listener.sessions.len(), |view, session, plays| {
        if session != before {
            before = session;
            learners.iter_mut().for_each(|learner| learner.session(base));
        }
        let song = vec![plays[0].play.song];
        let request = base.encode(view);
        let scored = base.score(&request, catalogue, view, song.clone());
        completed.push(plays[0].play.completed);
        foretold[0].push(scored.outputs(0).completion.value());
        let (play, promoted) = (&plays[0].play, plays[0].engaged.is_some());
        let (own_of, shared) = (scored.own(0).to_vec(), request.shared.clone());
        let example = Example::of_play(own_of, shared, play, promoted);
        for (i, learner) in learners.iter_mut().enumerate() {
            let version = &learner.version;
            let scored = version.score(&version.encode(view), catalogue, view, song.clone());
            foretold[i + 1].push(scored.outputs(0).completion.value());
            learner.told(example.clone(), own, policy, (index, completed.len() as u32));
        }
    });
    let updates = learners.map(|learner| [learner.accepted, learner.refused]);
    Followed { completed, foretold, updates }
}

fn loss(probability: f64, holds: bool) -> f64 {
    -if holds { probability } else { 1.0 - probability }.max(1e-6).ln()
}

fn report(all: &[Followed]) {
    let plays: usize = all.iter().map(|l| l.completed.len()).sum();
    println!("{plays} plays of {} listeners, simulated", all.len());
    for (way, name) in ["as trained", "anew in each session", "kept"].iter().enumerate() {
        let pairs: Vec<Labelled> = all
            .iter()
            .flat_map(|l| l.foretold[way].iter().zip(&l.completed))
            .map(|(&score, &label)| Labelled { score, label, weight: 1.0 })
            .collect();
        let mean = pairs.iter().map(|p| loss(p.score, p.label)).sum::<f64>() / plays as f64;
        // Of each listener: what is better than as trained.
        let gains: Vec<f64> = all
            .iter()
            .map(|l| {
                let of = |way: usize| {
                    let each = l.foretold[way].iter().zip(&l.completed);
                    each.map(|(&p, &holds)| loss(p, holds)).sum::<f64>()
                        / l.completed.len().max(1) as f64
                };
                of(0) - of(way)
            })
            .collect();
        let count = gains.len() as f64;
        let gain = gains.iter().sum::<f64>() / count;
        let variance = gains.iter().map(|g| (g - gain).powi(2)).sum::<f64>() / (count - 1.0);
        let half = 1.96 * (variance / count).sqrt();
        let updates = match way {
            0 => String::new(),
            _ => {
                let sum = |i: usize| all.iter().map(|l| l.updates[way - 1][i]).sum::<u32>();
                format!("  {} updates accepted, {} refused", sum(0), sum(1))
            }
        };
        println!(
            "{name:22} log loss {mean:.4}  AUC {:.4}  gain by listener {gain:+.5} ± {half:.5}{updates}",
            auc(&pairs).unwrap_or(f64::NAN)
        );
    }
}
