//! A small model, trained in seconds, and a session with it.
//!
//! ```text
//! cargo run --release --example train_small
//! ```
//!
//! `melody train --out DIR` does this with thirty thousand listeners, watched, calibrated, judged and with a
//! card. Here is the part in the middle: simulated listening goes in, a network comes out, and a folder of it
//! is a model like any other.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use melody::engine::Timeline;
use melody::event::Action;
use melody::feedback::Examples;
use melody::model::{self, Backend, Manifest, ModelFiles, NetworkConfig, weights_hash};
use melody::opening::{Library, Opening, catalogue_named, policy_named, profile_named};
use melody::playback::Playhead;
use melody::training::{
    Dataset, Greedy, Judge, Outcome, Source, Split, Trained, Training, TrainingConfig, examples,
    train,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::temp_dir().join(format!("melody-model-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    train_into(&folder)?;

    let opening = Opening {
        profile: "enthusiast".into(),
        model: folder.display().to_string(),
        ..Opening::default()
    };
    let here = Path::new("");
    let library = Library::load(&opening, here, Backend::default())?;
    let listener = profile_named(&opening.profile, here)?;
    let mut session = Timeline::start(Arc::new(library.engine_of(&opening, &listener, here)?));
    println!("\nA session with model `{}`:", session.trace().versions.model);
    for _ in 0..5 {
        let playing = session.trace().playing.clone();
        let (song, whole) = (&playing.song, playing.length_ms());
        let mut head = Playhead::after(session.trace());
        head.play_until(whole, whole);
        println!("  heard {:<28} {}", song.title, song.genre);
        session.apply(head.event(Action::Finish))?;
    }
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

/// Trains on a few hundred listeners and saves what came of it.
fn train_into(folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let config = TrainingConfig {
        listeners: 400,
        test_listeners: 50,
        sessions: 3,
        epochs: 2,
        warm_up: 20,
        validate_every: 25,
        examples: 64,
        // A quarter of the default's width: fast, and worse.
        network: NetworkConfig {
            d_model: 32,
            feed_forward: 64,
            layers: 1,
            ..NetworkConfig::default()
        },
        ..TrainingConfig::default()
    };
    let here = Path::new("");
    let catalogue = catalogue_named("default", here)?;
    let device = model::device(Backend::default());
    // Nothing is in two splits, and no draw is shared: the seed, the purpose and the listener's number
    // say all of what a simulated listener does.
    let learned_from = Dataset::simulate(&catalogue, &config, Split::Train, &|| ());
    let validation = Dataset::simulate(&catalogue, &config, Split::Validation, &|| ());
    println!("{} plays to learn from, {} to watch by", learned_from.plays(), validation.plays());

    let policy = policy_named("default", here)?;
    let training = Training {
        catalogue: &catalogue,
        config: &config,
        data: &Source::memory(learned_from),
        validation: &validation,
        greedy: Greedy::new(&policy),
        device: &device,
        // Checkpoints go here. The same call after a kill goes on from the last one, to the same bits.
        folder,
    };
    let outcome = train(&training, &mut |step| {
        if step.step.is_multiple_of(10) {
            let [interest, subscription, exposure] = step.losses;
            println!(
                "  step {:>4} of {}: {interest:.3} {subscription:.3} {exposure:.3}",
                step.step, step.steps
            );
        }
        ControlFlow::Continue(())
    })?;
    let Outcome::Finished(trained) = outcome else { return Err("nobody stopped it".into()) };
    let Trained { network, validations, best_step, .. } = *trained;
    if let (Some(first), Some(last)) = (validations.first(), validations.last()) {
        println!(
            "validation loss {:.4} at step {}, {:.4} at {}",
            first.loss, first.step, last.loss, last.step
        );
    }

    // Near-line updates replay some examples and check themselves on others; both are part of a model.
    let shape = &config.network;
    let judge = Judge { network: &network, shape, catalogue: &catalogue, device: &device };
    let mut replay = examples(judge, &validation, 2 * config.examples);
    let held_back = replay.split_off(replay.len() / 2);
    let files = ModelFiles {
        manifest: Manifest {
            format: 1,
            name: "small".into(),
            weights_sha256: weights_hash(&network),
            towers_sha256: None,
            trained_on: catalogue.name.clone(),
            seed: config.seed,
            steps: best_step,
            objective: config.objective.clone(),
        },
        config: shape.clone(),
        // `melody train-towers` gives a model those.
        towers: None,
        examples: Examples { replay, held_back },
        network,
    };
    Ok(model::save(folder, &files)?)
}
