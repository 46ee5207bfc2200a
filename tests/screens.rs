//! What the screen shows, at every size.
//!
//! The views are made of a trace that is kept in `tests/fixtures`, so that a new model changes no
//! snapshot. `tests/fixtures/screens.toml` says how it was made.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use melody::engine::Trace;
use melody::playback::Playhead;
use melody::scene::Scene;
use melody::tracefile;
use melody::tui::{
    Choice, Context, Drafted, Index, Keymap, Lang, Look, Message, Offer, Palette, Picker, Picking,
    Popup, Search, Seeking, Speed, Tab, Theme, View, draw,
};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

static TRACES: LazyLock<Vec<Arc<Trace>>> = LazyLock::new(|| {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/screens.jsonl");
    let file = tracefile::read(&path).expect("the trace that is kept");
    file.traces.into_iter().map(Arc::new).collect()
});

fn view() -> View {
    let traces = TRACES.clone();
    let head = Playhead::after(&traces[traces.len() - 1]);
    View {
        tab: Tab::Stage,
        look: Look::new(Theme::colours()),
        keymap: Arc::new(Keymap::default()),
        contexts: vec![Context::Anywhere],
        newest: traces.len() - 1,
        past: false,
        slow: false,
        fresh: 0.0,
        scroll: 0,
        listener: "Aiko".into(),
        head: Playhead { now_ms: head.now_ms + 71_000, heard_ms: 71_000 },
        traces,
        playing: true,
        speed: Speed::new(4.0).unwrap(),
        autopilot: true,
        selected: 2,
        panel: 0,
        explained: None,
        what_if: Drafted { set: Default::default(), slider: 1, changed: false, preview: None },
        message: None,
        popup: None,
    }
}

fn drawn(view: &View, width: u16, height: u16) -> Buffer {
    let area = Rect::new(0, 0, width, height);
    let mut buffer = Buffer::empty(area);
    draw(view, area, &mut buffer);
    buffer
}

/// The buffer as text, the halves of wide characters counted once.
fn text(buffer: &Buffer) -> String {
    let mut out = String::new();
    for y in 0..buffer.area.height {
        let mut row = String::new();
        let mut x = 0;
        while x < buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            row.push_str(symbol);
            x += symbol.width().max(1) as u16;
        }
        out.push_str(row.trim_end());
        out.push('\n');
    }
    out
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
    View { tab, contexts, look, ..view() }
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

/// Every view at every size in the styles of a theme.
fn styles_in(name: &str, theme: &Theme) {
    for tab in Tab::ALL {
        let view = of_tab(tab, Look::new(theme.clone()));
        let shots = SIZES.map(|(w, h)| format!("{w}x{h}\n{}", styles(&drawn(&view, w, h))));
        insta::assert_snapshot!(format!("{}_{name}", tab.name()), shots.join("\n"));
    }
}

#[test]
fn every_view_at_every_size_without_colours() {
    styles_in("plain", &Theme::plain());
}

fn search(typed: &str) -> Popup {
    let catalogue = Arc::new(melody::catalogue::default_catalogue());
    let index = Arc::new(Index::new(&catalogue));
    let mut search = Search::new(catalogue, index, Seeking::Listen);
    search.paste(typed);
    Popup::Search(Box::new(search))
}

fn picker() -> Popup {
    let choice = |name: &str, about: &str, current| Choice {
        name: name.into(),
        about: about.into(),
        current,
    };
    Popup::Pick(Picker {
        picking: Picking::Profile,
        choices: vec![
            choice("commuter", "Mei. Rides the metro twice a day.", true),
            choice("夜の人", "聴く人。", false),
        ],
        selected: 1,
    })
}

/// The palette of the stage, in which something is typed.
fn palette(typed: &str, lang: Lang) -> Popup {
    let keymap = Keymap::default();
    let reached = keymap.reached(&[Context::Anywhere]).into_iter();
    let commands = reached.map(|(entry, keys)| Offer::command(entry, keys, lang));
    let scenes = Scene::ALL.map(|scene| Offer::scene(scene, Scene::Explore, lang));
    let mut palette = Palette::new(commands.chain(scenes).collect(), &[]);
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

/// Every popup, and none.
fn popups() -> Vec<Option<Popup>> {
    vec![
        None,
        Some(Popup::Help { scroll: 0 }),
        Some(search("夜")),
        Some(search("zzzzzzzz")),
        Some(picker()),
        Some(palette("sc", Lang::En)),
        Some(palette("zzzzzzzz", Lang::Zh)),
        Some(messages()),
    ]
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
        let mut view = View { traces, selected: 999, ..of_tab(tab, Look::new(Theme::plain())) };
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
        "\u{1b}[2J\u{7}\n\tx",
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
        assert!(!text.contains(['\u{1b}', '\u{7}', '\t']), "{text:?}");
    }
}
