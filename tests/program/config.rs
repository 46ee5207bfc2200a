//! `melody config`: what is in effect, where it comes from, and in what order.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// What the program prints in this folder, with these variables and no others.
fn run(folder: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_melody"))
        .current_dir(folder)
        .env_clear()
        .envs(variables.iter().copied())
        .env("XDG_CONFIG_HOME", folder)
        .arg("config")
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn settings(folder: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> Value {
    let arguments: Vec<&str> = arguments.iter().copied().chain(["--json"]).collect();
    serde_json::from_str(&run(folder, variables, &arguments)).unwrap()
}

/// A folder with a config file in its place.
fn home(config: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("melody")).unwrap();
    std::fs::write(folder.path().join("melody/config.toml"), config).unwrap();
    folder
}

#[test]
fn without_anything_everything_is_built_in() {
    let folder = tempfile::tempdir().unwrap();
    let all = settings(folder.path(), &[], &[]);
    let settings = all["settings"].as_object().unwrap();
    assert!(settings.len() > 10);
    for (name, setting) in settings {
        assert_eq!(setting["origin"]["from"], "default", "{name}");
    }
    assert_eq!(settings["theme"]["value"], "terminal");
    assert_eq!(settings["scene"]["value"], Value::Null);
    assert_eq!(all["places"]["config"]["found"], false);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is written");
}

#[test]
fn flags_overrule_the_file_and_the_file_the_locale() {
    let folder = home("lang = \"en\"\n\nspeed = 4\nseed = 5\n");
    let variables = [("LANG", "zh_CN.GBK"), ("TERM", "xterm-256color")];
    let all = settings(folder.path(), &variables, &["--seed", "9", "--no-motion"]);
    let at = |name: &str| &all["settings"][name];
    assert_eq!((&at("lang")["value"], &at("lang")["origin"]["line"]), (&"en".into(), &1.into()));
    assert_eq!((&at("speed")["value"], &at("speed")["origin"]["line"]), (&4.0.into(), &3.into()));
    assert_eq!(
        (&at("seed")["value"], &at("seed")["origin"]["name"]),
        (&9.into(), &"--seed".into())
    );
    assert_eq!(at("motion")["value"], "off");
    assert_eq!(
        (&at("ascii")["value"], &at("ascii")["origin"]["name"]),
        (&"on".into(), &"LANG".into())
    );
    assert_eq!(at("colours")["value"], "256");
    let plain = settings(folder.path(), &[("NO_COLOR", "1")], &["--ascii=off", "--lang", "auto"]);
    assert_eq!(plain["settings"]["colours"]["value"], "none");
    assert_eq!(plain["settings"]["ascii"]["origin"]["name"], "--ascii");
    assert_eq!(plain["settings"]["lang"]["origin"]["from"], "default");
}

#[test]
fn paths_in_the_file_start_at_its_folder() {
    let folder = home("policy = \"mine.toml\"\nmodel = \"default\"\n");
    let policy = folder.path().join("melody/mine.toml");
    std::fs::copy(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/policy/default.toml"),
        &policy,
    )
    .unwrap();
    let all = settings(folder.path(), &[], &[]);
    assert_eq!(all["settings"]["policy"]["value"], policy.to_str().unwrap());
    assert_eq!(all["settings"]["model"]["value"], "default");
}

#[test]
fn the_example_of_the_readme_is_one() {
    let readme = include_str!("../../README.md");
    let (_, section) = readme.split_once("## Looks and settings").unwrap();
    let example = section.split("```").nth(1).and_then(|text| text.strip_prefix("toml")).unwrap();
    let folder = home(example);
    let policy = include_str!("../../assets/policy/default.toml");
    std::fs::write(folder.path().join("melody/mine.toml"), policy).unwrap();
    let all = settings(folder.path(), &[], &[]);
    for line in example.lines().filter(|line| !line.is_empty()) {
        let (name, _) = line.split_once(" = ").unwrap();
        let origin = &all["settings"][name]["origin"];
        let auto = name == "ascii";
        assert_eq!(origin["from"], if auto { "default" } else { "file" }, "{line}");
    }
}

/// The Chinese README beside the English one: the same pictures and documents, and commands that are there.
#[test]
fn the_chinese_readme_leads_where_the_english_one_does() {
    let (english, chinese) = (include_str!("../../README.md"), include_str!("../../README.zh.md"));
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let links = |text: &str| -> Vec<String> {
        let all = text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
        all.filter(|link| !link.ends_with("README.md") && !link.ends_with("README.zh.md"))
            .map(String::from)
            .collect()
    };
    let there = links(chinese);
    for link in &there {
        assert!(root.join(link).exists(), "{link}");
    }
    let missing: Vec<String> =
        links(english).into_iter().filter(|link| !there.contains(link)).collect();
    assert!(missing.is_empty(), "README.zh.md leaves out {missing:?}");
    let help = Command::new(env!("CARGO_BIN_EXE_melody")).arg("--help").output().unwrap();
    let help = String::from_utf8_lossy(&help.stdout).into_owned();
    for command in
        chinese.split("`melody ").skip(1).filter_map(|rest| rest.split([' ', '`']).next())
    {
        let known = command.starts_with("--") || help.contains(&format!("\n  {command} "));
        assert!(known, "`melody {command}` is no command");
    }
    assert!(english.contains("(README.zh.md)") && chinese.contains("(README.md)"));
}

#[test]
fn another_file_can_be_named_and_must_be_there() {
    let folder = home("seed = 1\n");
    std::fs::write(folder.path().join("other.toml"), "seed = 2\n").unwrap();
    let all = settings(folder.path(), &[("MELODY_CONFIG", "other.toml")], &[]);
    assert_eq!(all["settings"]["seed"]["value"], 2);
    let themes = folder.path().join("themes");
    assert_eq!(all["places"]["themes"]["path"], themes.to_str().unwrap());
    let missing = Command::new(env!("CARGO_BIN_EXE_melody"))
        .current_dir(folder.path())
        .env("MELODY_CONFIG", "none.toml")
        .arg("config")
        .output()
        .unwrap();
    assert_eq!(missing.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("none.toml: no such file\n"));
}

#[test]
fn the_table_can_be_read() {
    let folder = home("theme = \"mine\"\n");
    std::fs::create_dir(folder.path().join("melody/themes")).unwrap();
    let mine = "format = 1\nname = \"Mine\"\nabout = \"My own\"\ndark = true\n";
    std::fs::write(folder.path().join("melody/themes/mine.toml"), mine).unwrap();
    let place = folder.path().display().to_string();
    let shown = |arguments: &[&str]| {
        run(folder.path(), &[("LANG", "C.UTF-8")], arguments).replace(&place, "~")
    };
    insta::assert_snapshot!(shown(&["--speed", "2"]));
    insta::assert_snapshot!("themes", shown(&["--themes"]));
    let listed: Value = serde_json::from_str(&shown(&["--themes", "--json"])).unwrap();
    assert!(listed.as_array().unwrap().iter().any(|theme| theme["about"] == "My own"));
}
