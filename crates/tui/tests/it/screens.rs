//! What the screen shows, at every size.
//!
//! The views are made of a trace that is kept in `tests/fixtures`, so that a new model changes no
//! snapshot. `tests/fixtures/screens.toml` says how it was made.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, LazyLock};

use melody_core::catalogue::Catalogue;
use melody_core::event::Action;
use melody_core::overrides::Overrides;
use melody_core::scene::Scene;
use melody_core::score::Score;
use melody_core::shown::acts;
use melody_lab::reports::Report;
use melody_model::Backend;
use melody_model::objective::Objective;
use melody_recommender::causes::{Causes, Undone, Without};
use melody_recommender::engine::{Preview, Trace};
use melody_recommender::playback::Playhead;
use melody_recommender::policy;
use melody_sessions::library::Library;
use melody_sessions::names::profile_named;
use melody_sessions::trace_file as tracefile;
use melody_simulation::Regret;
use melody_tui::{
    Caption, Choice, Compared, Confirm, Context, Counterpart, Drafted, Explained, Hit, Index,
    Keymap, Lang, Look, Message, Offer, Palette, Picker, Picking, Popup, Proposal, Sample, Search,
    Seeking, Slider, Speed, Standing, Strip, Sweep, Tab, Theme, View, draw, other_policies,
};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use crate::shown::text;

static TRACES: LazyLock<Vec<Arc<Trace>>> = LazyLock::new(|| {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/screens.jsonl");
    let file = tracefile::read(&path).expect("the trace that is kept");
    file.traces.into_iter().map(Arc::new).collect()
});

/// The songs of its session.
static CATALOGUE: LazyLock<Arc<Catalogue>> =
    LazyLock::new(|| Arc::new(melody_core::catalogue::default_catalogue()));

/// The report of the model that made the trace, kept too, with fewer lines in its log.
static TRAINING: LazyLock<Arc<Report>> = LazyLock::new(|| {
    let report = serde_json::from_str(include_str!("../../../../tests/fixtures/report.json"));
    Arc::new(report.expect("the training report that is kept"))
});

/// As if every arm had been tried on the session's closed decisions.
fn regrets() -> Vec<Regret> {
    let one = |step, arm, rewards: [f64; 5]| Regret {
        step,
        arm,
        rewards: rewards.map(Score::new).into(),
    };
    vec![
        one(0, 3, [-0.0389, -0.0389, -0.0389, -0.0389, -0.0389]),
        one(4, 0, [0.292661, 0.292661, 0.292661, 0.341, 0.305]),
        one(9, 4, [0.1109, 0.1109, 0.1733, 0.1528, 0.152828]),
    ]
}

/// A part of a view that is not in the trace, kept beside it.
fn kept<T: serde::de::DeserializeOwned>(name: &str) -> T {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures").join(name);
    let text = std::fs::read_to_string(&path).expect("a file that is kept");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Writes what is kept beside the trace, of the same session: `cargo test --test screens -- --ignored`.
#[test]
#[ignore = "writes the fixtures anew"]
fn write_the_fixtures() {
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures");
    let script = melody_sessions::script::load(&base.join("screens.toml")).unwrap();
    let opening = script.opening.clone();
    let library = Library::load(&opening, &base, Backend::Flex).unwrap();
    let profile = profile_named(&opening.profile, &base).unwrap();
    let engine = library.engine(&profile, opening.scene, opening.seed);
    let ran = melody_sessions::script::run(&script, engine, &profile, library.world()).unwrap();
    let timeline = ran.timeline;
    let (engine, state, trace) = (timeline.engine(), timeline.state(), timeline.trace());
    let look = engine.look(state);
    let song = state.queue[2].song;
    let explained = Explained {
        explanation: engine.explain_of(state, trace, &look, song),
        why_not: engine.why_not(state, &look, song, None),
        beside: None,
    };
    let set = Overrides {
        gamma: Some(Score::new(0.3)),
        arm: Some("heavy".into()),
        ..Overrides::default()
    };
    let preview = engine.preview(state, &look, &set).unwrap();
    let write = |name: &str, value: serde_json::Value| {
        std::fs::write(base.join(name), format!("{value:#}\n")).unwrap();
    };
    write("screens.explained.json", serde_json::to_value(&explained).unwrap());
    write("screens.preview.json", serde_json::to_value(&preview).unwrap());
}

/// The account that is kept, beside the song of the trace that it is measured against.
fn explained() -> Explained {
    let mut explained: Explained = kept("screens.explained.json");
    let now = TRACES.last().expect("steps");
    let entry = &now.queue[0];
    explained.beside = Some(Counterpart {
        song: entry.song.clone(),
        position: Some(entry.position),
        displaced: false,
        ledger: entry.ledger.clone(),
    });
    explained
}

/// As if each of the last steps were what its event had prevented.
fn causes() -> Causes {
    let last = TRACES.len() - 1;
    let without = (1..=8).map(|back| {
        let step = last + 1 - back;
        let action = TRACES[step].event.as_ref().expect("an event").action.clone();
        let undone = match &action {
            Action::Finish => Undone::Skipped { after_ms: 10_000 },
            action if action.ends_play() => Undone::HeardOut,
            _ => Undone::LeftOut,
        };
        let title = TRACES[step - 1].playing.song.title.clone();
        let trace = TRACES[if back % 3 == 0 { last } else { last - (back - 1) % 2 }].clone();
        Without { step, action, undone, title, refused: 0, trace }
    });
    Causes { step: last, without: without.collect() }
}

/// As if a new request were what there is.
fn now_as_a_preview() -> Preview {
    let now = TRACES.last().expect("steps");
    Preview {
        overrides: now.overrides.clone(),
        weights: now.weights.clone(),
        promotion: now.promotion.clone(),
        arm: now.bandit.arm.clone(),
        queue: now.queue.clone(),
    }
}

/// From the queue as it is to the one of the preview, half way along the slider.
fn sweep(preview: &Preview) -> Sweep {
    let is = now_as_a_preview();
    let at = |at: f64, preview| Sample::of(Score::new(at), preview);
    let samples = vec![at(0.0, &is), at(0.249_999, &is), at(0.25, preview), at(2.0, preview)];
    Sweep::new(Slider::Gamma, Score::new(2.0), samples)
}

fn view() -> View {
    let preview: Preview = kept("screens.preview.json");
    let there = TRACES.iter().enumerate().filter(|(i, _)| *i != 15).map(|(_, t)| t.clone());
    let compared = Compared {
        label: "without promotion".into(),
        from: 9,
        traces: there.take(TRACES.len() - 3).collect(),
        answers: false,
        refused: 1,
        left: false,
        level: true,
        lasts: true,
        let_go: 2,
    };
    let traces = TRACES.clone();
    let head = Playhead::after(&traces[traces.len() - 1]);
    View {
        tab: Tab::Stage,
        look: Look::new(Theme::colours()),
        keymap: Arc::new(Keymap::default()),
        contexts: vec![Context::Anywhere],
        newest: traces.len() - 1,
        strip: None,
        past: false,
        slow: false,
        fresh: 0.0,
        scroll: 0,
        section: None,
        listener: "Aiko".into(),
        head: Playhead { now_ms: head.now_ms + 71_000, heard_ms: 71_000 },
        traces,
        playing: true,
        speed: Speed::new(4.0).unwrap(),
        autopilot: true,
        kiosk: false,
        selected: 2,
        panel: 0,
        zoomed: false,
        from_zero: false,
        log: Standing::default(),
        explained: Some(Arc::new(explained())),
        causes: Some(Arc::new(causes())),
        elsewhere: None,
        bygones: None,
        span: None,
        pointer: None,
        detail: false,
        compared: Some(compared),
        weekly: None,
        what_if: Drafted {
            set: preview.overrides.clone(),
            slider: 2,
            changed: true,
            sweep: Some(Arc::new(sweep(&preview))),
            map: None,
            over_two: false,
            base: Some(Arc::new(now_as_a_preview())),
            preview: Some(Arc::new(preview)),
        },
        caption: None,
        message: None,
        popup: None,
        catalogue: CATALOGUE.clone(),
        policy: Arc::new(policy::shipped("default").expect("a shipped policy")),
        objective: Objective::default(),
        training: Some(TRAINING.clone()),
        regrets: regrets(),
        regretting: false,
        others: Some(other_policies(TRACES.iter(), &regrets())),
    }
}

fn drawn(view: &View, width: u16, height: u16) -> Buffer {
    let area = Rect::new(0, 0, width, height);
    let mut buffer = Buffer::empty(area);
    draw(view, area, &mut buffer);
    buffer
}

fn shot(view: &View, width: u16, height: u16) -> String {
    text(&drawn(view, width, height))
}

/// The styles of a buffer: a letter for each in its place, and what the letters stand for.
fn styles(buffer: &Buffer) -> String {
    let mut known: Vec<String> = Vec::new();
    let mut out = String::new();
    for y in 0..buffer.area.height {
        for x in 0..buffer.area.width {
            let cell = &buffer[(x, y)];
            let style = format!("{:?} on {:?} {:?}", cell.fg, cell.bg, cell.modifier);
            let at = known.iter().position(|one| *one == style).unwrap_or_else(|| {
                known.push(style);
                known.len() - 1
            });
            out.push(char::from_u32('a' as u32 + at as u32).unwrap_or('?'));
        }
        out.push('\n');
    }
    for (at, style) in known.iter().enumerate() {
        let letter = char::from_u32('a' as u32 + at as u32).unwrap_or('?');
        out.push_str(&format!("{letter}: {style}\n"));
    }
    out
}

const SIZES: [(u16, u16); 5] = [(160, 50), (120, 40), (80, 24), (40, 12), (1, 1)];

fn of_tab(tab: Tab, look: Look) -> View {
    let contexts = Context::of_tab(tab).into_iter().chain([Context::Anywhere]).collect();
    let strip = (tab == Tab::Timeline).then(|| Strip::of(TRACES.iter(), TRACES.len() - 1));
    View { tab, contexts, look, strip, ..view() }
}

/// Every view at every size in a language.
fn texts_in(lang: Lang) {
    for tab in Tab::ALL {
        let view = of_tab(tab, Look { lang, ..Look::new(Theme::colours()) });
        let shots = SIZES.map(|(w, h)| format!("{w}x{h}\n{}", shot(&view, w, h)));
        insta::assert_snapshot!(format!("{}_{}", tab.name(), lang.tag()), shots.join("\n"));
    }
}

#[test]
fn every_view_at_every_size_in_english() {
    texts_in(Lang::En);
}

#[test]
fn every_view_at_every_size_in_chinese() {
    texts_in(Lang::Zh);
}

/// Words in Latin letters that are names, not language.
fn names() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut add = |text: &str| names.extend(words(text));
    for song in &melody_core::catalogue::default_catalogue().songs {
        add(&song.title);
        add(&song.id);
    }
    for artist in &melody_core::catalogue::default_catalogue().artists {
        add(&artist.name);
    }
    for campaign in &melody_core::catalogue::default_catalogue().campaigns {
        add(&campaign.id);
    }
    for trace in TRACES.iter() {
        add(&trace.listener.profile);
        add(&trace.versions.model);
        add(&trace.versions.policy);
        add(&trace.versions.catalogue);
        for hash in [
            &trace.versions.model_hash,
            &trace.versions.policy_hash,
            &trace.versions.catalogue_hash,
            &trace.versions.experience_hash,
        ] {
            add(hash);
        }
    }
    // The program, the listener, keys and files, and what the field itself says in letters.
    add("Aiko melody space tab esc ctrl shift enter backspace home end pageup pagedown");
    // A comparison's label comes in the language it was begun in.
    add("without promotion");
    add("replay AUC ECE MMoE LinUCB DR IPS JSON CSV SVG TOML Beta h");
    names
}

/// Runs of Latin letters, two at least.
fn words(text: &str) -> Vec<String> {
    let split = text.split(|c: char| !c.is_ascii_alphanumeric());
    split
        .filter(|word| word.chars().filter(char::is_ascii_alphabetic).count() > 1)
        .map(str::to_string)
        .collect()
}

#[test]
fn nothing_stays_english_in_chinese() {
    let names = names();
    let mut english: BTreeMap<String, &str> = BTreeMap::new();
    // A word that is cut at its end is the beginning of a name.
    let known = |word: &String| names.iter().any(|name| name.starts_with(word.as_str()));
    let area = Rect::new(0, 0, 200, 80);
    for tab in Tab::ALL {
        let view = of_tab(tab, Look { lang: Lang::Zh, ..Look::new(Theme::colours()) });
        let shown = words(&shot(&view, area.width, area.height));
        english.extend(shown.into_iter().filter(|w| !known(w)).map(|word| (word, tab.name())));
        for popup in [Popup::Help { scroll: 0 }, palette("", Lang::Zh)] {
            let view = View { popup: Some(popup), ..view.clone() };
            let mut buffer = Buffer::empty(area);
            let found = draw(&view, area, &mut buffer);
            let is_popup = |(_, hit): &&(Rect, Hit)| *hit == Hit::Popup;
            let place = found.hits.iter().find(is_popup).expect("a popup lies there").0;
            let inside: String = (place.top()..place.bottom())
                .flat_map(|y| (place.left()..place.right()).map(move |x| (x, y)))
                .map(|at| buffer[at].symbol())
                .collect();
            english.extend(words(&inside).into_iter().filter(|w| !known(w)).map(|w| (w, "popup")));
        }
    }
    assert!(english.is_empty(), "not translated: {english:?}");
}

/// Every view at every size in the styles of a theme.
fn styles_in(name: &str, theme: &Theme) {
    for tab in Tab::ALL {
        let view = of_tab(tab, Look::new(theme.clone()));
        let shots = SIZES.map(|(w, h)| format!("{w}x{h}\n{}", styles(&drawn(&view, w, h))));
        insta::assert_snapshot!(format!("{}_{name}", tab.name()), shots.join("\n"));
    }
}

#[test]
fn every_view_at_every_size_in_a_dark_theme() {
    styles_in("dark", &melody_tui::theme::shipped("dark").unwrap().theme);
}

#[test]
fn every_view_at_every_size_in_a_light_theme() {
    styles_in("light", &melody_tui::theme::shipped("light").unwrap().theme);
}

#[test]
fn an_animation_draws_a_row_once_for_as_long_as_it_stays() {
    let frame = |text: &str| {
        let mut buffer = Buffer::with_lines(["always here", ""]);
        buffer.set_string(0, 1, text, ratatui::style::Style::new());
        (buffer, 2.0)
    };
    let svg =
        melody_tui::export::picture::animation(&[frame("first"), frame("first"), frame("then")]);
    assert_eq!(svg.matches("always").count(), 1);
    assert_eq!((svg.matches("first").count(), svg.matches("then").count()), (1, 1));
    // Shown for four seconds of six, then for the other two.
    assert!(svg.contains("66.667%{visibility:hidden}") && svg.contains("6.00s step-end infinite"));
    assert!(svg.contains(".s2-3{visibility:hidden;"), "without motion the first frame is seen");
}

#[test]
fn the_stage_without_colours() {
    let view = View { look: Look::new(Theme::plain()), ..view() };
    insta::assert_snapshot!(styles(&drawn(&view, 120, 40)));
    insta::assert_snapshot!(shot(&view, 120, 40));
}

fn search(typed: &str) -> Popup {
    let catalogue = Arc::new(melody_core::catalogue::default_catalogue());
    let index = Arc::new(Index::new(&catalogue));
    let mut search = Search::new(catalogue, index, (Seeking::Listen, Vec::new()));
    search.paste(typed);
    Popup::Search(Box::new(search))
}

fn picker() -> Popup {
    let choice = |name: &str, about: &str, current| Choice {
        name: name.into(),
        about: about.into(),
        current,
    };
    let choices = vec![
        choice("commuter", "Mei. Rides the metro twice a day.", true),
        choice("夜の人", "聴く人。", false),
    ];
    Popup::Pick(Picker::new(Picking::Profile, choices, 1))
}

/// The palette of the stage, in which something is typed.
fn palette(typed: &str, lang: Lang) -> Popup {
    let keymap = Keymap::default();
    let reached = keymap.reached(&[Context::Anywhere]).into_iter();
    let commands = reached.map(|(entry, keys)| Offer::command(entry, keys, lang));
    let scenes = Scene::ALL.map(|scene| Offer::scene(scene, Scene::Explore, lang));
    let mut palette = Palette::offering(commands.chain(scenes).collect(), &[]);
    palette.paste(typed);
    palette.select(1);
    Popup::Palette(Box::new(palette))
}

fn messages() -> Popup {
    let said = |at_ms, text: &str| Message { at_ms, text: text.into() };
    let said = [
        said(61_000, "Cannot like: the song is liked already."),
        said(
            3_661_000,
            "12 events written. `melody replay melody-session-1.toml` plays them again.",
        ),
    ];
    Popup::Messages { said: said.into(), scroll: 0 }
}

fn confirm(proposal: Proposal) -> Popup {
    Popup::Confirm(Confirm { proposal, lost: 12, kept: None })
}

/// Every popup, and none.
fn popups() -> Vec<Option<Popup>> {
    vec![
        None,
        Some(Popup::Help { scroll: 0 }),
        Some(search("夜")),
        Some(search("zzzzzzzz")),
        Some(picker()),
        Some(confirm(Proposal::Rewind { to: 4 })),
        Some(confirm(Proposal::Listener {
            name: "commuter".into(),
            who: "Aiko (commuter)".into(),
        })),
        Some(palette("sc", Lang::En)),
        Some(palette("zzzzzzzz", Lang::Zh)),
        Some(messages()),
    ]
}

#[test]
fn a_row_says_where_a_rule_and_no_score_has_put_its_song() {
    let shown = |place: usize, score: f64| {
        let mut traces = TRACES.clone();
        let entry = &mut Arc::make_mut(traces.last_mut().unwrap()).queue[place];
        (entry.promoted, entry.score) = (true, Score::new(score));
        shot(&View { traces, ..view() }, 160, 50)
    };
    let said = |shown: &str| shown.matches(" due ").count();
    assert_eq!(said(&shown(4, 1.9)), 1, "four natural songs that score less stand above it");
    assert_eq!(said(&shown(4, 0.1)), 0, "it stands above its score, if anything");
    assert_eq!(said(&shown(0, 1.9)), 0, "nothing stands above it");
}

#[test]
fn a_promoted_preview_says_that_it_is_one() {
    let mut traces = TRACES.clone();
    let playing = &mut Arc::make_mut(traces.last_mut().unwrap()).playing;
    playing.song.premium = true;
    playing.song.campaign = Some("a-campaign-with-a-long-name-2026".into());
    playing.preview_ms = Some(30_000);
    for (width, height) in SIZES.into_iter().take(3) {
        for (lang, preview) in [(Lang::En, "* preview of "), (Lang::Zh, "* 试听")] {
            let look = Look { lang, ..Look::new(Theme::colours()) };
            let shown = shot(&View { traces: traces.clone(), look, ..view() }, width, height);
            let mut row = shown.lines().filter(|row| row.contains(preview));
            let row = row.next().unwrap_or_default();
            assert!(row.split_whitespace().any(|said| said == "P"), "{width}x{height}: {shown}");
        }
    }
}

#[test]
fn weights_that_a_scene_moved_are_told_by_their_letters() {
    let before = TRACES.last().unwrap().clone();
    let mut now = (*before).clone();
    now.notes.clear();
    if let Some(event) = &mut now.event {
        event.action = Action::Scene { scene: Scene::Focus };
    }
    now.weights.alpha.value = Score::new(0.988);
    now.weights.beta.value = Score::new(0.1);
    let (alpha, beta) = (before.weights.alpha.value, before.weights.beta.value);
    let steps = [before, Arc::new(now)];
    let own = format!("情境变为专注：α {alpha:.3} → 0.988，β {beta:.3} → 0.100");
    assert_eq!(melody_tui::headline(&steps, Lang::Zh), own);
    let english = format!("Scene is now focus: α {alpha:.3} → 0.988, β {beta:.3} → 0.100");
    assert_eq!(melody_tui::headline(&steps, Lang::En), english);
}

#[test]
fn stage_at_80x24_paused_with_a_message_and_another_panel() {
    let view = View {
        playing: false,
        autopilot: false,
        panel: 2,
        message: Some("Cannot like: the song is liked already.".into()),
        ..view()
    };
    insta::assert_snapshot!(shot(&view, 80, 24));
}

#[test]
fn pages_scrolled_to_their_end_at_80x24() {
    let shots = [Tab::Bandit, Tab::Session, Tab::Model, Tab::Metrics].map(|tab| {
        let view = View { scroll: 999, ..of_tab(tab, Look::new(Theme::colours())) };
        shot(&view, 80, 24)
    });
    insta::assert_snapshot!(shots.join("\n"));
}

#[test]
fn panels_without_a_place_are_named_at_the_bottom() {
    let footer = |view: &View, (width, height): (u16, u16)| -> String {
        shot(view, width, height).lines().last().unwrap_or_default().to_string()
    };
    for size in [(100, 30), (80, 24)] {
        assert!(footer(&view(), size).contains(" o Weights"), "{}", footer(&view(), size));
        let shown = View { panel: 1, ..view() };
        assert!(shot(&shown, size.0, size.1).contains("╭ Weights"));
        assert!(footer(&shown, size).contains(" o Bandit"), "{}", footer(&shown, size));
    }
    assert!(!footer(&view(), (160, 50)).contains(" o "), "all of them are seen");
    let elsewhere = of_tab(Tab::Bandit, Look::new(Theme::colours()));
    assert!(!footer(&elsewhere, (80, 24)).contains(" o "), "there are none");
}

#[test]
fn weights_and_promotion_are_always_in_sight_and_say_their_axis() {
    let weights = &view().now().weights.clone();
    let terms = [("α", &weights.alpha), ("β", &weights.beta), ("γ", &weights.gamma)];
    let weights = terms.map(|(name, weight)| format!("{name} {:.3}", weight.value));
    for panel in 0..6 {
        let shown = shot(&View { panel, ..view() }, 80, 24);
        let promotion = ["target ", "cap ", "served "].map(String::from);
        for wanted in weights.iter().chain(&promotion) {
            assert!(shown.contains(wanted), "{wanted} beside panel {panel}: {shown}");
        }
        let most = (terms[0].1.value.millionths() as f64 / 1e5).ceil() / 10.0;
        assert!(shown.contains(&format!("axis to {most:.1}")), "{shown}");
    }
    for (width, height) in [(160, 50), (120, 40)] {
        let shown = shot(&view(), width, height);
        assert!(shown.contains("one axis, cut at ≈: 0.1 = 10 %"), "{shown}");
        assert!(shown.contains(&format!("{:.3}", terms[0].1.value)), "{shown}");
    }
    // Alpha beside the others: nothing is empty, and nothing is cut out.
    let mut traces = TRACES.clone();
    for trace in &mut traces {
        Arc::make_mut(trace).weights.alpha.value = Score::new(0.5);
    }
    let shown = shot(&View { traces, ..view() }, 160, 50);
    assert!(shown.contains("one axis for all: 0.1 = 10 %"), "{shown}");
}

#[test]
fn the_race_grows_as_its_newest_song_is_heard() {
    let dots = |heard_ms| {
        let head = Playhead { heard_ms, ..view().head };
        let shown = shot(&View { head, ..view() }, 160, 50);
        shown.chars().filter(|c| ('\u{2801}'..='\u{28ff}').contains(c)).count()
    };
    assert!(dots(1_000) < dots(200_000));
}

#[test]
fn places_scroll_while_a_new_order_is_taken_on() {
    let at = |fresh| shot(&View { fresh, ..view() }, 160, 50);
    assert_ne!(at(0.0), at(0.4));
    assert_ne!(at(0.4), at(0.8));
}

#[test]
fn bars_begin_behind_what_all_songs_have_or_at_zero() {
    let bars = |from_zero| {
        let shown = shot(&View { from_zero, ..view() }, 120, 40);
        let title: String = view().now().queue[1].song.title.chars().take(12).collect();
        let row = shown.lines().find(|line| line.contains(&title)).unwrap().to_string();
        (shown.contains(", which all have"), shown.contains("bars from zero"), row)
    };
    let ((behind, zero, short), (not_behind, at_zero, long)) = (bars(false), bars(true));
    assert!(behind && !zero && !not_behind && at_zero);
    assert_ne!(short, long);
}

#[test]
fn a_panel_zoomed_has_the_whole_view() {
    let stage = shot(&View { zoomed: true, panel: 2, ..view() }, 120, 40);
    assert!(stage.contains("╭ Bandit") && !stage.contains("╭ Queue"), "{stage}");
    let look = Look::new(Theme::colours());
    let crossing = shot(&View { zoomed: true, ..of_tab(Tab::WhatIf, look) }, 80, 24);
    assert!(crossing.contains("γ exposure") && !crossing.contains("α interest"), "{crossing}");
    assert!(crossing.contains("above the queue's mean, by γ"), "{crossing}");
}

#[test]
fn the_header_keeps_the_model_s_version_however_late_it_is() {
    for hours in [0, 1, 23, 123] {
        for (playing, size) in [(true, (120, 40)), (false, (120, 40)), (true, (80, 24))] {
            let head = Playhead { now_ms: hours * 3_600_000, heard_ms: 0 };
            let speed = Speed::new(64.0).unwrap();
            let view = View { head, playing, speed, autopilot: !playing, ..view() };
            let shown = shot(&view, size.0, size.1);
            let header = shown.lines().next().unwrap_or_default();
            let version = format!("default v{}", view.now().versions.model_number);
            assert!(header.contains(&version), "after {hours} h: {header}");
        }
    }
}

#[test]
fn gamma_is_named_after_what_it_weighs() {
    let mut trace = (**TRACES.last().unwrap()).clone();
    trace.listener.segment.name = "subscriber".into();
    let traces = vec![Arc::new(trace)];
    for (lang, exposure, diversity) in
        [(Lang::En, "exposure", "diversity"), (Lang::Zh, "推广互动", "多样性")]
    {
        for (tab, line) in [(Tab::Stage, "γ "), (Tab::WhatIf, "γ "), (Tab::Explain, "0.000000  ")]
        {
            let look = Look { lang, ..Look::new(Theme::colours()) };
            let promoting = of_tab(tab, look);
            let subscriber = View { traces: traces.clone(), ..promoting.clone() };
            for (view, name) in [(promoting, exposure), (subscriber, diversity)] {
                let shown = shot(&view, 120, 40);
                let named = shown.lines().any(|row| row.contains(line) && row.contains(name));
                assert!(named, "{name} in {tab:?}\n{shown}");
            }
        }
    }
}

#[test]
fn stage_at_10x3() {
    insta::assert_snapshot!(shot(&view(), 10, 3));
}

#[test]
fn an_earlier_step_says_so() {
    let traces = TRACES[..12].to_vec();
    let view = View { traces, past: true, ..of_tab(Tab::Stage, Look::new(Theme::colours())) };
    insta::assert_snapshot!(shot(&view, 120, 40));
}

#[test]
fn help_popup() {
    let view = View { popup: Some(Popup::Help { scroll: 0 }), ..view() };
    insta::assert_snapshot!(shot(&view, 120, 40));
}

/// A scene of a tour.
fn caption() -> Caption {
    let text = "He skips every promoted song, two of them by now. The bandit learns what that earned \
                and aims lower: the promotion target falls.";
    Caption { scene: 7, scenes: 13, text: text.into(), busy: false }
}

#[test]
fn a_tour_s_caption() {
    let shots = [(160, 50), (80, 24), (40, 12), (24, 7)].map(|(width, height)| {
        let caption = Some(Caption { busy: width == 80, ..caption() });
        let contexts = vec![Context::Tour, Context::Anywhere];
        shot(&View { caption, contexts, ..view() }, width, height)
    });
    insta::assert_snapshot!(shots.join("\n"));
}

#[test]
fn confirm_popup() {
    let popup = Some(confirm(Proposal::Rewind { to: 4 }));
    let contexts = vec![Context::Confirm];
    let view = View { popup, contexts, ..of_tab(Tab::Timeline, Look::new(Theme::colours())) };
    let chinese = View { look: Look { lang: Lang::Zh, ..view.look.clone() }, ..view.clone() };
    let shots = [shot(&view, 80, 24), shot(&chinese, 80, 24), shot(&view, 30, 9)];
    insta::assert_snapshot!(shots.join("\n"));
}

#[test]
fn an_earlier_step_of_the_timeline() {
    let traces = TRACES[..7].to_vec();
    let strip = Some(Strip::of(TRACES.iter(), 6));
    let tab = of_tab(Tab::Timeline, Look::new(Theme::colours()));
    insta::assert_snapshot!(shot(&View { traces, strip, past: true, ..tab }, 120, 40));
}

#[test]
fn palette_and_messages_popups() {
    let mut shots = String::new();
    let look = |lang| Look { lang, ..Look::new(Theme::colours()) };
    for (lang, size) in [(Lang::En, (120, 40)), (Lang::Zh, (80, 24)), (Lang::En, (40, 12))] {
        for popup in [palette("sc", lang), messages()] {
            let view = View { popup: Some(popup), look: look(lang), ..view() };
            shots.push_str(&shot(&view, size.0, size.1));
        }
    }
    insta::assert_snapshot!(shots);
}

#[test]
fn search_popup() {
    let view = View { popup: Some(search("夜")), ..view() };
    insta::assert_snapshot!(shot(&view, 120, 40));
}

#[test]
fn no_size_panics_and_no_wide_character_is_halved() {
    let widths = (1..=160).step_by(3).chain([2, 20, 40, 80, 110, 120]);
    let heights: Vec<u16> = (1..=50).step_by(2).chain([6, 12, 24, 40]).collect();
    let mut view = view();
    for popup in popups() {
        view.popup = popup;
        for width in widths.clone() {
            for &height in &heights {
                view.panel = usize::from(width + height) % 6;
                view.tab = Tab::ALL[usize::from(width + height) % Tab::ALL.len()];
                view.caption = (width % 2 == 0).then(caption);
                view.strip = Some(Strip::of(TRACES.iter(), TRACES.len() - 1));
                let buffer = drawn(&view, width, height);
                assert_wide_characters_whole(&buffer);
            }
        }
    }
}

fn assert_wide_characters_whole(buffer: &Buffer) {
    for y in 0..buffer.area.height {
        let mut x = 0;
        while x < buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            let wide = symbol.width() as u16;
            if wide > 1 {
                let at = format!("{symbol} at {x},{y} of {:?}", buffer.area);
                assert!(x + wide <= buffer.area.width, "{at} reaches over the edge");
                assert!(matches!(buffer[(x + 1, y)].symbol(), "" | " "), "{at} is covered");
            }
            x += wide.max(1);
        }
    }
}

#[test]
fn any_queue_and_any_step_can_be_drawn() {
    for steps in 1..=TRACES.len() {
        let tab = Tab::ALL[steps % Tab::ALL.len()];
        let traces = TRACES[..steps].to_vec();
        let strip = Some(Strip::of(TRACES.iter(), steps - 1));
        let look = Look::new(Theme::plain());
        let mut view = View { traces, strip, selected: 999, ..of_tab(tab, look) };
        drawn(&view, 120, 40);
        let mut emptied = (*view.traces[steps - 1]).clone();
        emptied.queue.clear();
        emptied.bandit.arms.clear();
        view.traces[steps - 1] = Arc::new(emptied);
        for popup in popups() {
            view.popup = popup;
            drawn(&view, 120, 40);
            drawn(&view, 80, 24);
        }
    }
}

#[test]
fn hostile_text_stays_inside_its_place() {
    let mut trace = (**TRACES.last().unwrap()).clone();
    let hostile = [
        "\u{1b}[2J\u{7}\n\tx\u{9b}31m",
        "a\u{202e}b\u{2066}c\u{200f}d\u{61c}e\u{2028}f",
        "👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦",
        "e\u{301}\u{301}\u{301}e",
        "ﷺﷺﷺ",
        "夜夜夜夜夜夜夜夜夜夜夜夜夜夜夜夜夜",
    ];
    for (entry, text) in trace.queue.iter_mut().zip(hostile.iter().cycle()) {
        entry.song.title = (*text).into();
        entry.song.artist = (*text).into();
    }
    trace.playing.song.title = hostile[0].into();
    trace.playing.song.artist = hostile[1].repeat(40);
    let view = View { traces: vec![Arc::new(trace)], ..view() };
    for (width, height) in [(120, 40), (80, 24), (40, 12), (23, 7)] {
        let buffer = drawn(&view, width, height);
        assert_wide_characters_whole(&buffer);
        let text = text(&buffer);
        assert!(!text.chars().any(|c| c != '\n' && acts(c)), "{text:?}");
        if width == 120 {
            assert!(text.contains("�[2J�  x�31m"), "{text}");
            assert!(text.contains("a�b�c�d�e f"), "{text}");
        }
    }
}

#[test]
fn no_view_and_no_popup_lets_through_what_a_terminal_acts_on() {
    let hostile = "\u{9b}2J\u{202e}x\u{1b}]0;y\u{7}";
    let spoilt = TRACES.iter().map(|trace| {
        let mut value = serde_json::to_value(&**trace).unwrap();
        spoil(&mut value, hostile);
        Arc::new(serde_json::from_value::<Trace>(value).unwrap())
    });
    let traces: Vec<Arc<Trace>> = spoilt.collect();
    for ascii in [false, true] {
        for tab in Tab::ALL {
            let look = Look { ascii, ..Look::new(Theme::plain()) };
            let mut view = View { traces: traces.clone(), ..of_tab(tab, look) };
            for popup in popups() {
                view.popup = popup;
                for (width, height) in [(120, 40), (80, 24)] {
                    let buffer = drawn(&view, width, height);
                    let acting = buffer.content.iter().find(|cell| cell.symbol().chars().any(acts));
                    assert_eq!(acting, None, "{tab:?}, {width}x{height}");
                }
            }
        }
    }
}

/// Puts hostile text at the end of every text that people give.
fn spoil(value: &mut serde_json::Value, hostile: &str) {
    match value {
        serde_json::Value::Object(map) => map.iter_mut().for_each(|(key, value)| match value {
            serde_json::Value::String(text)
                if matches!(&**key, "title" | "artist" | "query" | "policy" | "model") =>
            {
                text.push_str(hostile);
            }
            other => spoil(other, hostile),
        }),
        serde_json::Value::Array(list) => list.iter_mut().for_each(|value| spoil(value, hostile)),
        _ => {}
    }
}

/// The view with its newest trace changed.
fn changed(change: impl FnOnce(&mut Trace)) -> View {
    let mut view = view();
    let last = view.traces.last_mut().expect("steps");
    change(Arc::make_mut(last));
    view
}

#[test]
fn evidence_that_is_enough_and_moves_nothing_says_why() {
    let view = changed(|trace| {
        trace.guardrail.level = 1;
        trace.guardrail.selling_level = 0;
        trace.guardrail.selling_levels = 1;
        trace.guardrail.selling.evidence = Score::new(329.0);
        trace.guardrail.selling.acts_at = Score::new(200.0);
    });
    let shown = shot(&View { tab: Tab::Metrics, ..view }, 160, 50);
    assert!(shown.contains("it waits: listening comes first"), "{shown}");
}

#[test]
fn every_term_of_a_weight_can_be_read() {
    let view = changed(|trace| {
        let terms =
            [("segment", 0.687), ("scene", -0.021), ("personal", -0.04), ("by hand", 0.031)];
        let alpha = &mut trace.weights.alpha;
        alpha.terms = terms
            .map(|(name, value)| melody_recommender::ranking::Term {
                name: name.into(),
                from: String::new(),
                value: Score::new(value),
            })
            .into();
        alpha.value = alpha.terms.iter().map(|term| term.value).sum();
    });
    for (width, height) in [(120, 40), (160, 50)] {
        let shown = shot(&view, width, height);
        assert!(shown.contains("+0.031 by hand"), "{shown}");
    }
}

#[test]
fn the_arm_in_force_is_never_the_one_that_has_no_room() {
    let last = TRACES.last().expect("steps").bandit.arms.last().expect("arms").name.clone();
    let view = changed(|trace| trace.bandit.arm = last.clone());
    let shown: Vec<String> =
        (0..6).map(|panel| shot(&View { panel, ..view.clone() }, 80, 24)).collect();
    let bandit: Vec<&String> = shown.iter().filter(|said| said.contains("Bandit ·")).collect();
    assert!(!bandit.is_empty(), "a panel of it");
    assert!(bandit.iter().all(|said| said.contains(&format!("❯ {last}"))), "{bandit:?}");
}

#[test]
fn a_mark_is_explained_only_where_it_is_drawn() {
    for (width, height) in SIZES {
        let shown = shot(&View { tab: Tab::Model, ..view() }, width, height);
        let (legend, drawn) = (shown.contains("(╫ predicted"), shown.matches('╫').count());
        assert_eq!(legend, drawn > 1, "{width}x{height}\n{shown}");
    }
}
