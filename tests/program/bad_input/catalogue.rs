//! A catalogue folder: songs.csv and catalogue.toml.

use crate::bad_input::bench::{Bench, CAMPAIGNS, Edit, songs};

const CHECK: [&str; 3] = ["catalogue", "check", "catalogue"];

/// Edits of the third song: `s0003,The Anchor Desert,Velvet Sinners,house,2020,193000,86,...`.
const SONG_EDITS: &[Edit] = &[
    (",house,2020,193000", ",hause,2020,193000", "genre", "did you mean `house`?"),
    (",house,2020,193000", ",,2020,193000", "genre", "unknown genre"),
    (",193000,", ",NaN,", "duration_ms", "`NaN` is not a finite number"),
    (",193000,", ",12.5.1,", "duration_ms", "`12.5.1` is not a number"),
    (",193000,", ",,", "duration_ms", "a value is needed"),
    (",193000,", ",-4,", "duration_ms", "outside"),
    (",193000,86,", ",193000,inf,", "popularity", "not a finite number"),
    (",193000,86,", ",193000,101,", "popularity", "101 is outside 0 to 100"),
    (",2020,193000", ",20200,193000", "year", "outside"),
    (",2020,193000,86,false", ",2020,193000,86,maybe", "explicit", "neither true nor false"),
    (",0.894,0.648,", ",1.894,0.648,", "danceability", "1.894 is outside 0 to 1"),
    (",0.894,0.648,", ",0.894,-inf,", "energy", "not a finite number"),
    (",117.03", ",0", "tempo", "outside"),
    ("The Anchor Desert", "", "title", "a value is needed"),
    ("The Anchor Desert", "The \u{1b}[2J Desert", "title", "control character"),
    (
        "s0003,The Anchor Desert,Velvet Sinners",
        "s0003,The Anchor Desert, ; ",
        "artists",
        "at least one artist",
    ),
    ("s0003,", "s0002,", "song_id", "appears twice"),
    ("s0003,", ",", "song_id", "a value is needed"),
    ("s0003,", "s0003,extra,", "(row)", "20 fields"),
    (",86,false,false,,0.894", ",86,false,false,0.894", "(row)", "18 fields"),
    (
        ",86,false,false,,0.894",
        ",86,false,false,quiet-hour,0.894",
        "campaign",
        "did you mean `quiet-hours`?",
    ),
    ("song_id,title", "song,title", "song_id", "is missing"),
    (",genre,", ",gerne,", "gerne", "did you mean `genre`?"),
    ("title,artists", "title,title", "title", "appears twice"),
    (",explicit,", ",,", "(header)", "no name"),
    (",tempo", ",temp0", "temp0", "did you mean `tempo`?"),
];

const MANIFEST_EDITS: &[Edit] = &[
    ("name = \"melody\"", "name = \"melody", "name", "not valid TOML"),
    ("format = 1", "format = 2", "format", "only format 1"),
    ("format = 1", "format = \"one\"", "format", "invalid type"),
    ("format = 1", "fromat = 1", "fromat", "did you mean `format`?"),
    ("name = \"melody\"", "name = \"\"", "name", "a text is needed"),
    ("name = \"melody\"", "name = \"a\\u001bb\"", "name", "control character"),
    ("name = \"melody\"", "name = \"a\"\n¶name = \"b\"", "name", "not valid TOML"),
    (
        "sponsor = \"Prism Audio\"",
        "sponser = \"Prism Audio\"",
        "campaigns[1].sponser",
        "did you mean `sponsor`?",
    ),
    ("id = \"neon-summer\"", "id = \"fresh-voices\"", "campaigns[1].id", "appears twice"),
    ("id = \"neon-summer\"", "id = 7", "campaigns[1].id", "invalid type"),
    ("id = \"neon-summer\"", "id = \"\"", "campaigns[1].id", "a text is needed"),
];

#[test]
fn songs_csv() {
    let bench = Bench::new();
    bench.accepts(&CHECK);
    let good = songs(24);
    bench.refuses_edits("catalogue/songs.csv", &good, &CHECK, SONG_EDITS);
    bench.refuses_what_is_no_text("catalogue/songs.csv", &CHECK);
    bench.write("catalogue/songs.csv", songs(19));
    bench.refuses(&CHECK, &["songs.csv:1: song_id: 17 songs are too few"]);
    bench.write("catalogue/songs.csv", " \n\n");
    bench.refuses(&CHECK, &["songs.csv:1: song_id: the column `song_id` is missing"]);
}

#[test]
fn several_problems_are_told_at_once() {
    let bench = Bench::new();
    let broken =
        songs(24).replace(",house,", ",hause,").replace(",false,false,", ",perhaps,false,");
    bench.write("catalogue/songs.csv", broken);
    bench.refuses(
        &CHECK,
        &["songs.csv:2: genre", "songs.csv:3: genre", "songs.csv:4: genre", "more"],
    );
}

#[test]
fn catalogue_toml() {
    let bench = Bench::new();
    let name = "catalogue/catalogue.toml";
    bench.refuses_edits(name, CAMPAIGNS, &CHECK, MANIFEST_EDITS);
    bench.refuses_what_is_no_text(name, &CHECK);
    let extra = |entry: &str| format!("{CAMPAIGNS}\n[[genres]]\nid = \"x\"\n{entry}\n");
    let last = CAMPAIGNS.matches('\n').count() + 4;
    let refuses = |entry: &str, line: usize, field: &str, says: &str| {
        bench.write(name, extra(entry));
        bench.refuses(&CHECK, &[&format!("{name}:{line}: genres[0].{field}: "), says]);
    };
    refuses("like = \"hause\"", last, "like", "did you mean `house`?");
    refuses("family = \"rok\"", last, "family", "did you mean `rock`?");
    refuses("", last - 2, "family", "needs `like` or `family`");
    bench.write(name, extra("like = \"house\"").replace("id = \"x\"", "id = \"rock\""));
    bench.refuses(&CHECK, &[&format!("{name}:{}: genres[0].id: ", last - 1), "exists already"]);
}

#[test]
fn the_folder_itself() {
    let bench = Bench::new();
    bench.refuses(&["catalogue", "check", "nowhere"], &["nowhere: catalogue: ", "`nowhere`"]);
    bench.refuses(&["catalogue", "check", "policy.toml"], &["policy.toml: is a file"]);
    bench.refuses(&["catalogue", "check", "defualt"], &["did you mean `default`?"]);
}
