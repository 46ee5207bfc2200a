//! A theme of one's own.

use crate::bad_input::bench::{Bench, Edit};

const CHECK: [&str; 3] = ["config", "--theme", "mine"];
const NAME: &str = "home/melody/themes/mine.toml";
pub(super) const THEME: &str = r##"format = 1
name = "Mine"
about = "One colour is my own"
dark = true

[palette]
rose = "#ff99aa"
sky = "bright-blue"

[styles]
text = { fg = "white", bg = "black" }
faint = "bright-black"
liked = { fg = "rose", bold = true }
interest = "sky"

[styles.state]
fg = "black"
bg = "rose"
"##;

const EDITS: &[Edit] = &[
    ("format = 1", "format = 2", "format", "only format 1"),
    ("name = \"Mine\"", "name = \" \"", "name", "a text is needed"),
    ("One colour", "One \\u001b[2J colour", "about", "control character"),
    ("dark = true", "dark = \"yes\"", "dark", "invalid type"),
    ("dark = true", "darkness = true", "darkness", "valid here: format, name"),
    ("#ff99aa", "#ff99a", "palette.rose", "six of 0 to 9"),
    ("#ff99aa", "#ff99zz", "palette.rose", "unknown colour `#ff99zz`"),
    ("bright-blue", "brihgt-blue", "palette.sky", "did you mean `bright-blue`?"),
    ("\"bright-blue\"", "7", "palette.sky", "invalid type"),
    // The palette's own names mean nothing inside the palette.
    ("bright-blue", "rose", "palette.sky", "unknown colour `rose`"),
    ("faint = ", "fiant = ", "styles.fiant", "did you mean `faint`?"),
    ("fg = \"rose\"", "fg = \"rsoe\"", "styles.liked.fg", "did you mean `rose`?"),
    ("interest = \"sky\"", "interest = \"skyy\"", "styles.interest", "did you mean `sky`?"),
    ("interest = \"sky\"", "interest = true", "styles.interest", "a colour or a table"),
    ("bold = true", "blod = true", "styles.liked.blod", "did you mean `bold`?"),
    ("bold = true", "bold = 1", "styles.liked.bold", "invalid type"),
    ("bg = \"black\"", "bg = \"white\"", "styles.text.bg", "colour of its background"),
    ("bg = \"rose\"", "gb = \"rose\"", "styles.state.gb", "did you mean"),
    ("[palette]", "[pallette]", "pallette", "did you mean `palette`?"),
];

#[test]
fn theme_toml() {
    let bench = Bench::new();
    bench.write(NAME, THEME);
    bench.accepts(&CHECK);
    bench.accepts(&["config", "--theme", NAME]);
    bench.refuses_edits(NAME, THEME, &CHECK, EDITS);
    bench.refuses_what_is_no_text(NAME, &["config", "--theme", NAME]);
}

#[test]
fn a_broken_theme_is_listed_as_such() {
    let bench = Bench::new();
    bench.write(NAME, "format = 1\nname = \"x\"\nabout = \"y\"\n[styles]\nup = \"geen\"\n");
    bench.accepts(&["config", "--themes"]);
    bench.refuses(&CHECK, &[&format!("{NAME}:5: styles.up: "), "did you mean `green`?"]);
}
