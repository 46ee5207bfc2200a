//! What each arm would have earned, on the shipped model and catalogue.

use std::path::Path;

use melody::input::TomlFile;
use melody::model::Backend;
use melody::opening::{Library, Opening, profile_named};
use melody::script;
use melody::simulation::Decision;

#[test]
fn the_chosen_arm_earns_what_it_really_did_and_no_choice_beats_the_best() {
    let library = Library::load(&Opening::default(), Path::new(""), Backend::Flex).unwrap();
    let profile = profile_named("promotion-averse", Path::new("")).unwrap();
    let text = "format = 1\nname = \"regret\"\n[session]\nprofile = \"promotion-averse\"\n\
                seed = 3\n[[steps]]\ndo = \"autopilot\"\nsongs = 13\n";
    let script = script::parse(TomlFile::embedded("regret.toml", text)).unwrap();
    let engine = library.engine(profile, None, 3);
    let timeline = script::run(&script, engine, library.world()).unwrap().timeline;

    let decided = |step: usize| Decision::at(&timeline, step, library.world(), 3);
    let steps = 0..=timeline.events().len();
    let decisions: Vec<usize> = steps.filter(|&step| decided(step).is_some()).collect();
    assert!(decisions.len() >= 4, "{decisions:?}");
    for (at, &step) in decisions.iter().enumerate().take(decisions.len() - 1) {
        let regret = decided(step).unwrap().regret().unwrap();
        assert_eq!(regret, decided(step).unwrap().regret().unwrap(), "the same draws every time");
        let next = timeline.trace_at(decisions[at + 1]).unwrap();
        let learned = next.bandit.learned.as_ref().unwrap();
        assert_eq!(regret.rewards[regret.arm], learned.reward.total, "step {step}");
        assert!(regret.value() >= melody::score::Score::ZERO);
        let best = regret.rewards.iter().max().unwrap();
        assert_eq!(regret.value(), *best - regret.rewards[regret.arm]);
    }
}
