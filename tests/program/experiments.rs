//! Simulated populations: the same again, beside real listening, and two arms compared.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use melody::evaluation::{log_mixture_ratio, peeking};
use melody::event::{Action, Event};
use melody::experiment::{
    Ablation, Batch, Bench, Check, Cohort, Diversity, Figures, Finding, InProcess, ListenerOutcome,
    Nothing, Part, Search, Stage, TooFew, Verdict, Worth, boosting, checks, compare, learn,
    requests, runs, tune,
};
use melody::input::TomlFile;
use melody::ltr::{Boosting, Ranker};
use melody::model::Backend;
use melody::opening::{Library, Opening, profile_named};
use melody::policy;
use melody::ranking::feature_names;
use melody::simulation::Variant;
use serde_json::Value;

const COHORT: Cohort = Cohort { seed: 2, listeners: 6, sessions: 2, songs: 6 };

fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY
        .get_or_init(|| Library::load(&Opening::default(), Path::new(""), Backend::Flex).unwrap())
}

fn outcomes() -> &'static [ListenerOutcome] {
    static OUTCOMES: OnceLock<Vec<ListenerOutcome>> = OnceLock::new();
    OUTCOMES.get_or_init(|| COHORT.run(library(), &|| ()).unwrap())
}

fn golden(name: &str) -> Value {
    let folder = std::env::var("MELODY_GOLDEN_DIR").map(PathBuf::from);
    let folder =
        folder.unwrap_or_else(|_| Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden"));
    serde_json::from_str(&std::fs::read_to_string(folder.join(name)).unwrap()).unwrap()
}

fn melody(arguments: &[&str]) -> (i32, String, String) {
    let out = Command::new(env!("CARGO_BIN_EXE_melody")).args(arguments).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (out.status.code().unwrap_or(-1), text(&out.stdout), text(&out.stderr))
}

#[test]
fn a_cohort_is_the_same_on_any_number_of_threads() {
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let alone = one.install(|| COHORT.run(library(), &|| ()).unwrap());
    assert_eq!(alone, outcomes());
    assert!(outcomes().iter().all(|l| l.sessions.len() == 2 && !l.segment.is_empty()));
    assert!(outcomes().iter().all(|l| l.sessions.iter().all(|s| (1..=6).contains(&s.plays.len()))));
}

/// What a play counts for by what was to be expected of it is what it counts for on average.
#[test]
fn what_is_felt_is_what_happens_on_average() {
    let cohort = Cohort { seed: 3, listeners: 40, sessions: 1, songs: 10 };
    let outcomes = cohort.run(library(), &|| ()).unwrap();
    let (mut completed, mut skipped, mut spread) = (0.0, 0.0, 0.0);
    for session in outcomes.iter().flat_map(|listener| &listener.sessions) {
        assert_eq!(session.plays.len(), session.felt.len());
        for (heard, felt) in session.plays.iter().zip(&session.felt) {
            let count = |holds: bool| if holds { 1.0 } else { 0.0 };
            let chance = felt.response.completion;
            completed += count(heard.completed) - chance;
            skipped += count(heard.skipped) - (1.0 - chance);
            spread += chance * (1.0 - chance);
            assert!(felt.subscribing < 0.5, "rare: {}", felt.subscribing);
        }
    }
    // Sums of differences that are zero on average, whatever came before (a martingale).
    let most = 3.5 * f64::sqrt(spread);
    assert!(most > 10.0 && f64::abs(completed) < most, "{completed} {most}");
    assert!(f64::abs(skipped) < most, "{skipped} {most}");
}

#[test]
fn every_real_figure_has_a_simulated_one_beside_it() {
    let (simulated, logged) =
        (Figures::new(outcomes()), Figures::new(&COHORT.logged(library(), &|| ())));
    let all = checks(&simulated, &logged);
    assert_eq!(all.len(), 51);
    let known = |check: &Check| Some((check.simulated?, check.simulated_off?));
    // Nobody hears more than six songs here.
    let unknown = all.iter().filter(|check| known(check).is_none()).map(|check| check.what);
    assert_eq!(
        unknown.collect::<Vec<_>>(),
        [
            "skipped, of plays 11 to 15",
            "skipped, of plays 16 to 20",
            "different songs in a session, median",
            "different artists in a session, median",
        ]
    );
    for check in &all {
        let Some((simulated, off)) = known(check) else { continue };
        assert!(simulated.is_finite() && simulated >= -1.0, "{check:?}");
        assert!((simulated - check.real - off).abs() < 1e-12);
    }
    let bins: f64 = simulated.play_ratio_bins.iter().sum();
    assert!((bins - 1.0).abs() < 1e-9);
}

/// The bands of `docs/world.md` with room for the luck of forty listeners.
#[test]
fn what_is_served_is_near_what_people_hear() {
    let cohort = Cohort { seed: 5, listeners: 40, sessions: 3, songs: 60 };
    let figures = Figures::new(&cohort.run(library(), &|| ()).unwrap());
    let within = |low: f64, value: f64, high: f64| low <= value && value <= high;
    let completion = figures.completion_by_listener;
    assert!(within(0.62, completion.median, 0.84), "{completion:?}");
    assert!(within(0.12, completion.upper - completion.lower, 0.40), "{completion:?}");
    let early = figures.early_skip_by_listener;
    assert!(within(0.05, early.median, 0.25), "{early:?}");
    assert!(figures.replayed < 0.05 && figures.opened < 0.15, "{figures:?}");
    assert!(within(4.0, figures.songs_per_session.median, 16.0), "{figures:?}");
}

/// Another world is other listeners and the same songs.
#[test]
fn who_tires_twice_as_much_hears_less_to_the_end() {
    let cohort = Cohort { seed: 6, listeners: 16, sessions: 2, songs: 20 };
    let completion = |variant: Variant| {
        let library = library().in_world(variant.nature());
        Figures::new(&cohort.run(&library, &|| ()).unwrap()).completion
    };
    assert!(completion(Variant::TiringTwice) < completion(Variant::TiringHalf));
}

#[test]
fn an_arm_against_itself_differs_in_nothing() {
    let report = compare(&COHORT, (library(), library()), (outcomes(), outcomes()));
    for c in &report.metrics {
        assert_eq!((c.paired.difference, c.paired.p, c.always_valid.p), (0.0, None, 1.0));
        assert_eq!((c.paired.interval, c.verdict), (None, Verdict::Untested), "six say nothing");
    }
    assert!(!report.metrics.is_empty());
}

#[test]
fn a_gate_that_could_not_test_does_not_pass() {
    let of = |listeners| {
        let few = ["ab", "default", "untuned", "--songs", "3", "--listeners", listeners];
        melody(&[&few[..], &["--fail-if-worse", "conversions"]].concat())
    };
    let (code, out, error) = of("1");
    assert!(code == 1 && error.contains("FAIL conversions: could not be tested"), "{error}");
    assert!(out.contains("One listener is no sample"), "{out}");
    let (code, out, error) = of("2");
    assert!(code == 1 && error.contains("all 2 listeners differ by the same"), "{error}");
    let line = out.lines().find(|line| line.starts_with("  conversions")).unwrap();
    let cells: Vec<&str> = line.split_whitespace().collect();
    let wanted =
        ["conversions", "0.000", "0.000", "+0.0000", "-", "-", "1.0000", "0.01", "untested"];
    assert_eq!(cells, wanted, "{out}");
    assert!(out.contains("-: no interval and no p"), "{out}");
    assert!(!out.contains("-0.0000 "), "{out}");
}

#[test]
fn what_is_taken_away_is_played_once_and_the_same_on_any_number_of_threads() {
    let only = ["streaks", "bandit/uniform", "bandit/always-light", "ranker"].map(String::from);
    let ablation = Ablation::new(library(), &only).unwrap();
    assert_eq!(ablation.arms(), 1 + 3, "with them all is one arm, and the policy has no ranker");
    let runs = std::sync::atomic::AtomicUsize::new(0);
    let count = || {
        runs.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    };
    let report = ablation.run(&COHORT, &count).unwrap();
    assert_eq!(runs.into_inner(), 4 * COHORT.listeners as usize);
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    assert_eq!(one.install(|| ablation.run(&COHORT, &|| ()).unwrap()), report);
    let names: Vec<&str> = report.mechanisms.iter().map(|t| t.mechanism.name.as_str()).collect();
    assert_eq!(names, ["streaks", "bandit/uniform", "bandit/always-light"]);
    assert_eq!(report.absent[0].name, "ranker");
    assert_eq!(report.corrected_for, [3, 21]);
    // With it is what the cohort is under the policy as it is.
    let completed = report.mechanisms[0].objective_difference.as_ref().unwrap();
    assert!((0.2..0.9).contains(&completed.with), "{completed:?}");
    assert_ne!(report.mechanisms[1].shown, Finding::Untested, "a drawn arm is another");
}

/// Nothing is had enough of, neither genre nor artist nor song: what is served narrows.
#[test]
fn a_gate_on_variety_fails_where_less_varied_songs_are_served() {
    let folder = tempfile::tempdir().unwrap();
    let narrow = folder.path().join("narrow.toml");
    let text = policy::DEFAULT_TEXT.replace("weariness = 0.006", "weariness = 0.0");
    let text = text
        .replace("repeat = 0.35", "repeat = 0.0")
        .replace("artist_spread = 0.05", "artist_spread = 0.0");
    assert_ne!(text, policy::DEFAULT_TEXT);
    std::fs::write(&narrow, text).unwrap();
    let narrow = narrow.to_str().unwrap();
    let gate = |a: &str, b: &str, metric: &str| {
        let few = ["ab", a, b, "--listeners", "48", "--songs", "15", "--fail-if-worse", metric];
        melody(&few)
    };
    let (code, out, error) = gate("default", narrow, "artist-entropy");
    let failed = error.contains("FAIL artist-entropy: arm b is significantly worse");
    assert!(code == 1 && failed, "{out}{error}");
    let (code, out, error) = gate(narrow, "default", "artist-entropy");
    assert_eq!((code, error.as_str()), (0, ""), "{out}");
    let (code, _, error) = gate("default", "default", "novelty");
    assert!(code == 2 && error.contains("miscalibration"), "a choice is never worse: {error}");
}

/// Steck's re-ranking serves the genres that the listener completes.
#[test]
fn what_is_calibrated_is_nearer_to_the_listeners_own_mix() {
    let cohort = Cohort { seed: 4, listeners: 24, sessions: 1, songs: 15 };
    let off = |method: policy::Rerank| {
        let mut policy = (*library().policy).clone();
        policy.settings.diversity = policy::Diversity { method, strength: 0.3 };
        let outcomes = cohort.run(&library().with_values(policy), &|| ()).unwrap();
        Diversity::new(&library().catalogue, &outcomes).miscalibration
    };
    let (plain, calibrated) = (off(policy::Rerank::None), off(policy::Rerank::Calibrated));
    assert!(calibrated < 0.9 * plain, "{calibrated} {plain}");
}

/// The module is part of the model; without a session to look at it says what it says of none.
#[test]
fn without_its_short_time_module_a_model_scores_a_session_otherwise_and_its_start_alike() {
    let queues = |library: &Library| {
        let profile = profile_named("likely-payer", Path::new("")).unwrap();
        let engine = library.engine(&profile, None, 1);
        let (state, first) = engine.start();
        let skip = Event { at_ms: 5_000, heard_ms: 5_000, action: Action::Skip };
        [first.queue, engine.step(&state, &skip).unwrap().1.queue]
    };
    let without = library().with_model(library().model.without_session());
    let ([with_start, with], [without_start, without]) = (queues(library()), queues(&without));
    assert_eq!(with_start, without_start);
    assert_ne!(with, without);
}

#[test]
fn a_mechanism_is_named_or_told_which_there_are() {
    let few = ["ablate", "--listeners", "3", "--sessions", "1", "--songs", "3"];
    let (code, out, error) = melody(&[&few[..], &["--only", "steaks"]].concat());
    assert!(code == 2 && out.is_empty(), "{error}");
    assert!(error.contains("no mechanism `steaks`") && error.contains("diversity/mmr"), "{error}");
    let (code, out, _) = melody(&[&few[..], &["--only", "diversity,scenes"]].concat());
    assert!(code == 0 && out.lines().all(|line| line.chars().count() <= 120), "{out}");
    assert!(out.contains("diversity/determinantal") && out.contains("scenes"), "{out}");
    let (_, json, _) = melody(&[&few[..], &["--only", "scenes", "--json"]].concat());
    let report: Value = serde_json::from_str(&json).unwrap();
    let scenes = &report["mechanisms"][0];
    assert_eq!((&scenes["name"], &scenes["objective"]), (&"scenes".into(), &"value".into()));
    assert_eq!(scenes["told"].as_array().unwrap().len(), 7);
}

/// A policy that differs before the first song can make only the paths after it differ.
#[test]
fn arms_meet_the_same_listeners() {
    let text = policy::DEFAULT_TEXT.replace("algorithm = \"dose\"", "algorithm = \"fixed\"");
    let file = melody::input::TomlFile::embedded("fixed.toml", &text);
    let fixed = library().with_policy(policy::parse(&file).unwrap()).unwrap();
    let other = COHORT.run(&fixed, &|| ()).unwrap();
    for (a, b) in outcomes().iter().zip(&other) {
        assert_eq!(a.segment, b.segment);
        assert_eq!(a.sessions[0].could_subscribe, b.sessions[0].could_subscribe);
        assert_eq!(a.plays().next(), b.plays().next(), "the first song is the same for both");
    }
    assert!(other.iter().all(|l| l.plays().all(|p| !p.promoted)), "the first arm promotes nothing");
}

#[test]
fn the_always_valid_p_value_is_that_of_the_msprt_package() {
    let golden = golden("g5_abtest.json");
    let numbers = |key: &str| -> Vec<f64> {
        let list = golden["inputs"][key].as_array().unwrap();
        list.iter().map(|v| v.as_f64().unwrap()).collect()
    };
    let differences: Vec<f64> =
        numbers("normal_x").iter().zip(numbers("normal_y")).map(|(x, y)| y - x).collect();
    let expected = &golden["expected"]["always_valid"]["msprt_normal"];
    let tau = expected["tau"].as_f64().unwrap();
    let sigma = expected["sigma"].as_f64().unwrap();
    // Two arms of known deviation: a difference has twice the variance.
    let variance = 2.0 * sigma * sigma;
    for at in expected["at"].as_array().unwrap() {
        let n = at["n"].as_u64().unwrap() as usize;
        let mean = differences[..n].iter().sum::<f64>() / n as f64;
        let ours = log_mixture_ratio(n, mean, variance, tau);
        let theirs = at["log_lambda"].as_f64().unwrap();
        assert!((ours - theirs).abs() <= 1e-9 * theirs.abs().max(1.0), "{n}: {ours} {theirs}");
    }
    // With the variance estimated as it goes, p agrees as closely as the estimate is good.
    let last = expected["at"].as_array().unwrap().last().unwrap();
    let ours = peeking(&differences, tau).p.ln();
    let theirs = last["always_valid_p"].as_f64().unwrap().ln();
    assert!((ours - theirs).abs() < 0.1 * theirs.abs(), "{ours} {theirs}");
}

#[test]
fn simulate_prints_one_json_report() {
    let (code, out, error) = melody(&["simulate", "--listeners", "2", "--songs", "3", "--json"]);
    assert_eq!(code, 0, "{error}");
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["simulated"]["listeners"], 2);
    assert_eq!(report["checks"].as_array().unwrap().len(), 51);
    assert_eq!(report["world"], "fitted");
    let diversity = &report["diversity"];
    assert!(diversity["different_songs"]["median"].as_f64().unwrap() >= 1.0, "{diversity}");
    assert!(diversity["novelty"].as_f64().unwrap() <= 1.0, "{diversity}");
}

#[test]
fn a_gate_fails_only_on_what_is_worse() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("annoying.toml");
    // Songs are ranked by nothing but the tie-breaker: completion must fall.
    let weights = without_weights(policy::DEFAULT_TEXT);
    std::fs::write(&path, weights).unwrap();
    let file = path.to_str().unwrap();
    let population = ["--listeners", "24", "--songs", "8"];
    let gate = ["--fail-if-worse", "completion", "--json"];
    let (code, out, error) = melody(
        &[&["ab", "default", "default"][..], &["--listeners", "20", "--songs", "3"], &gate]
            .concat(),
    );
    assert_eq!(code, 0, "{error}");
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["metrics"][0]["difference"], 0.0);
    let (code, _, error) = melody(&[&["ab", "default", file][..], &population, &gate].concat());
    assert_eq!(code, 1, "{error}");
    assert!(error.contains("completion"), "{error}");
    for (wrong, told) in [
        ("promoted-share", "no such metric; it is one of completion"),
        ("completion=", "the margin must be a number above 0"),
        ("completion=-0.1", "the margin must be a number above 0"),
        ("completeness=0.1", "no such metric"),
    ] {
        let (code, _, error) = melody(&["ab", "default", "default", "--fail-if-worse", wrong]);
        assert!(code == 2 && error.contains(told), "{wrong}: {error}");
    }
}

/// Twenty-four listeners find nothing between two policies, which is no proof that there is nothing.
#[test]
fn a_gate_with_a_margin_wants_it_shown() {
    let gate = |gate| {
        let few = ["ab", "default", "untuned", "--listeners", "24", "--songs", "4"];
        melody(&[&few[..], &["--fail-if-worse", gate]].concat())
    };
    let (code, out, error) = gate("play-ratio");
    assert_eq!(code, 0, "{error}{out}");
    let (code, _, error) = gate("play-ratio=0.0001");
    assert!(code == 1 && error.contains("FAIL play-ratio: arm b may be worse by "), "{error}");
    let (code, _, error) = gate("play-ratio=0.9");
    assert_eq!(code, 0, "{error}");
}

/// A search repeats to the bit, keeps the user first, and takes only what proved itself on listeners it
/// had not seen.
#[test]
fn a_search_takes_only_what_is_better_on_unseen_listeners() {
    let cohort = Cohort { seed: 5, listeners: 16, sessions: 1, songs: 6 };
    let search = Search { trials: 4, margin: 0.05 };
    let mut bench = InProcess::new(library(), &|| ());
    let tuned = tune(library(), &cohort, search, &mut bench).unwrap();
    assert_eq!(tuned, tune(library(), &cohort, search, &mut bench).unwrap());
    assert!(!tuned.found.is_empty());
    for found in &tuned.found {
        let beyond = |gain: melody::evaluation::Paired| gain.difference > gain.standard_error;
        let gains = found.confirmed.gain.is_some_and(beyond);
        let proved = found.draw > 0 && gains && found.confirmed.allowed;
        assert_eq!(found.taken, proved, "{found:?}");
    }
    let base = &library().policy.settings;
    for segment in &tuned.settings.segments {
        let found =
            tuned.found.iter().find(|f| f.part == Part::Segments && f.group == segment.name);
        let was = base.segments.iter().find(|s| s.name == segment.name).unwrap();
        assert_eq!(segment == was, !found.is_some_and(|found| found.taken), "{}", segment.name);
        let whole = tuned.settings.weights_of(segment);
        assert!(whole.alpha >= whole.beta + whole.gamma, "{}", segment.name);
    }
    // Every segment has as many listeners.
    let (all, segments) = tuned.fresh.split_last().unwrap();
    assert!(segments.iter().all(|judged| judged.listeners == 3), "{segments:?}");
    let of_segments: usize = segments.iter().map(|judged| judged.listeners).sum();
    assert_eq!((all.group.as_str(), all.listeners), ("all", of_segments));
}

/// Whoever plays every run by itself, the last one first, until nobody wants to any more.
struct Backwards<'a> {
    bench: InProcess<'a>,
    stages: Vec<Stage>,
    listeners: u64,
    until: Option<Stage>,
}

impl Bench for Backwards<'_> {
    type Error = Nothing;

    fn play(&mut self, batch: &Batch) -> Result<Vec<Vec<Worth>>, Nothing> {
        if self.until == Some(batch.stage) {
            let nothing = TomlFile::embedded("(nobody plays)", "");
            return Err(policy::parse(&nothing).unwrap_err().into());
        }
        self.stages.push(batch.stage);
        let mut played = Vec::new();
        for run in batch.runs.iter().rev() {
            self.listeners += run.listeners.len() as u64;
            played.extend(self.bench.play(&Batch { runs: vec![run.clone()], ..batch.clone() })?);
        }
        played.reverse();
        Ok(played)
    }
}

/// Within a batch nothing depends on anything else, and a search ends where whoever plays it does.
#[test]
fn a_search_is_the_same_whoever_plays_its_batches() {
    let cohort = Cohort { seed: 5, listeners: 10, sessions: 1, songs: 3 };
    let search = Search { trials: 8, margin: 0.05 };
    let here = tune(library(), &cohort, search, &mut InProcess::new(library(), &|| ())).unwrap();
    let mut there = Backwards {
        bench: InProcess::new(library(), &|| ()),
        stages: Vec::new(),
        listeners: 0,
        until: Some(Stage::Draws(Part::Scenes)),
    };
    let ended = tune(library(), &cohort, search, &mut there);
    assert!(matches!(ended, Err(Nothing::Input(_))), "{ended:?}");
    there.stages.dedup();
    let [segments, scenes] = [Part::Segments, Part::Scenes];
    assert_eq!(there.stages, [Stage::Draws(segments), Stage::Unseen(segments)]);

    (there.stages, there.listeners, there.until) = (Vec::new(), 0, None);
    assert_eq!(tune(library(), &cohort, search, &mut there).unwrap(), here);
    there.stages.dedup();
    let of = |part| [Stage::Draws(part), Stage::Unseen(part)];
    assert_eq!(there.stages, [&of(segments)[..], &of(scenes), &[Stage::Fresh]].concat());
    // What a bar is made for: not far from what is played.
    let about = runs(&cohort, search);
    assert!((about / 2..2 * about).contains(&there.listeners), "{about} {}", there.listeners);
}

/// The default policy with every segment's weights at zero.
fn without_weights(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let segment = line.starts_with("weights = { alpha = ");
        if segment {
            "weights = { alpha = 0.0, beta = 0.0, gamma = 0.0 }".into()
        } else {
            line.to_string()
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A ranker learned from simulated listeners is what its file says, and the same again.
#[test]
fn a_ranker_is_learned_from_requests() {
    let cohort = Cohort { seed: 3, listeners: 20, sessions: 1, songs: 8 };
    let asked = requests(&cohort, library(), &|| ()).unwrap();
    assert_eq!(asked, requests(&cohort, library(), &|| ()).unwrap());
    let shown = 2 * library().policy.mixing.queue;
    assert!(asked.iter().all(|request| request.shown.len() == shown));
    assert!(asked.iter().flat_map(|r| &r.shown).any(|song| song.grade == 2));

    let boosting = Boosting { rounds: 5, ..boosting(3) };
    let (ranker, text, learned) = learn("own", &asked, &boosting, &|| ()).unwrap();
    assert_eq!(Ranker::parse("own.json", &text, &feature_names()).unwrap(), ranker);
    assert_eq!(learned.requests.iter().sum::<usize>(), asked.len());
    assert!((1..=5).contains(&learned.rounds) && learned.validation.len() == 5);
    assert!((learned.grades.iter().sum::<f64>() - 1.0).abs() < 1e-9);
    let names: Vec<&str> = learned.orders.iter().map(|order| order.name).collect();
    assert_eq!(names, ["learned", "fusion", "interest"]);

    // Its scores have the measure of fused ones.
    let all = || asked.iter().filter(|r| r.listener % 10 < 6).flat_map(|r| &r.shown);
    let mean = |total: f64| total / all().count() as f64;
    let ours = mean(all().map(|song| ranker.score(&song.features)).sum());
    let fused = mean(all().map(|song| song.fusion.value()).sum());
    assert!((ours - fused).abs() < 1e-5, "{ours} and {fused}");

    assert_eq!(learn("own", &asked[..1], &boosting, &|| ()).unwrap_err(), TooFew);
}
