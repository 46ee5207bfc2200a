//! A policy's file with what a search found written into it: everything else, comments too, stays.

use serde::Serialize;
use toml::Value;

use melody_core::input::TomlFile;
use melody_recommender::policy;
use melody_recommender::policy::{Settings, Tighter};

/// Lines of a record begin so, and are replaced by the next search's.
const RECORD: &str = "#: ";

/// The text of a policy file with these settings and, at its head, a record of where they come from.
/// A file that is laid out in a way this does not know is written anew, without its comments.
pub fn write(text: &str, settings: &Settings, record: &[String]) -> String {
    let kept: String =
        text.lines().filter(|line| !line.starts_with(RECORD)).map(|l| format!("{l}\n")).collect();
    let same = |text: &String| {
        let file = TomlFile::embedded("(tuned policy)", text);
        policy::settings(&file).is_ok_and(|written| written == *settings)
    };
    let body = patched(&kept, settings).filter(same).unwrap_or_else(|| render(settings));
    let record: String = record.iter().map(|line| format!("{RECORD}{line}\n")).collect();
    record + &body
}

/// The text of a policy file, without comments.
pub fn render(settings: &Settings) -> String {
    toml::to_string(settings).expect("a policy's settings are plain data")
}

/// The text with the lines of changed values replaced, each found by its key.
fn patched(text: &str, settings: &Settings) -> Option<String> {
    let file = TomlFile::embedded("(tuned policy)", text);
    let old = policy::settings(&file).ok()?;
    let mut lines: Vec<String> = text.lines().map(str::to_string).collect();
    let mut put = |field: &str, value: Option<String>, after: &str| -> Option<()> {
        let key = field.rsplit('.').next()?;
        // A line of the key itself, or of the key it follows.
        let line = |field: &str, key: &str| {
            let line = file.line(field)?.checked_sub(1)?;
            text.lines().nth(line)?.trim_start().starts_with(&format!("{key} =")).then_some(line)
        };
        match (line(field, key), value) {
            (Some(at), Some(value)) => {
                // The comment behind it stays: no value that is written here holds a `#`.
                let comment = lines[at].find('#').map(|from| lines[at].split_off(from));
                let comment = comment.map(|comment| format!("  {comment}")).unwrap_or_default();
                lines[at] = format!("{key} = {value}{comment}");
            }
            (Some(at), None) => lines[at].clear(),
            (None, Some(value)) => {
                let at = line(after, after.rsplit('.').next()?)?;
                lines[at].push_str(&format!("\n{key} = {value}"));
            }
            (None, None) => {}
        }
        Some(())
    };
    put("name", Some(Value::from(settings.name.as_str()).to_string()), "format")?;
    for (i, segment) in settings.segments.iter().enumerate() {
        if old.segments.get(i) == Some(segment) {
            continue;
        }
        let field = |key: &str| format!("segments[{i}].{key}");
        put(&field("weights"), Some(inline(&segment.weights)), &field("name"))?;
        put(&field("mixing"), rules(&segment.mixing), &field("weights"))?;
    }
    for (scene, effect) in &settings.scenes {
        if old.scenes.get(scene) == Some(effect) {
            continue;
        }
        let field = |key: &str| format!("scenes.{}.{key}", scene.name());
        put(&field("weights"), Some(inline(&effect.weights)), &field("novelty"))?;
        put(&field("novelty"), Some(inline(&effect.novelty)), &field("weights"))?;
        put(&field("mixing"), rules(&effect.mixing), &field("novelty"))?;
    }
    Some(lines.join("\n") + "\n")
}

/// A value on one line.
fn inline<T: Serialize>(value: &T) -> String {
    Value::try_from(value).expect("weights and rules are plain data").to_string()
}

fn rules(tighter: &Tighter) -> Option<String> {
    (*tighter != Tighter::default()).then(|| inline(tighter))
}

#[cfg(test)]
mod tests {
    use super::*;
    use melody_recommender::policy::{DEFAULT_TEXT, Weights, shipped};

    #[test]
    fn what_a_search_changes_is_written_and_comments_stay() {
        let mut settings = shipped("default").unwrap().settings;
        settings.name = "mine".into();
        settings.segments[1].weights = Weights { alpha: 0.7, beta: 0.123, gamma: 0.0 };
        settings.segments[2].mixing =
            Tighter { at_most: Some(1), least_interest: Some(0.5), ..Tighter::default() };
        settings.segments[3].mixing = Tighter::default();
        let focus = settings.scenes.get_mut(&melody_core::scene::Scene::Focus).unwrap();
        focus.novelty = -0.031;
        focus.mixing = Tighter { protected: Some(6), ..Tighter::default() };
        let once = write(DEFAULT_TEXT, &settings, &["one".into(), "two".into()]);
        let file = TomlFile::embedded("(test)", &once);
        assert_eq!(policy::parse(&file).unwrap().settings, settings);
        let comments = |text: &str| text.matches("# ").count();
        assert_eq!(comments(&once), comments(DEFAULT_TEXT));
        let records = |text: &str| text.lines().filter(|l| l.starts_with(RECORD)).count();
        assert_eq!(records(&once), 2);
        // A second search takes the first one's record away.
        let twice = write(&once, &settings, &["three".into()]);
        assert_eq!(records(&twice), 1);
        assert_eq!(comments(&twice), comments(DEFAULT_TEXT));
    }

    #[test]
    fn a_file_laid_out_otherwise_is_written_anew() {
        let settings = shipped("default").unwrap().settings;
        let text = write(
            &render(&settings).replace("[[segments]]", "# odd\n[[segments]]"),
            &settings,
            &[],
        );
        let file = TomlFile::embedded("(test)", &text);
        assert_eq!(policy::parse(&file).unwrap().settings, settings);
    }
}
