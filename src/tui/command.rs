//! The command table: everything the simulator can be told, once.
//!
//! The footer, the help screen, the README's key table and the keys themselves are made of it.

use super::keys::Key;

/// Something the listener or the presenter wants done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    PlayPause,
    Next,
    Like,
    Save,
    Replay,
    Search,
    Subscribe,
    Scene,
    Profile,
    Autopilot,
    Faster,
    Slower,
    Undo,
    Up,
    Down,
    First,
    Last,
    PageUp,
    PageDown,
    Open,
    Explain,
    NextPanel,
    LastPanel,
    Write,
    Help,
    Choose,
    OpenFound,
    Close,
    Quit,
}

/// Where a command can be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// The simulator itself.
    Stage,
    /// Typing a search; keys that mean nothing here are text.
    Search,
    /// Choosing from a list.
    List,
    /// Reading something longer than the screen.
    Reading,
}

impl Context {
    pub const ALL: [Context; 4] =
        [Context::Stage, Context::Search, Context::List, Context::Reading];

    pub fn name(self) -> &'static str {
        match self {
            Context::Stage => "Simulator",
            Context::Search => "Search",
            Context::List => "Lists",
            Context::Reading => "Help and explanation",
        }
    }
}

/// One line of the table.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    pub command: Command,
    pub context: Context,
    /// Short, for the footer.
    pub name: &'static str,
    /// A sentence, for help.
    pub about: &'static str,
    /// The first is the one shown where there is room for one.
    pub keys: &'static [&'static str],
    /// The footer shows the lowest first; 0 keeps an entry out of it.
    pub footer: u8,
}

const fn entry(
    context: Context,
    command: Command,
    keys: &'static [&'static str],
    (name, footer): (&'static str, u8),
    about: &'static str,
) -> Entry {
    Entry { command, context, name, about, keys, footer }
}

use Command as C;
use Context::{List, Reading, Search, Stage};

/// Every command in the order help shows it.
pub const TABLE: &[Entry] = &[
    entry(
        Stage,
        C::PlayPause,
        &["space"],
        ("play", 2),
        "Play or pause; while paused nothing moves",
    ),
    entry(
        Stage,
        C::Next,
        &["n", "right"],
        ("next", 3),
        "Go on to the next song: a skip, unless it is nearly over",
    ),
    entry(Stage, C::Like, &["l"], ("like", 4), "Like the current song"),
    entry(Stage, C::Save, &["s"], ("save", 5), "Save the current song"),
    entry(Stage, C::Replay, &["r"], ("replay", 13), "Play the current song again from its start"),
    entry(Stage, C::Search, &["/"], ("search", 6), "Search songs and artists"),
    entry(Stage, C::Subscribe, &["b"], ("subscribe", 12), "Subscribe"),
    entry(Stage, C::Scene, &["c"], ("scene", 9), "Change the scene"),
    entry(Stage, C::Profile, &["p"], ("profile", 10), "Choose a listener; begins a new session"),
    entry(
        Stage,
        C::Autopilot,
        &["a"],
        ("autopilot", 7),
        "Let the simulated listener take over, or take back",
    ),
    entry(
        Stage,
        C::Faster,
        &["+", "="],
        ("faster", 11),
        "Double the speed of the clock, up to 64x",
    ),
    entry(
        Stage,
        C::Slower,
        &["-", "_"],
        ("slower", 0),
        "Halve the speed of the clock, down to 0.5x",
    ),
    entry(Stage, C::Undo, &["u"], ("undo", 8), "Take the last event back"),
    entry(Stage, C::Down, &["j", "down"], ("down", 0), "Select the next song of the queue"),
    entry(Stage, C::Up, &["k", "up"], ("up", 0), "Select the song before"),
    entry(Stage, C::First, &["g", "home"], ("first", 0), "Select the first song"),
    entry(Stage, C::Last, &["G", "end"], ("last", 0), "Select the last song"),
    entry(Stage, C::Open, &["enter"], ("open", 14), "Play the selected song now"),
    entry(
        Stage,
        C::Explain,
        &["e"],
        ("explain", 7),
        "Explain the selected song's score, part by part",
    ),
    entry(Stage, C::NextPanel, &["tab"], ("panel", 4), "Show the next panel, where not all fit"),
    entry(Stage, C::LastPanel, &["backtab"], ("panel", 0), "Show the panel before"),
    entry(
        Stage,
        C::Write,
        &["w"],
        ("write", 16),
        "Write the session as a script that `melody replay` runs",
    ),
    entry(Stage, C::Help, &["?"], ("help", 1), "Show every key"),
    entry(Stage, C::Quit, &["q", "ctrl-c"], ("quit", 1), "Leave"),
    entry(
        Search,
        C::Choose,
        &["enter"],
        ("search", 1),
        "Search for it: what is related rises in the queue",
    ),
    entry(
        Search,
        C::OpenFound,
        &["tab", "ctrl-enter"],
        ("play now", 1),
        "Search for it and play it at once",
    ),
    entry(Search, C::Down, &["down", "ctrl-n"], ("down", 2), "Select the next result"),
    entry(Search, C::Up, &["up", "ctrl-p"], ("up", 2), "Select the result before"),
    entry(Search, C::Close, &["esc"], ("back", 1), "Back without searching"),
    entry(Search, C::Quit, &["ctrl-c"], ("quit", 0), "Leave"),
    entry(List, C::Choose, &["enter"], ("choose", 1), "Choose"),
    entry(List, C::Down, &["j", "down"], ("down", 2), "Select the next"),
    entry(List, C::Up, &["k", "up"], ("up", 2), "Select the one before"),
    entry(List, C::Close, &["esc", "q"], ("back", 1), "Back without choosing"),
    entry(List, C::Quit, &["ctrl-c"], ("quit", 0), "Leave"),
    entry(Reading, C::Close, &["esc", "q", "?", "e", "enter"], ("back", 1), "Back"),
    entry(Reading, C::Down, &["j", "down"], ("down", 1), "Scroll down"),
    entry(Reading, C::Up, &["k", "up"], ("up", 1), "Scroll up"),
    entry(Reading, C::PageDown, &["pagedown", "space"], ("page", 0), "Scroll down by ten lines"),
    entry(Reading, C::PageUp, &["pageup", "backspace"], ("page", 0), "Scroll up by ten lines"),
    entry(Reading, C::Quit, &["ctrl-c"], ("quit", 0), "Leave"),
];

/// The commands of one context.
pub fn of(context: Context) -> impl Iterator<Item = &'static Entry> {
    TABLE.iter().filter(move |entry| entry.context == context)
}

/// What a key means here.
pub fn find(context: Context, key: Key) -> Option<Command> {
    let is = |name: &&str| name.parse() == Ok(key);
    of(context).find(|entry| entry.keys.iter().any(is)).map(|entry| entry.command)
}

/// The commands the footer shows, the most important first.
pub fn footer(context: Context) -> Vec<&'static Entry> {
    let mut entries: Vec<&Entry> = of(context).filter(|entry| entry.footer > 0).collect();
    entries.sort_by_key(|entry| entry.footer);
    entries
}

/// A key as it is shown: arrows as arrows.
pub fn shown(key: &str) -> &str {
    match key {
        "right" => "→",
        "left" => "←",
        "up" => "↑",
        "down" => "↓",
        "backtab" => "shift-tab",
        other => other,
    }
}

/// The keys of the simulator as a Markdown table, for the README.
pub fn key_table() -> String {
    let mut table = String::from("| key | what it does |\n|---|---|\n");
    for entry in of(Stage) {
        let keys: Vec<String> = entry.keys.iter().map(|k| format!("`{}`", shown(k))).collect();
        table.push_str(&format!("| {} | {} |\n", keys.join(" "), entry.about));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_shows_this_table() {
        let table = key_table();
        assert!(include_str!("../../README.md").contains(&table), "README.md needs:\n{table}");
    }

    #[test]
    fn every_key_is_known_and_means_one_thing_in_its_context() {
        for context in Context::ALL {
            let mut seen = Vec::new();
            for entry in of(context) {
                for name in entry.keys {
                    let key: Key = name.parse().unwrap();
                    assert!(!seen.contains(&key), "{name} is bound twice in {context:?}");
                    assert_eq!(find(context, key), Some(entry.command));
                    seen.push(key);
                }
            }
            assert_eq!(find(context, "ctrl-c".parse().unwrap()), Some(Command::Quit));
        }
    }
}
