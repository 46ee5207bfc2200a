//! The command table: everything the simulator can be told, once.
//!
//! Keys, footer, help, palette, the README's key table and `keymap.toml` are made of it.

use super::keys::shown;
use super::tab::Tab;

use super::context::Context;

/// Something the listener, the presenter or the engineer wants done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Command {
    /// Start or stop the clock.
    PlayPause,
    /// Skip the current song, or finish it if it is nearly over.
    Next,
    /// Like the current song.
    Like,
    /// Save the current song.
    Save,
    /// Play the current song again from its start.
    Replay,
    /// Look for songs and artists.
    Search,
    /// Become a subscriber.
    Subscribe,
    /// Choose a scene from a list.
    Scene,
    /// Choose a listener from a list.
    Profile,
    /// Hand over to the simulated listener, or take back.
    Autopilot,
    /// Double the speed of the clock.
    Faster,
    /// Halve the speed of the clock.
    Slower,
    /// Take the last event back.
    Undo,
    /// Put back what was taken back.
    Redo,
    /// The line, song or value before.
    Up,
    /// The next line, song or value.
    Down,
    /// To the first, or the beginning.
    First,
    /// To the last, or the end.
    Last,
    /// Ten lines or steps back.
    PageUp,
    /// Ten lines or steps on.
    PageDown,
    /// Play the selected song now.
    Open,
    /// Take the selected song to the Explain view.
    Explain,
    /// Show this view.
    Show(Tab),
    /// Show the view after this one, round the end.
    NextTab,
    /// Show the view before this one, round the end.
    LastTab,
    /// Another panel first on the stage, where not all fit.
    NextPanel,
    /// One panel over the whole view, or all of it again.
    Zoom,
    /// The queue's bars from zero, or from what all of its songs have.
    FromZero,
    /// Compare with the same session under something else.
    Fork,
    /// Which song is first over two weights, or one weight again.
    OverTwo,
    /// What is compared over simulated weeks, or the session again.
    OverWeeks,
    /// Another song to measure the selected one against.
    Versus,
    /// Any song of the catalogue, shown or not.
    WhyNot,
    /// What the model read, or back to what brought the song here.
    Detail,
    /// Move the chosen slider down by a step.
    Less,
    /// Move the chosen slider up by a step.
    More,
    /// Move the chosen slider to the lowest it can be.
    Least,
    /// Move the chosen slider to the highest it can be.
    Most,
    /// The chosen slider as it is in force; where it is that already, back to the policy.
    Reset,
    /// The same of all sliders.
    ResetAll,
    /// Put what the sliders say in force.
    Commit,
    /// Drop the other session.
    EndCompare,
    /// Look at the step before.
    StepBack,
    /// Look at the step after.
    StepOn,
    /// Go on from the step looked at: what came after is lost.
    Rewind,
    /// Look at the newest step again.
    Live,
    /// Go on with the tour.
    NextScene,
    /// Back to where the tour's scene before began.
    LastScene,
    /// Leave the tour and keep the session.
    EndTour,
    /// Choose a theme from a list.
    Theme,
    /// Choose a language from a list.
    Language,
    /// Switch motion on or off.
    Motion,
    /// Write the session as a script.
    Write,
    /// Choose a written session from a list.
    Load,
    /// Write what is on screen to a file.
    Export,
    /// Put what is on screen on the clipboard, as JSON.
    Copy,
    /// Show all that was said so far.
    Messages,
    /// Open the command palette.
    Palette,
    /// Show every key.
    Help,
    /// Draw everything anew, whatever another program has left on the terminal.
    Redraw,
    /// Take what is selected, or say yes.
    Choose,
    /// Search for what is selected and play it at once.
    OpenFound,
    /// Back to the view, without doing anything.
    Close,
    /// Leave the program.
    Quit,
}

/// One line of the table.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Where it can be given; one command may have an entry in several.
    pub context: Context,
    /// What is done.
    pub command: Command,
    /// Its name in `keymap.toml`, unique in its context.
    pub id: &'static str,
    /// Short, for the footer.
    pub name: &'static str,
    /// A sentence, for help and palette.
    pub about: &'static str,
    /// The keys it has unless a keymap says otherwise. The first is the one shown where there is room
    /// for one.
    pub keys: &'static [&'static str],
    /// The footer shows the lowest first; 0 keeps an entry out of it.
    pub footer: u8,
}

const fn entry(
    context: Context,
    command: Command,
    keys: &'static [&'static str],
    (id, name, footer): (&'static str, &'static str, u8),
    about: &'static str,
) -> Entry {
    Entry { context, command, id, name, about, keys, footer }
}

use Command as C;
use Context::{
    Anywhere, Compare, Confirm, Explain, List, Palette, Reading, Search, Timeline, Tour, WhatIf,
};

/// Every command in the order help shows it.
#[rustfmt::skip]
pub const TABLE: &[Entry] = &[
    entry(Anywhere, C::PlayPause, &["space"], ("play-pause", "play", 2), "Play or pause; while paused nothing moves"),
    entry(Anywhere, C::Next, &["n", "right"], ("next", "next", 3), "Go on to the next song: a skip, unless it is nearly over"),
    entry(Anywhere, C::Like, &["l"], ("like", "like", 4), "Like the current song"),
    entry(Anywhere, C::Save, &["s"], ("save", "save", 6), "Save the current song"),
    entry(Anywhere, C::Replay, &["r"], ("replay", "replay", 15), "Play the current song again from its start"),
    entry(Anywhere, C::Search, &["/"], ("search", "search", 5), "Search songs and artists"),
    entry(Anywhere, C::Subscribe, &["b"], ("subscribe", "subscribe", 14), "Subscribe"),
    entry(Anywhere, C::Scene, &["c"], ("scene", "scene", 9), "Change the scene"),
    entry(Anywhere, C::Profile, &["p"], ("profile", "listener", 10), "Choose a listener; begins a new session"),
    entry(Anywhere, C::Autopilot, &["a"], ("autopilot", "autopilot", 6), "Let the simulated listener take over, or take back"),
    entry(Anywhere, C::Faster, &["+", "="], ("faster", "faster", 11), "Double the speed of the clock, up to 64x"),
    entry(Anywhere, C::Slower, &["-", "_"], ("slower", "slower", 0), "Halve the speed of the clock, down to 0.5x"),
    entry(Anywhere, C::Undo, &["u"], ("undo", "undo", 8), "Take the last event back"),
    entry(Anywhere, C::Redo, &["U"], ("redo", "redo", 0), "Put back everything that was taken back, until something else happens"),
    entry(Anywhere, C::Down, &["j", "down"], ("down", "down", 0), "Select the next song or line"),
    entry(Anywhere, C::Up, &["k", "up"], ("up", "up", 0), "Select the one before"),
    entry(Anywhere, C::First, &["g", "home"], ("first", "first", 0), "Select the first"),
    entry(Anywhere, C::Last, &["G", "end"], ("last", "last", 0), "Select the last"),
    entry(Anywhere, C::PageDown, &["pagedown"], ("page-down", "page down", 0), "Scroll down by ten lines"),
    entry(Anywhere, C::PageUp, &["pageup"], ("page-up", "page up", 0), "Scroll up by ten lines"),
    entry(Anywhere, C::Open, &["enter"], ("open", "play this", 12), "Play the selected song now"),
    entry(Anywhere, C::Explain, &["e"], ("explain", "explain", 5), "Explain the selected song's score, part by part"),
    entry(Anywhere, C::NextTab, &["tab"], ("next-view", "view", 4), "Show the next view"),
    entry(Anywhere, C::LastTab, &["shift-tab"], ("last-view", "view before", 0), "Show the view before"),
    entry(Anywhere, C::Show(Tab::Stage), &["1", "esc"], ("stage", "stage", 0), "Stage: what plays, what comes, what just changed"),
    entry(Anywhere, C::Show(Tab::Explain), &["2"], ("explain-view", "explain", 0), "Explain: why a song ranks where it does"),
    entry(Anywhere, C::Show(Tab::WhatIf), &["3"], ("what-if", "what-if", 0), "What-if: what other weights and rules would make of the queue"),
    entry(Anywhere, C::Show(Tab::Bandit), &["4"], ("bandit", "bandit", 0), "Bandit: what it believes, chose and earned"),
    entry(Anywhere, C::Show(Tab::Session), &["5"], ("session", "session", 0), "Session: what this sitting says of the listener"),
    entry(Anywhere, C::Show(Tab::Model), &["6"], ("model", "model", 0), "Model: which one decides and how it learns"),
    entry(Anywhere, C::Show(Tab::Metrics), &["7"], ("metrics", "metrics", 0), "Metrics: how the listener fares, and the guardrail"),
    entry(Anywhere, C::Show(Tab::Compare), &["8"], ("compare", "compare", 0), "Compare: the same session under another policy, model or scene"),
    entry(Anywhere, C::Show(Tab::Timeline), &["9"], ("timeline", "timeline", 0), "Timeline: look back at any step, go back to it"),
    entry(Anywhere, C::LastScene, &["left"], ("last-scene", "the tour", 0), "After a tour: back to the scene it ended with, as that began"),
    entry(Anywhere, C::NextPanel, &["o"], ("next-panel", "panel", 3), "Show another panel on the stage, where not all fit"),
    entry(Anywhere, C::Zoom, &["z"], ("zoom", "zoom", 13), "One panel over the whole view, or all of it again"),
    entry(Anywhere, C::FromZero, &["0"], ("from-zero", "bars", 0), "Bars of the queue from zero, or from what all its songs have"),
    entry(Anywhere, C::Fork, &["f"], ("fork", "fork", 0), "Compare with another policy, model or scene from here on"),
    entry(Anywhere, C::Palette, &[":", "ctrl-p"], ("palette", "commands", 7), "Find any command by its name"),
    entry(Anywhere, C::Theme, &["t"], ("theme", "theme", 0), "Choose a theme"),
    entry(Anywhere, C::Language, &["L"], ("language", "language", 0), "English or Chinese"),
    entry(Anywhere, C::Motion, &["M"], ("motion", "motion", 0), "Switch motion on or off"),
    entry(Anywhere, C::Write, &["w"], ("write", "write", 16), "Write the session as a script that `melody replay` runs"),
    entry(Anywhere, C::Load, &["ctrl-o"], ("load", "load", 0), "Open a session that was written before"),
    entry(Anywhere, C::Export, &["x"], ("export", "export", 0), "Export what is on screen: JSON, CSV or a picture"),
    entry(Anywhere, C::Copy, &["y"], ("copy", "copy", 0), "Copy what is on screen to the clipboard, as JSON"),
    entry(Anywhere, C::Messages, &["m"], ("messages", "messages", 0), "Everything that was said so far"),
    entry(Anywhere, C::Help, &["?"], ("help", "help", 1), "Show every key"),
    entry(Anywhere, C::Redraw, &["ctrl-l"], ("redraw", "redraw", 0), "Draw the whole screen anew"),
    entry(Anywhere, C::Quit, &["q", "ctrl-c"], ("quit", "quit", 1), "Leave"),
    entry(Explain, C::Versus, &["v"], ("versus", "against", 1), "Choose the song it should beat"),
    entry(Explain, C::WhyNot, &["/"], ("why-not", "why not", 1), "Find any song: why is it not in the queue?"),
    entry(Explain, C::Detail, &["d"], ("detail", "detail", 1), "What heads, experts and attention say, or back to what brought it here"),
    entry(WhatIf, C::Down, &["j", "down"], ("down", "choose", 1), "The next value"),
    entry(WhatIf, C::Up, &["k", "up"], ("up", "choose", 0), "The value before"),
    entry(WhatIf, C::Less, &["left", "h"], ("less", "less", 1), "Less"),
    entry(WhatIf, C::More, &["right"], ("more", "more", 1), "More"),
    entry(WhatIf, C::Least, &["["], ("least", "least", 0), "As little as can be"),
    entry(WhatIf, C::Most, &["]"], ("most", "most", 0), "As much as can be"),
    entry(WhatIf, C::Reset, &["backspace"], ("reset", "reset", 2), "This one as it is now; once more gives it back to the policy"),
    entry(WhatIf, C::ResetAll, &["0"], ("reset-all", "reset all", 2), "All as they are now; once more gives all back to the policy"),
    entry(WhatIf, C::OverTwo, &["v"], ("over-two", "two weights", 3), "Which song is first where, over two weights at once; or one weight again"),
    entry(WhatIf, C::Commit, &["enter"], ("commit", "apply", 1), "Go on with these: an event like any other, which undo takes back"),
    entry(Compare, C::Fork, &["enter"], ("fork-here", "fork", 1), "Begin a comparison from here on"),
    entry(Compare, C::OverWeeks, &["d"], ("over-weeks", "over weeks", 5), "Both over two simulated weeks, many listeners, day by day; or the session again"),
    entry(Compare, C::EndCompare, &["X"], ("end", "end", 2), "End the comparison"),
    entry(Timeline, C::StepBack, &["left", "k", "up"], ("step-back", "earlier", 1), "One step back"),
    entry(Timeline, C::StepOn, &["right", "j", "down"], ("step-on", "later", 1), "One step on"),
    entry(Timeline, C::PageUp, &["pageup"], ("page-up", "ten earlier", 0), "Ten steps back"),
    entry(Timeline, C::PageDown, &["pagedown"], ("page-down", "ten later", 0), "Ten steps on"),
    entry(Timeline, C::First, &["home", "g"], ("first", "begin", 3), "To the session's beginning"),
    entry(Timeline, C::Live, &["end", "G"], ("live", "now", 2), "Back to now"),
    entry(Timeline, C::Rewind, &["enter"], ("rewind", "go on from here", 1), "Take back everything after this step"),
    entry(Tour, C::NextScene, &["space", "enter", "right"], ("next-scene", "next scene", 1), "The next scene"),
    entry(Tour, C::LastScene, &["left"], ("last-scene", "back", 1), "Back to where the scene before began"),
    entry(Tour, C::EndTour, &["esc"], ("end-tour", "leave the tour", 1), "Leave the tour and keep the session"),
    entry(Search, C::Choose, &["enter"], ("choose", "search", 1), "Search for it: what is related rises in the queue"),
    entry(Search, C::OpenFound, &["tab", "ctrl-enter"], ("open-found", "play now", 1), "Search for it and play it at once"),
    entry(Search, C::Down, &["down", "ctrl-n"], ("down", "down", 2), "Select the next result"),
    entry(Search, C::Up, &["up", "ctrl-p"], ("up", "up", 2), "Select the result before"),
    entry(Search, C::PageDown, &["pagedown"], ("page-down", "page down", 0), "Ten lines down"),
    entry(Search, C::PageUp, &["pageup"], ("page-up", "page up", 0), "Ten lines up"),
    entry(Search, C::Close, &["esc"], ("close", "back", 1), "Back without searching"),
    entry(Search, C::Quit, &["ctrl-c"], ("quit", "quit", 0), "Leave"),
    entry(List, C::Choose, &["enter"], ("choose", "choose", 1), "Choose"),
    entry(List, C::Down, &["down", "ctrl-n"], ("down", "down", 2), "Select the next"),
    entry(List, C::Up, &["up", "ctrl-p"], ("up", "up", 2), "Select the one before"),
    entry(List, C::PageDown, &["pagedown"], ("page-down", "page down", 0), "Ten lines down"),
    entry(List, C::PageUp, &["pageup"], ("page-up", "page up", 0), "Ten lines up"),
    entry(List, C::Close, &["esc"], ("close", "back", 1), "Back without choosing"),
    entry(List, C::Quit, &["ctrl-c"], ("quit", "quit", 0), "Leave"),
    entry(Palette, C::Choose, &["enter"], ("choose", "do it", 1), "Do it"),
    entry(Palette, C::Down, &["down", "ctrl-n"], ("down", "down", 2), "Select the next"),
    entry(Palette, C::Up, &["up", "ctrl-p"], ("up", "up", 2), "Select the one before"),
    entry(Palette, C::PageDown, &["pagedown"], ("page-down", "page down", 0), "Ten lines down"),
    entry(Palette, C::PageUp, &["pageup"], ("page-up", "page up", 0), "Ten lines up"),
    entry(Palette, C::Close, &["esc"], ("close", "back", 1), "Back"),
    entry(Palette, C::Quit, &["ctrl-c"], ("quit", "quit", 0), "Leave"),
    entry(Reading, C::Close, &["esc", "q", "?", "enter"], ("close", "back", 1), "Back"),
    entry(Reading, C::Down, &["j", "down"], ("down", "down", 1), "Scroll down"),
    entry(Reading, C::Up, &["k", "up"], ("up", "up", 1), "Scroll up"),
    entry(Reading, C::PageDown, &["pagedown", "space"], ("page-down", "page down", 0), "Scroll down by ten lines"),
    entry(Reading, C::PageUp, &["pageup", "backspace"], ("page-up", "page up", 0), "Scroll up by ten lines"),
    entry(Reading, C::First, &["g", "home"], ("first", "first", 0), "To the beginning"),
    entry(Reading, C::Last, &["G", "end"], ("last", "last", 0), "To the end"),
    entry(Reading, C::Quit, &["ctrl-c"], ("quit", "quit", 0), "Leave"),
    entry(Confirm, C::Choose, &["y", "enter"], ("choose", "yes", 1), "Yes, do it"),
    entry(Confirm, C::Close, &["esc", "n", "q"], ("close", "no", 1), "No, leave everything as it is"),
    entry(Confirm, C::Write, &["w"], ("write", "write first", 1), "Write the session as a script first"),
    entry(Confirm, C::Quit, &["ctrl-c"], ("quit", "quit", 0), "Leave"),
];

/// The commands of one context.
pub fn of(context: Context) -> impl Iterator<Item = &'static Entry> {
    TABLE.iter().filter(move |entry| entry.context == context)
}

/// The contexts of the key table in the README: what is typed into a list explains itself there.
const IN_README: [Context; 6] = [Anywhere, Explain, WhatIf, Compare, Timeline, Tour];

/// The keys of the simulator as a Markdown table, for the README.
pub fn key_table() -> String {
    let mut table = String::from("| view | key | what it does |\n|---|---|---|\n");
    for context in IN_README {
        for entry in of(context) {
            let keys: Vec<String> = entry.keys.iter().map(|k| format!("`{}`", shown(k))).collect();
            let view = if context == Anywhere { "" } else { context.name() };
            table.push_str(&format!("| {view} | {} | {} |\n", keys.join(" "), entry.about));
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Lang;

    #[test]
    fn the_readme_shows_this_table() {
        let table = key_table();
        assert!(
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md")).contains(&table),
            "README.md needs:\n{table}"
        );
    }

    #[test]
    fn identifiers_are_unique_in_their_context() {
        for context in Context::ALL {
            let mut seen = std::collections::BTreeSet::new();
            assert!(of(context).all(|entry| seen.insert(entry.id)), "{context:?}");
        }
    }

    #[test]
    fn everything_has_a_name_in_every_language() {
        let named = TABLE.iter().flat_map(|entry| [entry.name, entry.about]);
        for english in named.chain(Context::ALL.map(Context::name)) {
            assert_ne!(Lang::Zh.text(english), english);
        }
    }
}
