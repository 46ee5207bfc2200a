//! Writing a profile's TOML, explained as the shipped ones are.

use std::fmt::Write as _;

use super::listener::{Past, Profile};
use crate::taste::SOUND;
use melody_core::catalogue::taxonomy;

/// Renders a profile. A recorded past lies in the file called `plays`, beside the profile. `note` is put
/// on top as comments. Reading it back gives the same profile.
pub fn render(profile: &Profile, plays: &str, note: &str) -> String {
    let quoted = |text: &str| toml::Value::String(text.into()).to_string();
    let mut out = String::new();
    let mut line = |text: String| writeln!(out, "{text}").expect("writing to a string");
    note.lines().for_each(|said| line(format!("# {said}").trim_end().into()));
    let account = &profile.account;
    line("format = 1".into());
    line(format!("id = {}", quoted(&profile.id)));
    line(format!("name = {}", quoted(&profile.name)));
    line(format!("summary = {}", quoted(&profile.summary)));
    line(format!("summary_zh = {}", quoted(&profile.summary_zh)));
    line("\n# What the service knows.".into());
    line(format!("tier = \"{}\"              # free, trial or premium", account.tier.name()));
    line(format!("tenure_days = {}", account.tenure_days));
    line(format!("hours_per_week = {:?}", account.hours_per_week));
    line(format!(
        "premium_previews = {}        # premium songs played without a subscription in the last month",
        account.premium_previews
    ));
    line(format!(
        "past_conversions = {}        # earlier subscriptions and trials",
        account.past_conversions
    ));
    let t = taxonomy();
    let favourites: Vec<String> =
        account.favourite_genres.iter().map(|&genre| quoted(&t.genres[genre].id)).collect();
    line(format!("favourite_genres = [{}]", favourites.join(", ")));
    line(format!("scene = \"{}\"            # where a session starts", profile.scene.name()));
    match &profile.past {
        Past::Simulated(past) => {
            line("\n# Plays before the session, simulated from the hidden taste below.".into());
            line(format!("[history]\nplays = {}\nseed = {}", past.plays, past.seed));
        }
        Past::Recorded(past) => {
            line(
                "\n# Plays before the session, in a file of this folder, one a line, oldest first."
                    .into(),
            );
            line(format!("[history]\nfile = {}", quoted(plays)));
            if let Some(hash) = &past.catalogue {
                line("# The catalogue that `song` of each play is of. With another one, songs are looked for by".into());
                line(format!("# title and artist again.\ncatalogue = \"{hash}\""));
            }
            line("# Whether songs of the catalogue stand in for those it does not have.".into());
            line(format!("stand_ins = {}", past.stand_ins));
        }
    }
    let taste = &profile.taste;
    line("\n# Hidden from the recommender: what autopilot goes by. Effects are in logits of completing a song.".into());
    line("[taste]".into());
    for (name, value, what) in [
        (
            "pickiness",
            taste.pickiness,
            "cost of each squared standard unit away from the preferred sound",
        ),
        ("mainstream", taste.mainstream, "effect of 20 points of popularity"),
        ("novelty", taste.novelty, "-1 only what is known, 1 only what is new"),
        ("promotion_tolerance", taste.promotion_tolerance, "0 resents promotion, 1 does not mind"),
        ("patience", taste.patience, "completing songs in general"),
        ("generosity", taste.generosity, "liking and saving in general"),
        ("willingness_to_pay", taste.willingness_to_pay, "subscribing in general"),
    ] {
        line(format!("{:28}# {what}", format!("{name} = {value:?}")));
    }
    line("\n[taste.families]".into());
    for (family, value) in t.families.iter().zip(&taste.families) {
        line(format!("{} = {value:?}", family.id));
    }
    line("\n# On top of their families.\n[taste.genres]".into());
    for (genre, value) in t.genres.iter().zip(&taste.genres).filter(|(_, value)| **value != 0.0) {
        line(format!("{} = {value:?}", genre.id));
    }
    line("\n# The preferred sound, in standard units over all genres.\n[taste.sound]".into());
    for (feature, value) in SOUND.iter().zip(taste.sound) {
        line(format!("{} = {value:?}", feature.name()));
    }
    out
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::profile::file::parse;
    use crate::profile::shipped::{shipped, shipped_names};
    use melody_core::input::TomlFile;

    #[test]
    fn what_is_written_reads_back() {
        for name in shipped_names() {
            let profile = shipped(name).unwrap();
            let text = render(&profile, "unused", "A note\n\nin lines.");
            assert!(text.starts_with("# A note\n#\n# in lines.\nformat = 1\n"));
            let file = TomlFile::embedded("again.toml", &text);
            assert_eq!(parse(&file, Path::new("")).unwrap(), profile, "{text}");
        }
    }
}
