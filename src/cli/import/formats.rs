//! `melody import --formats`: what can be read, and what each format says of a play.

use serde::Serialize;

use crate::cli::failure::Failure;
use crate::cli::say::{say, say_json};
use melody_core::plays::{Format, OUTCOMES, formats};

/// One format in JSON.
#[derive(Serialize)]
struct Told {
    name: &'static str,
    what: &'static str,
    files: &'static str,
    told_by: &'static str,
    reads: &'static str,
    gives: &'static [&'static str],
    lacks: Vec<&'static str>,
    source: &'static str,
}

impl Told {
    fn of(format: Format) -> Self {
        let about = format.about();
        Told {
            name: about.name,
            what: about.what,
            files: about.files,
            told_by: about.told_by,
            reads: about.reads,
            gives: about.gives,
            lacks: format.lacks().collect(),
            source: about.source,
        }
    }
}

pub(super) fn run(json: bool) -> Result<(), Failure> {
    let told: Vec<Told> = formats().map(Told::of).collect();
    if json {
        return say_json(&told);
    }
    say!(
        "Files are told by what is in them, as they are or in archives (zip, tar), gzip, Zstandard and folders."
    )?;
    say!("Of a play a format may tell: {}.", OUTCOMES.join(", "))?;
    for format in &told {
        let or_nothing = |words: String| if words.is_empty() { "nothing".into() } else { words };
        say!("\n{}  {}", format.name, format.what)?;
        say!("  files    {}", format.files)?;
        say!("  told by  {}", format.told_by)?;
        say!("  reads    {}", format.reads)?;
        say!("  gives    {}", or_nothing(format.gives.join(", ")))?;
        say!("  unknown  {}", or_nothing(format.lacks.join(", ")))?;
        say!("  source   {}", format.source)?;
    }
    Ok(())
}
