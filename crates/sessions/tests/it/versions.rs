//! A learner publishes and withdraws while a session plays: which version it goes by, and that it stays the same session.

use std::collections::BTreeSet;

use crate::common::{LIBRARY, all_bytes, engine};
use crate::publishing::{publish, publish_damaged, withdraw};
use melody_core::event::Action;
use melody_core::input::TomlFile;
use melody_recommender::engine::Timeline;
use melody_sessions::opening::Opening;
use melody_sessions::script;
use melody_sessions::script::Script;
use melody_sessions::versions::{Canary, Due, Folder, Follower, Named, give};
use melody_simulation::profile;

fn parsed(text: &str) -> Script {
    script::parse(TomlFile::embedded("script.toml", text)).unwrap_or_else(|e| panic!("{e}\n{text}"))
}

fn songs(count: u32) -> Script {
    parsed(&format!(
        "format = 1\nname = \"songs\"\n[session]\nprofile = \"explorer\"\nseed = 3\n\
         [[steps]]\ndo = \"autopilot\"\nsongs = {count}\n"
    ))
}

/// The versions that took over, in their order.
fn taken(timeline: &Timeline) -> Vec<String> {
    let events = timeline.events().iter();
    let taken = events.filter_map(|event| match &event.action {
        Action::Version { hash } => Some(hash.clone()),
        _ => None,
    });
    taken.collect()
}

/// Plays songs by autopilot, with something that happens to the folder before each look.
fn followed(folder: &Folder, happens: &mut dyn FnMut(usize)) -> Timeline {
    let profile = profile::shipped("explorer").unwrap();
    let mut follower = Follower::new(folder.clone(), None, &LIBRARY);
    let mut looks = 0;
    let mut follow = || -> Due {
        happens(looks);
        looks += 1;
        follower.look().due
    };
    let engine = (*engine("explorer", None, 3)).clone();
    let watch = &mut |_: &Timeline, _| ();
    let run =
        script::run_followed(&songs(6), engine, &profile, LIBRARY.world(), (watch, &mut follow));
    run.unwrap_or_else(|error| panic!("{error}")).timeline
}

#[test]
fn what_is_published_and_withdrawn_meanwhile_is_the_same_session_from_its_script() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let first = LIBRARY.model.hash.clone();
    let mut published = Vec::new();
    let timeline = followed(&Folder::new(path), &mut |look| match look {
        1 => published.push(publish(path, 1, 0.05)),
        2 => published.push(publish(path, 2, -0.05)),
        3 => withdraw(path, &[&published[1]]),
        4 => withdraw(path, &[&published[0], &published[1]]),
        _ => {}
    });
    let [one, two] = [&published[0], &published[1]];
    assert_eq!(taken(&timeline), [one, two, one, &first].map(String::clone));

    let versions = Some(path.display().to_string());
    let opening = Opening { profile: "explorer".into(), seed: 3, versions, ..Opening::default() };
    let text = script::render("as it went", &opening, &timeline);
    let saved = parsed(&text);
    assert_eq!(saved.opening, opening, "{text}");
    let named: BTreeSet<String> = saved.versions().into_iter().map(|named| named.hash).collect();
    assert_eq!(named.len(), 3);
    let mut engine = (*engine("explorer", None, 3)).clone();
    give(&mut engine, (&opening, path), &LIBRARY, &saved.versions()).unwrap();
    assert_eq!(engine.setup.versions.len(), 2, "these two, and the model of the opening");
    let profile = profile::shipped("explorer").unwrap();
    let run = script::run(&saved, engine, &profile, LIBRARY.world()).unwrap();
    assert!(all_bytes(&run.timeline) == all_bytes(&timeline), "{text}");
    assert_eq!(script::render("as it went", &opening, &run.timeline), text);
}

#[test]
fn only_what_is_named_is_loaded() {
    let folder = tempfile::tempdir().unwrap();
    let hash = publish(folder.path(), 1, 0.05);
    // Whoever names it alone does not mind what became of the others.
    publish_damaged(folder.path(), 2);
    let versions = Some(folder.path().display().to_string());
    let opening = Opening { versions, ..Opening::default() };
    let mut engine = (*engine("explorer", None, 3)).clone();
    let named = |hash: &str| Named {
        hash: hash.into(),
        file: "x.toml".into(),
        line: Some(7),
        field: Some("steps[0].hash".into()),
        what: "the step".into(),
    };
    let own = named(&LIBRARY.model.hash);
    give(&mut engine, (&Opening::default(), folder.path()), &LIBRARY, &[own]).unwrap();
    assert!(engine.setup.versions.is_empty(), "the session opens with it");
    let named = [named(&hash)];
    give(&mut engine, (&opening, folder.path()), &LIBRARY, &named).unwrap();
    assert_eq!(engine.setup.versions.keys().collect::<Vec<_>>(), [&hash]);
}

#[test]
fn a_follower_loads_a_version_once_and_goes_on_when_the_folder_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let [one, two] = [publish(path, 1, 0.05), publish(path, 2, -0.05)];
    let mut everybody = Follower::new(Folder::new(path), None, &LIBRARY);
    let looked = everybody.look();
    assert_eq!((looked.due.hash.clone(), looked.due.number), (two.clone(), Some(2)));
    // What has been read is kept: the weights are not looked at again.
    std::fs::remove_file(path.join("v000002/weights.safetensors")).unwrap();
    let again = everybody.look();
    assert_eq!((again.due.hash, again.problems.len()), (two.clone(), 0));
    // To whoever comes later it is damaged, which is told once.
    let mut later = Follower::new(Folder::new(path), None, &LIBRARY);
    let looked = later.look();
    assert_eq!((looked.due.hash, looked.problems.len()), (one.clone(), 1));
    assert_eq!(later.look().problems.len(), 0);

    std::fs::write(path.join("withdrawn.json"), "[\"half").unwrap();
    let looked = everybody.look();
    assert_eq!((looked.due.hash, looked.problems.len()), (two.clone(), 1), "it goes on");
    assert_eq!(everybody.look().problems.len(), 0, "told once");
    withdraw(path, &[&two]);
    assert_eq!(everybody.look().due.hash, one);
    // A session that is no canary has the one before the newest; of one version that is the opening's model.
    let none = Some(Canary::new(0.0, 1, "explorer"));
    assert_eq!(everybody.for_session(none).look().due.hash, LIBRARY.model.hash);
}
