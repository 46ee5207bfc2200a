//! Keys of one's own.

use crate::bad_input::bench::{Bench, Edit};

const CHECK: [&str; 1] = ["keys"];
const NAME: &str = "home/melody/keymap.toml";
pub(super) const KEYMAP: &str = r##"format = 1

[anywhere]
like = ["l", "ctrl-l"]
next = "f5"
subscribe = []

[what-if]
less = "left"
more = ["right", "+"]

[search]
open-found = "alt-enter"
"##;

const EDITS: &[Edit] = &[
    ("format = 1", "format = 2", "format", "only format 1"),
    ("format = 1", "", "format", "the format is missing"),
    ("[what-if]", "[whatif]", "whatif", "did you mean `what-if`?"),
    ("[what-if]", "[stage]", "stage", "valid here: anywhere"),
    ("like = ", "liek = ", "anywhere.liek", "did you mean `like`?"),
    // Commands of one context are unknown in another.
    ("less = ", "commit-all = ", "what-if.commit-all", "unknown command"),
    ("\"f5\"", "\"f55\"", "anywhere.next", "did you mean `f5`?"),
    ("\"ctrl-l\"", "\"strg-l\"", "anywhere.like[1]", "not the name of a key"),
    ("\"ctrl-l\"", "\"\\u001b[2J\"", "anywhere.like[1]", "not the name of a key"),
    ("\"ctrl-l\"", "7", "anywhere.like[1]", "in quotes"),
    ("\"f5\"", "{ key = 1 }", "anywhere.next", "in quotes"),
    ("\"ctrl-l\"", "\"l\"", "anywhere.like[1]", "`l` is there twice"),
    ("\"f5\"", "\"l\"", "anywhere.next", "`l` is bound to `like` here already"),
    ("\"left\"\nmore", "\"+\"\n¶more", "what-if.more", "`+` is bound to `less` here already"),
    ("subscribe = []", "quit = []", "anywhere.quit", "no way out"),
    // Nor may the last keys be given to something else.
    ("subscribe = []", "subscribe = [\"q\", \"ctrl-c\"]", "anywhere.subscribe", "no way out"),
    ("open-found = \"alt-enter\"", "close = []", "search.close", "no way out"),
    ("\"alt-enter\"", "\"x\"", "search.open-found", "`x` is text here"),
    ("format = 1", "format = 1\n¶timeline = 3", "timeline", "a table of commands"),
];

#[test]
fn keymap_toml() {
    let bench = Bench::new();
    bench.write(NAME, KEYMAP);
    bench.accepts(&CHECK);
    bench.accepts(&["keys", "--keymap", NAME, "--json"]);
    bench.accepts(&["keys", "--toml"]);
    bench.refuses_edits(NAME, KEYMAP, &CHECK, EDITS);
    bench.refuses_what_is_no_text(NAME, &["keys", "--keymap", NAME]);
}
