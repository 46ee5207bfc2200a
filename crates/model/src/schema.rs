//! The feature schema: what each number given to the model means.
//!
//! It is saved with the weights and compared when they are loaded, because a model fed with
//! features in another order runs without complaint and is wrong.

use serde::{Deserialize, Serialize};

use crate::features::{
    ACCOUNT_FEATURES, CROSS_FEATURES, MOMENT_FEATURES, OUTCOME_FEATURES, SONG_FEATURES,
};
use crate::heads::Output;
use melody_core::catalogue::taxonomy;
use melody_core::input::{InputError, TomlFile};
use melody_core::scene::Scene;

/// What each number that goes in or comes out means, in order; kept beside the weights.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schema {
    /// The version of this file's form.
    pub format: u32,
    /// Identifiers, in the order of one-hot features.
    pub genres: Vec<String>,
    /// Identifiers, in the order of one-hot features.
    pub families: Vec<String>,
    /// Names, in the order of one-hot features.
    pub scenes: Vec<String>,
    /// Of a song by itself.
    pub song: Vec<String>,
    /// Of a past play.
    pub outcome: Vec<String>,
    /// Of a song beside the history.
    pub cross: Vec<String>,
    /// Of the listener's moment.
    pub moment: Vec<String>,
    /// Of the account; one flag a genre follows.
    pub account: Vec<String>,
    /// What the heads' logits foretell.
    pub outputs: Vec<String>,
}

/// What a logit foretells. Where that has changed the name has, too: a model that learned whether the listener subscribes in
/// the rest of the session would be read as foretelling it of the next moment.
fn foretold(output: Output) -> &'static str {
    match output {
        Output::Subscription => "subscription_right_after",
        output => output.name(),
    }
}

impl Schema {
    /// The schema of this program.
    pub fn current() -> Self {
        let list = |names: &[&str]| names.iter().map(|n| (*n).to_string()).collect();
        Schema {
            format: 1,
            genres: taxonomy().genre_ids().map(str::to_string).collect(),
            families: taxonomy().family_ids().map(str::to_string).collect(),
            scenes: list(&Scene::ALL.map(Scene::name)),
            song: list(&SONG_FEATURES),
            outcome: list(&OUTCOME_FEATURES),
            cross: list(&CROSS_FEATURES),
            moment: list(&MOMENT_FEATURES),
            account: list(&ACCOUNT_FEATURES),
            outputs: list(&Output::ALL.map(foretold)),
        }
    }

    /// Reads a model's schema and requires it to be this program's.
    pub fn check(file: &TomlFile) -> Result<(), InputError> {
        let saved: Schema = file.parse()?;
        let current = Schema::current();
        let mut check = file.checker();
        check.require(saved.format == current.format, "format", "only format 1 is known");
        let lists = [
            ("genres", &saved.genres, &current.genres),
            ("families", &saved.families, &current.families),
            ("scenes", &saved.scenes, &current.scenes),
            ("song", &saved.song, &current.song),
            ("outcome", &saved.outcome, &current.outcome),
            ("cross", &saved.cross, &current.cross),
            ("moment", &saved.moment, &current.moment),
            ("account", &saved.account, &current.account),
            ("outputs", &saved.outputs, &current.outputs),
        ];
        for (name, saved, current) in lists {
            let differs = saved.iter().zip(current).position(|(a, b)| a != b);
            if let Some(i) = differs {
                let message = format!(
                    "the model was trained with `{}` where this program has `{}`",
                    saved[i], current[i]
                );
                check.problem(&format!("{name}[{i}]"), message).help =
                    Some("train the model again with this program: `melody train`".into());
            } else if saved.len() != current.len() {
                check.problem(
                    name,
                    format!(
                        "the model was trained with {} features, this program has {}",
                        saved.len(),
                        current.len()
                    ),
                );
            }
        }
        check.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_learned_another_label_is_refused() {
        let text = toml::to_string(&Schema::current()).unwrap();
        let check = |text: &str| Schema::check(&TomlFile::embedded("schema.toml", text));
        check(&text).unwrap();
        let before = text.replace("\"subscription_right_after\"", "\"subscription\"");
        let told = check(&before).unwrap_err().to_string();
        assert!(
            told.contains("outputs[6]") && told.contains("trained with `subscription`"),
            "{told}"
        );
        assert!(told.contains("`melody train`"), "{told}");
    }
}
