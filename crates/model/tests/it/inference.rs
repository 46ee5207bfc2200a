//! The network laid out for scoring computes what the network of tensors does, whatever its shape, and
//! the same bits for a song in any company, in any order, on any number of threads.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Tensor, TensorData};
use melody_core::catalogue::{Catalogue, SongId, default_catalogue};
use melody_core::listener::HISTORY_LENGTH;
use melody_core::rng::{Purpose, generator};
use melody_core::scene::Scene;
use melody_model as model;
use melody_model::{
    ACCOUNT_FEATURES, Backend, CROSS_FEATURES, Cross, Inference, MOMENT_FEATURES, Moment, Network,
    NetworkConfig, NetworkPart, OUTCOME_FEATURES, Scores, Sharing, SongTable, profile_width,
    silenced,
};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

const TOLERANCE: f32 = 1e-5;

/// Moves every weight a little, so that none is at its initial zero or one.
struct Shake(ChaCha8Rng);

impl ModuleMapper for Shake {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        param.map(|tensor| {
            let (shape, device) = (tensor.shape(), tensor.device());
            let noise = (0..shape.num_elements()).map(|_| self.0.random_range(-0.1..0.1f32));
            let noise = TensorData::new(noise.collect::<Vec<f32>>(), shape);
            tensor + Tensor::from_data(noise, &device)
        })
    }
}

/// A network of tensors beside the same network laid out for scoring.
struct Pair {
    network: Network,
    songs: Tensor<2>,
    inference: Inference,
}

impl Pair {
    fn new(config: &NetworkConfig, catalogue: &Catalogue) -> Self {
        let device = model::device(Backend::default());
        let shake = &mut Shake(generator(3, Purpose::Bootstrap, 1));
        let network = Network::new(config, 5, &device).map(shake);
        let songs = network.encode_songs(&SongTable::new(catalogue, config, &device));
        let inference = Inference::new(&network, songs.clone());
        Pair { network, songs, inference }
    }

    /// Requires both to say the same of these songs at this moment.
    fn agree(&self, moment: &Moment, rows: &[usize], what: &str) {
        let encoded = self.inference.encode(moment);
        let scores = self.inference.score(&encoded, rows, cross_of);

        let device = self.songs.device();
        let reference = self.network.encode(&self.songs, moment);
        let ids: Vec<i32> = rows.iter().map(|&row| row as i32).collect();
        let songs = self.songs.clone().select(0, Tensor::from_data(ids.as_slice(), &device));
        let cross: Vec<f32> = rows.iter().flat_map(|&row| cross_of(row)).collect();
        let cross = TensorData::new(cross, [rows.len(), CROSS_FEATURES.len()]);
        let cross = Tensor::<2>::from_data(cross, &device);
        let own = self.network.represent(&reference, songs.clone(), cross.clone());
        let head = self.network.head.forward(own.clone(), reference.shared.clone());

        close(&encoded.shared, &floats(reference.shared.clone()), &format!("{what}: shared"));
        close(&[encoded.session_gate], &[reference.session_gate], &format!("{what}: gate"));
        close(&scores.own, &floats(own), &format!("{what}: own"));
        close(&scores.gates, &floats(head.gates), &format!("{what}: gates"));
        close(&scores.logits, &floats(head.logits), &format!("{what}: logits"));

        let (first, cross_first) = (songs.narrow(0, 0, 1), cross.narrow(0, 0, 1));
        let layers = self.network.attention(&reference, first, cross_first);
        let found = self.inference.attention(&encoded, rows[0], cross_of(rows[0]));
        assert_eq!(found.len(), layers.len());
        for (found, layer) in found.iter().zip(&layers) {
            close(found, layer, &format!("{what}: attention"));
        }
    }
}

fn floats<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_to_vec().unwrap()
}

#[track_caller]
fn close(found: &[f32], wanted: &[f32], what: &str) {
    assert_eq!(found.len(), wanted.len(), "{what}");
    for (i, (found, wanted)) in found.iter().zip(wanted).enumerate() {
        let off = (found - wanted).abs();
        assert!(off <= TOLERANCE, "{what}, number {i}: {found} is not {wanted}");
    }
}

/// Made-up cross features of a song, the same at every call.
fn cross_of(row: usize) -> Cross {
    let rng = &mut generator(11, Purpose::Bootstrap, row as u64);
    std::array::from_fn(|_| rng.random_range(-1.0..1.0))
}

/// A made-up moment after some plays.
fn moment(plays: usize, session_plays: usize, songs: usize) -> Moment {
    let rng = &mut generator(13, Purpose::Bootstrap, plays as u64);
    let mut some =
        |count: usize| (0..count).map(|_| rng.random_range(-1.0..1.0f32)).collect::<Vec<f32>>();
    let profile = some(profile_width());
    assert!(profile.len() > ACCOUNT_FEATURES.len());
    let moment = some(MOMENT_FEATURES.len());
    let outcomes = some(plays * OUTCOME_FEATURES.len());
    Moment {
        profile,
        moment,
        scene: plays % Scene::COUNT,
        songs: (0..plays).map(|_| rng.random_range(0..songs as i32)).collect(),
        outcomes,
        scenes: (0..plays).map(|_| rng.random_range(0..Scene::COUNT as i32)).collect(),
        session_plays,
    }
}

#[test]
fn networks_of_many_shapes_score_as_their_tensors_do() {
    let catalogue = default_catalogue();
    let small = NetworkConfig { song_buckets: 64, artist_buckets: 64, ..NetworkConfig::default() };
    let shapes = [
        ("default", small.clone()),
        ("one head, one layer", NetworkConfig { heads: 1, layers: 1, ..small.clone() }),
        ("two heads, three layers", NetworkConfig { heads: 2, layers: 3, ..small.clone() }),
        ("eight heads", NetworkConfig { heads: 8, ..small.clone() }),
        ("shared bottom", NetworkConfig { sharing: Sharing::SharedBottom, ..small.clone() }),
        ("extraction", NetworkConfig { sharing: Sharing::Ple, experts: 5, ..small.clone() }),
        (
            "extraction of odd sizes",
            NetworkConfig {
                sharing: Sharing::Ple,
                expert_hidden: 7,
                expert_output: 6,
                ..small.clone()
            },
        ),
        (
            "odd sizes",
            NetworkConfig {
                d_model: 21,
                heads: 3,
                feed_forward: 30,
                session_window: 5,
                d_session: 7,
                d_profile: 9,
                d_scene: 3,
                experts: 3,
                expert_hidden: 13,
                expert_output: 10,
                tower_hidden: 5,
                ..small
            },
        ),
    ];
    for (name, config) in shapes {
        let pair = Pair::new(&config, &catalogue);
        for (plays, session_plays) in [(0, 0), (1, 0), (3, 3), (20, 7), (HISTORY_LENGTH, 50)] {
            let moment = moment(plays, session_plays, catalogue.songs.len());
            let rows: Vec<usize> = (0..37).map(|i| (i * 53) % catalogue.songs.len()).collect();
            pair.agree(&moment, &rows, &format!("{name}, {plays} plays"));
        }
    }
}

#[test]
fn the_shipped_model_scores_as_its_tensors_do() {
    let library = &crate::common::LIBRARY;
    let files = model::load_shipped("default", &model::device(Backend::default()));
    let files = files.unwrap().unwrap_or_else(|e| panic!("{e}"));
    let table = SongTable::new(&library.catalogue, &files.config, &library.model.device());
    let songs = files.network.encode_songs(&table);
    let inference = Inference::new(&files.network, songs.clone());
    let pair = Pair { network: files.network, songs, inference };
    for (profile, plays) in [("new-listener", 0), ("enthusiast", 9), ("likely-payer", 60)] {
        let timeline =
            crate::common::random_session(crate::common::engine(profile, None, 9), 9, plays);
        let moment = Moment::new(&timeline.state().view());
        let rows: Vec<usize> = library.catalogue.ids().map(SongId::index).collect();
        pair.agree(&moment, &rows, profile);
    }
}

/// One song's part of some scores, as bits.
fn bits(scores: &Scores, place: usize, songs: usize) -> Vec<u32> {
    [&scores.logits, &scores.gates, &scores.own]
        .into_iter()
        .flat_map(|values| {
            let width = values.len() / songs;
            &values[place * width..(place + 1) * width]
        })
        .map(|value| value.to_bits())
        .collect()
}

#[test]
fn a_song_has_the_same_bits_in_any_company_and_on_any_number_of_threads() {
    let catalogue = default_catalogue();
    let pair = Pair::new(&NetworkConfig::default(), &catalogue);
    let moment = moment(30, 4, catalogue.songs.len());
    let encoded = pair.inference.encode(&moment);
    let all: Vec<usize> = (0..catalogue.songs.len()).collect();
    let of_all = pair.inference.score(&encoded, &all, cross_of);

    let backwards: Vec<usize> = all.iter().rev().copied().collect();
    for threads in [1, 2, 5] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let again = pair.inference.encode(&moment);
            let of_backwards = pair.inference.score(&again, &backwards, cross_of);
            for (place, &row) in backwards.iter().enumerate() {
                assert_eq!(
                    bits(&of_backwards, place, all.len()),
                    bits(&of_all, row, all.len()),
                    "song {row} on {threads} threads"
                );
            }
        });
    }
    for count in [1, 2, 15, 16, 17, 100] {
        let some: Vec<usize> = (0..count).map(|i| (7 + i * 31) % all.len()).collect();
        let of_some = pair.inference.score(&encoded, &some, cross_of);
        for (place, &row) in some.iter().enumerate() {
            assert_eq!(bits(&of_some, place, count), bits(&of_all, row, all.len()), "song {row}");
        }
    }
    assert_eq!(pair.inference.score(&encoded, &[], cross_of), Scores::default());
}

#[test]
fn another_head_alone_changes_what_near_line_updates_change() {
    let catalogue = default_catalogue();
    let Pair { mut network, songs, inference } = Pair::new(&NetworkConfig::default(), &catalogue);
    let shake = &mut Shake(generator(4, Purpose::Bootstrap, 2));
    network.head = network.head.map(shake);
    let moment = moment(12, 2, catalogue.songs.len());
    let rows = [3, 1, 4];
    let before = inference.encode(&moment);
    let before = inference.score(&before, &rows, cross_of);
    let inference = inference.with_head(&network.head);
    let encoded = inference.encode(&moment);
    let after = inference.score(&encoded, &rows, cross_of);
    assert_eq!(after.own, before.own);
    assert!(after.logits.iter().zip(&before.logits).all(|(a, b)| a != b));
    Pair { network, songs, inference }.agree(&moment, &rows, "another head");
}

/// A network without a part gives the same scores whatever the part would have seen, where the whole network does not.
#[test]
fn a_part_that_is_silent_moves_no_score() {
    let catalogue = default_catalogue();
    let small = NetworkConfig { song_buckets: 64, artist_buckets: 64, ..NetworkConfig::default() };
    let Pair { network, songs, inference: whole } = Pair::new(&small, &catalogue);
    let lacking = |part| Inference::new(&silenced(network.clone(), &[part].into()), songs.clone());
    let rows: Vec<usize> = (0..40).collect();
    let (at, later) = (moment(9, 0, 600), moment(9, 6, 600));
    let elsewhere = Moment { songs: (0..9).collect(), ..at.clone() };
    let other = |row: usize| cross_of(row + 1_000);

    let scores = |network: &Inference, at: &Moment, cross: &(dyn Fn(usize) -> Cross + Sync)| {
        network.score(&network.encode(at), &rows, cross).logits
    };
    for (part, [one, two]) in [
        (NetworkPart::CrossFeatures, [(&at, false), (&at, true)]),
        (NetworkPart::Attention, [(&at, false), (&elsewhere, false)]),
        (NetworkPart::Session, [(&at, false), (&later, false)]),
    ] {
        let of = |network: &Inference, (at, crossed): (&Moment, bool)| match crossed {
            true => scores(network, at, &other),
            false => scores(network, at, &cross_of),
        };
        let without = lacking(part);
        assert_ne!(of(&whole, one), of(&whole, two), "{}", part.name());
        assert_eq!(of(&without, one), of(&without, two), "{}", part.name());
        assert_ne!(of(&without, one), of(&whole, one), "{}", part.name());
    }
}
