//! The model's promises: candidates do not see each other, training and serving compute the same,
//! backends agree, the cold and the empty work, and a folder that was tampered with is refused.

use std::collections::BTreeMap;
use std::path::Path;

use crate::common::{LIBRARY, random_session};
use burn::tensor::{Tensor, TensorData};
use melody_core::catalogue::{
    ArtistId, AudioFeature, CampaignId, Catalogue, GenreId, Song, SongId,
};
use melody_core::input::InputError;
use melody_core::listener::{HISTORY_LENGTH, History, ListenerView, SessionStats};
use melody_lab::config::TrainingConfig;
use melody_lab::data::{Batch, Dataset, Split, windows};
use melody_model as model;
use melody_model::{
    Backend, CROSS_FEATURES, HeadOutputs, ModelFiles, ModelVersion, Moment, SongTable,
    cross_features,
};
use melody_simulation::{LogConfig, World, listener_log};
use proptest::prelude::*;
use safetensors::{Dtype, SafeTensors};

fn files(backend: Backend) -> ModelFiles {
    model::load_shipped("default", &model::device(backend))
        .unwrap()
        .unwrap_or_else(|e| panic!("{e}"))
}

fn all_songs(catalogue: &Catalogue) -> Vec<SongId> {
    catalogue.ids().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..Default::default() })]

    #[test]
    fn a_song_scores_the_same_in_any_company(
        seed in any::<u64>(),
        picks in prop::collection::vec(any::<prop::sample::Index>(), 1..400),
    ) {
        let timeline = random_session(crate::common::engine("enthusiast", None, seed), seed, 3);
        let (state, catalogue) = (timeline.state(), &LIBRARY.catalogue);
        let view = state.view();
        let request = state.model.encode(&view);
        let all = all_songs(catalogue);
        let mut some: Vec<SongId> = picks.iter().map(|pick| *pick.get(&all)).collect();
        some.sort_unstable();
        some.dedup();
        let of_all = state.model.score(&request, catalogue, &view, all);
        let of_some = state.model.score(&request, catalogue, &view, some.clone());
        for (i, song) in some.iter().enumerate() {
            prop_assert_eq!(of_some.place(*song), Some(i));
            prop_assert_eq!(of_some.outputs(i), of_all.outputs(song.index()));
            prop_assert_eq!(of_some.gates(i), of_all.gates(song.index()));
        }
        let alone = state.model.score(&request, catalogue, &view, some[..1].to_vec());
        prop_assert_eq!(alone.outputs(0), of_all.outputs(some[0].index()));
        // The rounding on leaving the model hides nothing: what the head is given has the same bits.
        prop_assert_eq!(alone.own(0), of_all.own(some[0].index()));
    }
}

#[test]
fn training_and_serving_give_the_same_logits() {
    let files = files(Backend::default());
    let device = model::device(Backend::default());
    let catalogue = &LIBRARY.catalogue;
    let version = ModelVersion::new(&files, catalogue);
    let config =
        TrainingConfig { seed: 77, listeners: 50, sessions: 3, ..TrainingConfig::default() };
    let data = Dataset::simulate(catalogue, &config, Split::Validation, &|| {});
    let table = SongTable::new(catalogue, &files.config, &device);
    let world = World::new(catalogue);

    for listener in [0usize, 7] {
        // The training path: the listener's plays at once.
        let own: Vec<_> =
            windows(&data).into_iter().filter(|w| w.listener == listener).take(1).collect();
        let batch = Batch::gather(&data, &own, files.config.session_window, &device);
        let (trained, ..) = files.network.forward(&table, None, &batch.sequences);
        let trained = trained.logits.into_data().try_to_vec::<f32>().unwrap();

        // The serving path: the same plays one by one, through the same history the engine keeps.
        let log =
            LogConfig { seed: config.seed, sessions: config.sessions, rollouts: 0, slates: 0.0 };
        let (person, sessions) =
            listener_log(catalogue, &world, log, config.listeners + listener as u64);
        let mut history = History::default();
        let mut compared = 0;
        'plays: for session in &sessions {
            let mut stats = SessionStats::default();
            for logged in &session.plays {
                if compared == own[0].end {
                    break 'plays;
                }
                let view = ListenerView {
                    account: &person.account,
                    tier: logged.tier,
                    previews: logged.previews,
                    now_ms: logged.play.began_ms,
                    scene: logged.play.scene,
                    history: &history,
                    session: &stats,
                };
                let request = version.encode(&view);
                let row = |values: Vec<f32>| {
                    let width = values.len();
                    Tensor::<2>::from_data(TensorData::new(values, [1, width]), &device)
                };
                let scored = version.score(&request, catalogue, &view, vec![logged.play.song]);
                let own = row(scored.own(0).to_vec());
                let served = version.network.head.forward(own, row(request.shared.clone())).logits;
                let served = served.into_data().try_to_vec::<f32>().unwrap();
                for (i, served) in served.iter().enumerate() {
                    let trained = trained[compared * HeadOutputs::WIDTH + i];
                    assert!(
                        (served - trained).abs() <= 1e-5,
                        "listener {listener}, play {compared}, logit {i}: {served} is not {trained}"
                    );
                }
                compared += 1;
                stats.record(&logged.play, catalogue.song(logged.play.song).promoted());
                history.record(catalogue, logged.play.clone());
            }
        }
        assert_eq!(compared, own[0].end.min(HISTORY_LENGTH), "every play of the window");
        assert!(compared > 5, "a listener of {compared} plays shows little");
    }
}

/// Backends matter for training and near-line updates; scoring has no backend.
#[cfg(feature = "ndarray")]
#[test]
fn backends_agree_on_every_song() {
    let timeline = random_session(crate::common::engine("likely-payer", None, 4), 4, 6);
    let (view, catalogue) = (timeline.state().view(), &LIBRARY.catalogue);
    let moment = Moment::new(&view);
    let cross: Vec<f32> =
        catalogue.ids().flat_map(|song| cross_features(catalogue, &view, song)).collect();
    let logits = |&backend: &Backend| {
        let device = model::device(backend);
        let files = files(backend);
        let songs = files.network.encode_songs(&SongTable::new(catalogue, &files.config, &device));
        let encoded = files.network.encode(&songs, &moment);
        let cross = TensorData::new(cross.clone(), [catalogue.songs.len(), CROSS_FEATURES.len()]);
        let own = files.network.represent(&encoded, songs, Tensor::from_data(cross, &device));
        let head = files.network.head.forward(own, encoded.shared.clone());
        head.logits.into_data().try_to_vec::<f32>().unwrap()
    };
    let logits: Vec<Vec<f32>> = Backend::ALL.iter().map(logits).collect();
    for other in &logits[1..] {
        assert_eq!(other.len(), logits[0].len());
        for (i, (a, b)) in logits[0].iter().zip(other).enumerate() {
            assert!((a - b).abs() <= 1e-4, "logit {i}: {a} is not {b}");
        }
    }
}

/// Songs of genres and artists nobody has heard of, with extreme or missing values.
fn strangers() -> Catalogue {
    let mut catalogue = (*LIBRARY.catalogue).clone();
    catalogue.genres.push(melody_core::catalogue::Genre {
        id: "unheard-of".into(),
        name: "Unheard of".into(),
        name_zh: "闻所未闻".into(),
        family: 0,
        base: None,
    });
    catalogue.artists.push(melody_core::catalogue::Artist { name: "Nobody Yet".into() });
    let genre = GenreId(catalogue.genres.len() as u16 - 1);
    let artist = ArtistId(catalogue.artists.len() as u32 - 1);
    let song = |i: usize, audio: [Option<f32>; AudioFeature::COUNT], extreme: bool| Song {
        id: format!("stranger-{i}").into(),
        title: "First".into(),
        artists: vec![artist].into(),
        genre,
        year: extreme.then_some(1000),
        duration_ms: if extreme { 86_400_000 } else { 1_000 },
        popularity: if extreme { 100.0 } else { 0.0 },
        explicit: extreme,
        premium: extreme,
        campaign: extreme.then_some(CampaignId(0)),
        audio: audio.into(),
    };
    let lowest = AudioFeature::ALL.map(|f| Some(*f.range().start() as f32));
    let highest = AudioFeature::ALL.map(|f| Some(*f.range().end() as f32));
    let missing = [None; AudioFeature::COUNT];
    catalogue.songs = [missing, lowest, highest]
        .into_iter()
        .enumerate()
        .flat_map(|(i, audio)| [song(2 * i, audio, false), song(2 * i + 1, audio, true)])
        .collect();
    catalogue
}

#[test]
fn the_unknown_and_the_empty_score_probabilities() {
    let catalogue = strangers();
    let version = ModelVersion::new(&files(Backend::default()), &catalogue);
    let profile = melody_simulation::profile::shipped("new-listener").unwrap();
    let (history, session) = (History::default(), SessionStats::default());
    let view = ListenerView {
        account: &profile.account,
        tier: profile.account.tier,
        previews: 0,
        now_ms: 0,
        scene: profile.scene,
        history: &history,
        session: &session,
    };
    let request = version.encode(&view);
    assert!((0.0..=1.0).contains(&request.session_gate));
    let scored = version.score(&request, &catalogue, &view, all_songs(&catalogue));
    assert_eq!(scored.songs().len(), catalogue.songs.len());
    for i in 0..scored.songs().len() {
        let o = scored.outputs(i);
        for p in [o.completion, o.play_ratio, o.like, o.skip, o.subscription, o.exposure] {
            assert!((0.0..=1.0).contains(&p.value()), "{o:?}");
        }
        for task in scored.gates(i) {
            let sum: f64 = task.iter().map(|gate| gate.value()).sum();
            assert!((sum - 1.0).abs() < 1e-4, "{task:?}");
        }
        // Not-a-number would have been rounded to zero.
        assert!(o.completion.millionths() > 0 && o.skip.millionths() > 0, "{o:?}");
    }
    assert!(version.score(&request, &catalogue, &view, Vec::new()).songs().is_empty());
}

/// What near-line updates have learned of a listener moves where the towers put them, and no song.
#[test]
fn what_is_learned_of_a_listener_moves_their_vector_alone() {
    let catalogue = strangers();
    let version = ModelVersion::new(&files(Backend::default()), &catalogue);
    let mut network = (*version.network).clone();
    network.head.listener = network.head.listener.map(|learned| learned + 0.5);
    let updated = version.updated(network);
    let profile = melody_simulation::profile::shipped("new-listener").unwrap();
    let (history, session) = (History::default(), SessionStats::default());
    let view = ListenerView {
        account: &profile.account,
        tier: profile.account.tier,
        previews: 0,
        now_ms: 0,
        scene: profile.scene,
        history: &history,
        session: &session,
    };
    let query = |version: &ModelVersion| version.query(&version.encode(&view), &view).unwrap();
    assert_ne!(query(&version), query(&updated));
    assert_eq!(version.vectors(), updated.vectors());
    assert_eq!(query(&version), query(&version.clone()));
}

/// A model without towers is one: what an older one has left in the folder is not taken for its own.
#[test]
fn a_model_need_not_have_towers() {
    let folder = Folder::new();
    let mut plain = files(Backend::default());
    (plain.towers, plain.manifest.towers_sha256) = (None, None);
    model::save(folder.0.path(), &plain).unwrap();
    assert!(folder.0.path().join("towers.safetensors").exists());
    let device = model::device(Backend::default());
    let read = model::load(folder.0.path(), &device).unwrap();
    assert!(read.towers.is_none() && read.manifest == plain.manifest);
    let version = ModelVersion::new(&read, &strangers());
    assert!(version.vectors().is_none() && version.towers_hash().is_none());
}

/// A model folder of one's own, to tamper with.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        model::save(folder.path(), &files(Backend::default())).unwrap();
        Folder(folder)
    }

    fn load(&self) -> Result<ModelFiles, InputError> {
        model::load(self.0.path(), &model::device(Backend::default()))
    }

    fn edit(&self, name: &str, change: impl FnOnce(String) -> String) {
        let path = self.0.path().join(name);
        std::fs::write(&path, change(std::fs::read_to_string(&path).unwrap())).unwrap();
    }

    /// Rewrites the weights, tensor by tensor: shape and values, or none to leave it out.
    fn edit_weights(&self, change: impl Fn(&str, &mut Stored) -> bool) {
        let path = self.0.path().join("weights.safetensors");
        let bytes = std::fs::read(&path).unwrap();
        let file = SafeTensors::deserialize(&bytes).unwrap();
        let mut kept: BTreeMap<String, Stored> = BTreeMap::new();
        for (name, view) in file.iter() {
            let mut tensor = Stored {
                dtype: view.dtype(),
                shape: view.shape().to_vec(),
                bytes: view.data().to_vec(),
            };
            if change(name, &mut tensor) {
                kept.insert(name.to_string(), tensor);
            }
        }
        let views = kept.iter().map(|(name, t)| {
            let view = safetensors::tensor::TensorView::new(t.dtype, t.shape.clone(), &t.bytes);
            (name.as_str(), view.unwrap())
        });
        std::fs::write(&path, safetensors::serialize(views, None).unwrap()).unwrap();
    }

    /// Requires loading to fail with a problem in this file and field.
    #[track_caller]
    fn refuses(&self, file: &str, field: &str, message: &str) {
        let error = self.load().expect_err("the folder was tampered with");
        let found = error.problems.iter().find(|p| p.field.as_deref() == Some(field));
        let problem = found.unwrap_or_else(|| panic!("nothing about {field}: {error}"));
        assert!(Path::new(&problem.file).ends_with(file), "{problem}");
        assert!(problem.message.contains(message), "{problem}");
    }
}

struct Stored {
    dtype: Dtype,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

/// A tensor every network has.
const TENSOR: &str = "head.interest.hidden.weight";

#[test]
fn a_saved_model_loads_to_the_same_bits() {
    let folder = Folder::new();
    let (saved, loaded) = (files(Backend::default()), folder.load().unwrap());
    assert_eq!(loaded.manifest, saved.manifest);
    assert_eq!(loaded.config, saved.config);
    assert_eq!(loaded.examples, saved.examples);
    assert_eq!(model::weights_hash(&loaded.network), saved.manifest.weights_sha256);
    // Saved again, every file has the same bytes.
    let again = tempfile::tempdir().unwrap();
    model::save(again.path(), &loaded).unwrap();
    for entry in std::fs::read_dir(folder.0.path()).unwrap() {
        let name = entry.unwrap().file_name();
        let read = |folder: &Path| std::fs::read(folder.join(&name)).unwrap();
        assert!(read(folder.0.path()) == read(again.path()), "{name:?} differs");
    }
}

#[test]
fn a_tampered_weight_is_found_by_its_hash() {
    let folder = Folder::new();
    folder.edit_weights(|name, tensor| {
        if name == TENSOR {
            tensor.bytes[1] ^= 1;
        }
        true
    });
    folder.refuses("model.toml", "weights_sha256", "hash");
}

#[test]
fn a_missing_tensor_is_named() {
    let folder = Folder::new();
    folder.edit_weights(|name, _| name != TENSOR);
    folder.refuses("weights.safetensors", TENSOR, "missing");
}

#[test]
fn an_unknown_tensor_is_named() {
    let folder = Folder::new();
    folder.edit_weights(|_, _| true);
    let path = folder.0.path().join("weights.safetensors");
    let bytes = std::fs::read(&path).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let extra = file.tensor(TENSOR).unwrap();
    let views = file.iter().chain([("extra.weight", extra)]);
    std::fs::write(&path, safetensors::serialize(views, None).unwrap()).unwrap();
    folder.refuses("weights.safetensors", "extra.weight", "no such tensor");
}

#[test]
fn of_a_hundred_thousand_unknown_tensors_a_few_are_named_and_the_rest_counted() {
    let folder = Folder::new();
    let nothing = safetensors::tensor::TensorView::new(Dtype::U8, vec![0], &[]).unwrap();
    let views = (0..100_000).map(|i| (format!("head.interest.{i}.weight"), nothing.clone()));
    let bytes = safetensors::serialize(views, None).unwrap();
    std::fs::write(folder.0.path().join("weights.safetensors"), bytes).unwrap();
    folder.refuses("weights.safetensors", "head.interest.10.weight", "no such tensor");
    folder.refuses("weights.safetensors", "(header)", "99950 more tensors");
    folder.refuses("weights.safetensors", TENSOR, "missing");
}

#[test]
fn a_wrong_shape_is_named() {
    let folder = Folder::new();
    folder.edit_weights(|name, tensor| {
        if name == TENSOR {
            tensor.shape.reverse();
            tensor.shape.push(1);
        }
        true
    });
    folder.refuses("weights.safetensors", TENSOR, "shape");
}

#[test]
fn a_wrong_type_is_named() {
    let folder = Folder::new();
    folder.edit_weights(|name, tensor| {
        if name == TENSOR {
            tensor.dtype = Dtype::I32;
        }
        true
    });
    folder.refuses("weights.safetensors", TENSOR, "type");
}

#[test]
fn a_value_that_is_not_finite_is_named() {
    for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let folder = Folder::new();
        folder.edit_weights(|name, tensor| {
            if name == TENSOR {
                tensor.bytes[8..12].copy_from_slice(&value.to_le_bytes());
            }
            true
        });
        folder.refuses("weights.safetensors", TENSOR, "not a finite number");
    }
}

#[test]
fn a_config_of_another_shape_is_named() {
    let folder = Folder::new();
    folder.edit("config.toml", |text| text.replace("\nexperts = ", "\nexperts = 1"));
    folder.refuses("weights.safetensors", "head.mixture.gates.weight", "config.toml asks for");
}

#[test]
fn a_config_too_large_for_any_memory_is_refused_before_it_is_built() {
    let folder = Folder::new();
    folder.edit("config.toml", |text| {
        text.replace("\nsong_buckets = ", "\nsong_buckets = 16777216 # ")
            .replace("\nd_id = ", "\nd_id = 256 # ")
    });
    folder.refuses("config.toml", "song_buckets", "parameters");
}

#[test]
fn a_schema_of_another_program_is_named() {
    let folder = Folder::new();
    folder.edit("schema.toml", |text| text.replacen("\"danceability\"", "\"danceableness\"", 1));
    folder.refuses("schema.toml", "song[0]", "danceableness");
    let folder = Folder::new();
    folder.edit("schema.toml", |text| text.replacen("    \"promoted\",\n", "", 1));
    folder.refuses("schema.toml", "song", "features");
}

#[test]
fn damaged_examples_are_named() {
    let folder = Folder::new();
    let path = folder.0.path().join("examples.safetensors");
    let bytes = std::fs::read(&path).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let views = file.iter().filter(|(name, _)| *name != "held_back.mask");
    std::fs::write(&path, safetensors::serialize(views, None).unwrap()).unwrap();
    folder.refuses("examples.safetensors", "held_back.mask", "missing");
}

/// Whatever bits flip in a file of weights or examples: no panic, and no other weights get in.
#[test]
fn flipped_bits_never_pass_as_the_model() {
    let folder = Folder::new();
    let hash = folder.load().unwrap().manifest.weights_sha256;
    let flips = prop::collection::vec((any::<bool>(), any::<prop::sample::Index>(), 1u8..), 1..4);
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 60,
        failure_persistence: None,
        ..Default::default()
    });
    for name in ["weights.safetensors", "examples.safetensors"] {
        let path = folder.0.path().join(name);
        let good = std::fs::read(&path).unwrap();
        let header = 8 + u64::from_le_bytes(good[..8].try_into().unwrap()) as usize;
        let result = runner.run(&flips, |flips| {
            let mut bytes = good.clone();
            for (in_header, at, bits) in flips {
                // The header is small: half of the flips go there.
                let at = at.index(if in_header { header } else { bytes.len() });
                bytes[at] ^= bits;
            }
            std::fs::write(&path, &bytes).unwrap();
            if let Ok(files) = folder.load() {
                prop_assert_eq!(model::weights_hash(&files.network), hash.clone());
            }
            Ok(())
        });
        result.unwrap();
        std::fs::write(&path, good).unwrap();
    }
}
