//! A folder with one good file of each kind, and ways to break one and run the program on it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub(super) const POLICY: &str = include_str!("../../../assets/policy/default.toml");
pub(super) const PROFILE: &str = include_str!("../../../profiles/commuter.toml");
pub(super) const SONGS: &str = include_str!("../../../assets/catalogue/songs.csv");
pub(super) const CAMPAIGNS: &str = include_str!("../../../assets/catalogue/catalogue.toml");
pub(super) const SCRIPT: &str = r#"format = 1
name = "A short session"

[session]
profile = "profile.toml"
scene = "relax"
seed = 1
policy = "policy.toml"
catalogue = "catalogue"

[[steps]]
do = "play"
ratio = 1.0

[[steps]]
do = "mark"
name = "here"

[[steps]]
do = "skip"
after = 3.0
times = 1

[[steps]]
do = "expect"
what = "listener.plays"
equals = 2
"#;

/// The first songs of the shipped catalogue.
pub(super) fn songs(count: usize) -> String {
    SONGS.lines().take(count + 1).map(|line| format!("{line}\n")).collect()
}

/// One way to break a text: what is replaced, by what, and which field the message must name, with
/// a part of what it must say. The line it must name is that of the change or, where the new text has
/// one, that of the mark `¶`.
pub(super) type Edit = (&'static str, &'static str, &'static str, &'static str);

/// A text with one place replaced, and the line to be named. What is replaced is a text, or the value
/// of a key, whatever it is: `@mixing.window`, or `@name = "new"|weights` for the first one after a
/// text.
pub(super) fn edited(text: &str, from: &str, to: &str) -> (String, usize) {
    let (at, length) = match from.strip_prefix('@') {
        Some(path) => value(text, path),
        None => (text.find(from).unwrap_or_else(|| panic!("no {from:?} here")), from.len()),
    };
    let (before, after) = (&text[..at], &text[at + length..]);
    let marked = to.find('¶').unwrap_or(0);
    let line = before.matches('\n').count() + to[..marked].matches('\n').count() + 1;
    (format!("{before}{}{after}", to.replace('¶', "")), line)
}

/// Where the value of a key begins, and how long it is.
fn value(text: &str, path: &str) -> (usize, usize) {
    let (after, key) = match path.split_once('|') {
        Some((after, key)) => (after.to_string(), key),
        None => {
            let (table, key) = path.rsplit_once('.').unwrap();
            (format!("\n[{table}]"), key)
        }
    };
    let place = |text: &str, part: &str| {
        text.find(part).unwrap_or_else(|| panic!("no {part:?} here")) + part.len()
    };
    let from = place(text, &after);
    let at = from + place(&text[from..], &format!("\n{key} = "));
    let line = text[at..].lines().next().unwrap();
    (at, line.split(" #").next().unwrap().trim_end().len())
}

pub(super) struct Bench(tempfile::TempDir);

impl Bench {
    pub(super) fn new() -> Self {
        let bench = Bench(tempfile::tempdir().unwrap());
        bench.write("session.toml", SCRIPT);
        bench.write("policy.toml", POLICY);
        bench.write("profile.toml", PROFILE);
        bench.write("catalogue/songs.csv", songs(24));
        bench.write("catalogue/catalogue.toml", CAMPAIGNS);
        bench
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(super) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    pub(super) fn remove(&self, name: &str) {
        let path = self.path(name);
        if path.is_dir() {
            std::fs::remove_dir_all(path).unwrap();
        } else {
            std::fs::remove_file(path).unwrap();
        }
    }

    /// Runs the program in this folder: exit code and what it said on standard error.
    pub(super) fn run(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let output = self.output(arguments);
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    }

    /// What the program prints, which must succeed.
    #[track_caller]
    pub(super) fn printed(&self, arguments: &[&str]) -> String {
        let Output { status, stdout, stderr } = self.output(arguments);
        assert!(status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&stderr));
        String::from_utf8(stdout).unwrap()
    }

    fn output(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_melody"))
            .args(arguments)
            .current_dir(self.0.path())
            .env_remove("MELODY_CONFIG")
            .env("XDG_CONFIG_HOME", self.path("home"))
            .output()
            .unwrap()
    }

    /// Requires the program to accept everything as it is.
    #[track_caller]
    pub(super) fn accepts(&self, arguments: &[&str]) {
        let (code, said) = self.run(arguments);
        assert_eq!(code, Some(0), "{arguments:?}: {said}");
    }

    /// Requires the program to refuse what is in the folder, saying all of `says`, and to leave the
    /// folder as it is.
    #[track_caller]
    pub(super) fn refuses(&self, arguments: &[&str], says: &[&str]) {
        let before = contents(self.0.path());
        let (code, said) = self.run(arguments);
        for part in says {
            assert!(said.contains(part), "{arguments:?} does not say {part:?}:\n{said}");
        }
        assert!(said.starts_with("error: ") && !said.contains("panicked"), "{said}");
        assert_eq!(code, Some(2), "{said}");
        assert!(!said.contains('\u{1b}'), "a control character reaches the terminal: {said:?}");
        assert!(contents(self.0.path()) == before, "{arguments:?} wrote something");
    }

    /// Breaks the good text of `name` in each way and requires each to be refused where it is.
    #[track_caller]
    pub(super) fn refuses_edits(&self, name: &str, good: &str, arguments: &[&str], edits: &[Edit]) {
        for &(from, to, field, says) in edits {
            let (broken, line) = edited(good, from, to);
            self.write(name, broken);
            self.refuses(arguments, &[&format!("{name}:{line}: {field}: "), says]);
        }
        self.write(name, good);
    }

    /// Replaces the file `name` by what is no such file at all, in each way.
    #[track_caller]
    pub(super) fn refuses_what_is_no_text(&self, name: &str, arguments: &[&str]) {
        let good = std::fs::read(self.path(name)).unwrap();
        let place = format!("{name}:1: ");
        self.write(name, "");
        self.refuses(arguments, &[&place, "(whole file): the file is empty"]);
        self.write(name, b"\x7fELF\x02\x01\xff\xfe\x00\x00");
        self.refuses(arguments, &[&place, "(whole file): not a text file"]);
        let mut late = good.clone();
        late.extend(b"\n\xff\xfe\n");
        let line = good.iter().filter(|&&b| b == b'\n').count() + 2;
        self.write(name, late);
        self.refuses(arguments, &[&format!("{name}:{line}: (whole file): not a text file")]);
        self.remove(name);
        std::fs::create_dir(self.path(name)).unwrap();
        self.refuses(arguments, &[&format!("{name}: is a folder")]);
        self.remove(name);
        // Told where it is named, if that is in another file.
        let file_name = name.rsplit('/').next().unwrap_or(name);
        self.refuses(arguments, &[file_name, "no "]);
        self.write(name, good);
    }
}

/// Every file below a folder with its bytes.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
    let mut all = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(contents(&path));
            all.insert(path, None);
        } else {
            let bytes = std::fs::read(&path).unwrap();
            all.insert(path, Some(bytes));
        }
    }
    all
}
