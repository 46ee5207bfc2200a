//! The house keeps its order: no circle of files within a crate, and no child that imports from its own face.
//!
//! Cargo proves that no crate knows one above it; this looks inside the crates. Files are read as text, without comments,
//! strings and `mod tests`. An import is a path that begins with `crate`, `super` or `self`, in a `use` or in the code, and
//! a path of a `use` that begins with a child module. It leads to the file that defines the item: a `pub use` on the way
//! is followed to where it points. A face (`mod.rs`, `lib.rs`) declares its children and re-exports what they define;
//! that is no import.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use regex_lite::Regex;

/// A module's path within its crate.
type Module = Vec<String>;

/// One file of a crate.
struct File {
    path: PathBuf,
    face: bool,
    /// Code alone: comments, strings and tests are blank.
    code: String,
    /// What it defines at its outermost level.
    items: BTreeSet<String>,
    children: BTreeSet<String>,
    /// What it re-exports: the name it has here (`*` for all), and the path it points to.
    exports: Vec<(String, Vec<String>)>,
    /// Every path that leads out of the file.
    paths: Vec<Vec<String>>,
}

/// The files of one crate.
struct Crate(BTreeMap<Module, File>);

impl Crate {
    fn read(source: &Path) -> Self {
        let mut files = BTreeMap::new();
        let mut folders = vec![(source.to_path_buf(), Module::new())];
        while let Some((folder, module)) = folders.pop() {
            for entry in fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                let name = path.file_stem().unwrap().to_string_lossy().into_owned();
                let inner = [module.clone(), vec![name.clone()]].concat();
                if path.is_dir() {
                    folders.push((path, inner));
                } else if path.extension().is_some_and(|e| e == "rs") && name != "main" {
                    let face = matches!(name.as_str(), "mod" | "lib");
                    let module = if face { module.clone() } else { inner };
                    files.insert(module, File::read(path, face));
                }
            }
        }
        Crate(files)
    }

    /// A path as it is written in `from`, seen from the crate's root. `None` where it leads out of the crate.
    fn absolute(&self, from: &Module, path: &[String]) -> Option<Vec<String>> {
        let mut here = from.clone();
        let mut path = path;
        match path.first().map(String::as_str)? {
            "crate" => here.clear(),
            "super" | "self" => {}
            child => {
                let known = self.0[from].children.contains(child);
                return known.then(|| [here, path.to_vec()].concat());
            }
        }
        while let Some("crate" | "self" | "super") = path.first().map(String::as_str) {
            if path[0] == "super" {
                here.pop()?;
            }
            path = &path[1..];
        }
        Some([here, path.to_vec()].concat())
    }

    /// The module of the file that defines what an absolute path names.
    fn defines(&self, path: &[String], depth: usize) -> Option<Module> {
        let mut module = Module::new();
        let mut rest = path;
        while let Some((name, after)) = rest.split_first() {
            let file = &self.0[&module];
            let is_module = file.children.contains(name);
            // A function may have the name of a module beside it; the last word is then the function.
            if !is_module || after.is_empty() && file.items.contains(name) {
                break;
            }
            module.push(name.clone());
            rest = after;
            self.0.get(&module)?;
        }
        let Some((name, after)) = rest.split_first() else { return Some(module) };
        let file = &self.0[&module];
        if file.items.contains(name) || name == "*" {
            return Some(module);
        }
        if depth == 0 {
            return None;
        }
        file.exports.iter().find_map(|(exported, target)| {
            let glob = exported == "*";
            if !glob && exported != name {
                return None;
            }
            let mut target = self.absolute(&module, target)?;
            if glob {
                target.pop();
                target.push(name.clone());
            }
            target.extend_from_slice(after);
            self.defines(&target, depth - 1)
        })
    }

    /// The files that each file imports from.
    fn imports(&self) -> BTreeMap<&Module, BTreeSet<&Module>> {
        let mut imports = BTreeMap::new();
        for (module, file) in &self.0 {
            let of = |path: &Vec<String>| {
                let target = self.defines(&self.absolute(module, path)?, 8)?;
                self.0.get_key_value(&target).map(|(key, _)| key).filter(|key| *key != module)
            };
            imports.insert(module, file.paths.iter().filter_map(of).collect::<BTreeSet<_>>());
        }
        imports
    }
}

impl File {
    fn read(path: PathBuf, face: bool) -> Self {
        let code = without_tests(&code_alone(&fs::read_to_string(&path).unwrap()));
        let item = Regex::new(
            r"(?m)^(?:pub(?:\([^)]*\))? )?(?:(?:async|const|unsafe) )*(?:struct|enum|union|trait|type|fn|static|const|macro_rules!) (?:mut )?(\w+)",
        );
        let items = item.unwrap().captures_iter(&code).map(|found| found[1].to_string()).collect();
        let child = Regex::new(r"(?m)^(?:pub(?:\([^)]*\))? )?mod (\w+);").unwrap();
        let children = child.captures_iter(&code).map(|found| found[1].to_string()).collect();
        let (mut exports, mut paths) = (Vec::new(), Vec::new());
        let uses = Regex::new(r"(?m)^( *)(pub(?:\([^)]*\))? )?use ([^;]+);").unwrap();
        for found in uses.captures_iter(&code) {
            let public = found.get(2).is_some() && found[1].is_empty();
            for (path, name) in leaves(&found[3]) {
                if public {
                    exports.push((name, path.clone()));
                }
                if !(public && face) {
                    paths.push(path);
                }
            }
        }
        let inline = Regex::new(r"\b(crate|super|self)((?:::\w+)+)").unwrap();
        let without_uses = uses.replace_all(&code, "");
        // Who may see an item is no import.
        let seen_by = Regex::new(r"pub\(in [^)]*\)").unwrap();
        let without_uses = seen_by.replace_all(&without_uses, "pub");
        for found in inline.captures_iter(&without_uses) {
            paths.push(found[0].split("::").map(str::to_string).collect());
        }
        File { path, face, code, items, children, exports, paths }
    }
}

/// The paths of a `use` tree, each with the name it has afterwards.
fn leaves(tree: &str) -> Vec<(Vec<String>, String)> {
    let tree = tree.trim();
    let Some(open) = tree.find('{') else {
        let (path, alias) = tree.split_once(" as ").map_or((tree, None), |(p, a)| (p, Some(a)));
        let mut path: Vec<String> = path.split("::").map(|part| part.trim().to_string()).collect();
        if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
            path.pop();
        }
        let name =
            alias.map_or_else(|| path.last().cloned().unwrap_or_default(), |a| a.trim().into());
        return vec![(path, name)];
    };
    let head: Vec<String> = tree[..open]
        .split("::")
        .map(str::trim)
        .filter(|p| !p.is_empty())
        .map(String::from)
        .collect();
    let inner = &tree[open + 1..tree.rfind('}').unwrap()];
    let (mut parts, mut part, mut depth) = (Vec::new(), String::new(), 0);
    for letter in inner.chars() {
        depth += i32::from(letter == '{') - i32::from(letter == '}');
        if letter == ',' && depth == 0 {
            parts.push(std::mem::take(&mut part));
        } else {
            part.push(letter);
        }
    }
    parts.push(part);
    let parts = parts.into_iter().filter(|part| !part.trim().is_empty());
    parts
        .flat_map(|part| {
            leaves(&part).into_iter().map(|(path, name)| {
                let path =
                    if path == ["self"] { head.clone() } else { [head.clone(), path].concat() };
                let name =
                    if name == "self" { path.last().cloned().unwrap_or_default() } else { name };
                (path, name)
            })
        })
        .collect()
}

/// A source without what is not code: comments and the insides of strings become blanks.
fn code_alone(source: &str) -> String {
    let parts = Regex::new(
        r##"(?s)//[^\n]*|/\*.*?\*/|r#"(?:.*?)"#|r"[^"]*"|"(?:\\.|[^"\\])*"|'(?:\\[^']+|[^'\\])'"##,
    );
    let blank = |found: &regex_lite::Captures<'_>| -> String {
        found[0].chars().map(|letter| if letter == '\n' { '\n' } else { ' ' }).collect()
    };
    parts.unwrap().replace_all(source, blank).into_owned()
}

/// Code without its tests, which may look anywhere.
fn without_tests(code: &str) -> String {
    let tests = Regex::new(
        r"(?ms)^#\[cfg\(test\)\]\n(?:#\[[^\n]*\n)*(?:pub(?:\([^)]*\))? )?mod \w+ \{.*?^\}",
    )
    .unwrap();
    tests.replace_all(code, "").into_owned()
}

fn crates() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let crates = fs::read_dir(root.join("crates")).unwrap();
    let mut sources: Vec<PathBuf> = crates.map(|c| c.unwrap().path().join("src")).collect();
    sources.sort();
    sources.push(root.join("src"));
    sources
}

#[test]
fn imports_are_found_where_they_are() {
    let tree = leaves("crate::{a::{B, c as d}, e::*, f::{self}}");
    let shown: Vec<String> =
        tree.iter().map(|(path, name)| format!("{} as {name}", path.join("::"))).collect();
    assert_eq!(
        shown,
        ["crate::a::B as B", "crate::a::c as d", "crate::e::* as *", "crate::f as f"]
    );
    assert_eq!(
        code_alone("a // crate::b\n\"crate::c\" 'x'"),
        "a            \n               ".replace("               ", &" ".repeat(14))
    );
    // The engine's step is known to score with the model's cache and to rank: a reader that finds nothing would pass every check.
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/recommender/src");
    let recommender = Crate::read(&source);
    let found: usize = recommender.imports().values().map(BTreeSet::len).sum();
    assert!(found > 150, "only {found} imports were found in {}", source.display());
    assert!(recommender.0.values().all(|file| !file.code.is_empty()));
}

#[test]
fn no_two_files_import_each_other() {
    let mut circles = Vec::new();
    for source in crates() {
        let house = Crate::read(&source);
        let imports = house.imports();
        for (file, targets) in &imports {
            for target in targets.iter().filter(|t| *t > file && imports[*t].contains(*file)) {
                let names = [*file, *target].map(|m| house.0[m].path.display().to_string());
                circles.push(names.join("  <->  "));
            }
        }
    }
    assert!(circles.is_empty(), "files that import each other:\n{}", circles.join("\n"));
}

#[test]
fn no_child_imports_from_its_own_face() {
    let mut found = Vec::new();
    for source in crates() {
        let house = Crate::read(&source);
        for (file, targets) in house.imports() {
            for face in targets.iter().filter(|t| t.len() < file.len() && file.starts_with(t)) {
                let names = [file, *face].map(|m| house.0[m].path.display().to_string());
                found.push(names.join("  ->  "));
            }
        }
        assert!(house.0.values().any(|file| file.face), "{} has no face", source.display());
    }
    assert!(
        found.is_empty(),
        "children that import from a folder they are in:\n{}",
        found.join("\n")
    );
}

/// What appends to a file, overwrites a few bytes in place, or keeps what nobody but it reads.
const APPENDING: [&str; 7] = [
    "sessions/src/log/writer.rs",
    "sessions/src/log/head.rs",
    "lab/src/reports/compare.rs",
    "lab/src/data/log/sorting.rs",
    "lab/src/export/tensorboard.rs",
    "stream/src/inbox/kept.rs",
    "stream/src/learn/attempts.rs",
];

/// What reserves a name.
const OTHERWISE: [&str; 1] = ["tui/src/desk/save.rs"];

#[test]
fn files_are_written_in_one_way() {
    let writing = Regex::new(r"fs::write\(|File::create|OpenOptions|fs::rename\(|from_path\(");
    let writing = writing.unwrap();
    let mut found = Vec::new();
    for source in crates() {
        for file in Crate::read(&source).0.values() {
            let path = file.path.display().to_string().replace('\\', "/");
            let known = APPENDING.iter().chain(&OTHERWISE).any(|known| path.ends_with(known));
            if !known && !path.contains("core/src/output/") && writing.is_match(&file.code) {
                found.push(path);
            }
        }
    }
    assert!(
        found.is_empty(),
        "files that write otherwise than by crates/core/src/output/:\n{}",
        found.join("\n")
    );
}
