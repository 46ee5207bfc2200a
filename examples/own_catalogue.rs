//! A catalogue of your own: write a folder, read it back, hold a session on it.
//!
//! ```text
//! cargo run --release --example own_catalogue
//! ```
//!
//! A catalogue is a folder of two files. `songs.csv` needs six columns; the others (year, premium,
//! campaign, audio features ...) may be left out or empty. `catalogue.toml` names it, its campaigns and
//! genres that the taxonomy lacks. The model needs no training for it: it knows songs by genre, sound and
//! popularity, too, and what it knows of identifiers counts for little where it has never seen them.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use melody::engine::Timeline;
use melody::event::Action;
use melody::model::Backend;
use melody::opening::{Library, Opening, profile_named};
use melody::playback::Playhead;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::temp_dir().join(format!("melody-catalogue-{}", std::process::id()));
    write_catalogue(&folder)?;

    // Wherever a shipped name may stand, a path may. Paths start at `here`; this one is whole.
    let opening = Opening {
        profile: "explorer".into(),
        catalogue: folder.display().to_string(),
        ..Opening::default()
    };
    let here = Path::new("");
    // A mistake in the files is told here with file, line and field, before anything starts.
    let library = Library::load(&opening, here, Backend::default())?;
    println!(
        "{} songs by {} artists in `{}`",
        library.catalogue.songs.len(),
        library.catalogue.artists.len(),
        library.catalogue.name
    );

    let listener = profile_named(&opening.profile, here)?;
    let mut session = Timeline::start(Arc::new(library.engine_of(&opening, &listener, here)?));
    for _ in 0..6 {
        let trace = session.trace().clone();
        let mut head = Playhead::after(&trace);
        let whole = trace.playing.length_ms();
        // This listener came for techno, and gives nothing else more than fifteen seconds.
        let action = match trace.playing.song.genre.as_str() {
            "techno" => Action::Finish,
            _ => Action::Skip,
        };
        head.play_until(if action == Action::Finish { whole } else { 15_000 }, whole);
        println!(
            "{:<7} {:<14} {}",
            action.name(),
            trace.playing.song.genre,
            trace.playing.song.title
        );
        session.apply(head.event(action))?;
    }
    println!("\nWhat comes next:");
    for entry in &session.trace().queue {
        let mark = if entry.promoted { "P" } else { " " };
        println!("{:>2} {mark} {:<14} {}", entry.position, entry.song.genre, entry.song.title);
    }
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

/// Writes eighty invented songs in four genres, some of them in a campaign.
fn write_catalogue(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    std::fs::write(
        folder.join("catalogue.toml"),
        "format = 1\n\
         name = \"my shelf\"\n\n\
         [[campaigns]]\n\
         id = \"spring\"\n\
         name = \"Spring Nights\"\n\
         sponsor = \"A festival\"\n",
    )?;
    let mut songs =
        String::from("song_id,title,artists,genre,duration_ms,popularity,year,campaign\n");
    for number in 0..80 {
        let genre = ["jazz", "rock", "pop", "techno"][number % 4];
        // Several artists of one song are separated by `;`.
        let artist = format!("Band {}", number / 8);
        let (seconds, popularity, year) =
            (180 + number % 7 * 15, 20 + number % 60, 1990 + number % 34);
        let campaign = if number % 10 == 3 { "spring" } else { "" };
        writeln!(
            songs,
            "my{number:03},Song {number},{artist},{genre},{seconds}000,{popularity},{year},{campaign}"
        )
        .expect("a string takes what is written to it");
    }
    std::fs::write(folder.join("songs.csv"), songs)
}
