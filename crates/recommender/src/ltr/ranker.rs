//! A learned ranker as a file: checked JSON, `format = 1`.
//!
//! ```text
//! { "format": 1, "name": "...", "about": "...", "features": ["...", ...], "base": 0.4,
//!   "trees": [[[value, feature, threshold, low child], value, value], ...] }
//! ```
//!
//! A tree lists its nodes, the root first; a node's second child is the one after `low child`.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::forest::{Forest, Parts};
use super::tree::{Node, Split, Tree};
use melody_core::input::{InputError, Problem};

/// Scores rows of named features.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranker {
    /// What traces and accounts call it.
    pub name: String,
    /// Where it comes from, for people.
    pub about: String,
    /// SHA-256 of its file, in hexadecimal.
    pub hash: String,
    /// What every score begins with.
    base: f64,
    forest: Forest,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: u32,
    name: String,
    about: String,
    features: Vec<String>,
    base: f64,
    trees: Vec<Vec<Written>>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(untagged, expecting = "a node is its value, or [value, feature, threshold, low child]")]
enum Written {
    Leaf(f32),
    Inner(f32, usize, f32, usize),
}

/// Scores stay so small that no sum of them comes near the limits of a ledger or of mixing.
const LARGEST: f64 = 1e3;
const MOST_TREES: usize = 10_000;

impl Ranker {
    /// A ranker of a trained forest, and the text of its file.
    pub fn new(
        name: &str,
        about: &str,
        features: &[&str],
        base: f64,
        forest: Forest,
    ) -> (Self, String) {
        let written = |node: &Node| match node.split {
            None => Written::Leaf(node.value),
            Some(s) => Written::Inner(node.value, s.feature, s.threshold, s.low),
        };
        let trees = forest.trees.iter();
        let file = File {
            format: 1,
            name: name.into(),
            about: about.into(),
            features: features.iter().map(|f| (*f).into()).collect(),
            base,
            trees: trees.map(|tree| tree.nodes.iter().map(written).collect()).collect(),
        };
        let text = serde_json::to_string(&file).expect("numbers and texts have a JSON") + "\n";
        let hash = hash(&text);
        (Ranker { name: file.name, about: file.about, hash, base, forest }, text)
    }

    /// Reads and checks a ranker of these features.
    ///
    /// # Errors
    /// When it is no ranker, or one of other features: what is wrong, by field.
    pub fn parse(file: &str, text: &str, features: &[&str]) -> Result<Self, InputError> {
        let mut reader = serde_json::Deserializer::from_str(text);
        let found: File = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            let line = Some(error.inner().line()).filter(|line| *line > 0);
            let problem = Problem::new(file, error.inner().to_string()).line(line);
            problem.field(error.path().to_string())
        })?;
        let mut check = Check { file, problems: Vec::new() };
        check.require(found.format == 1, "format", || "only format 1 is known".into());
        check.texts(&found);
        check.features(&found.features, features);
        check.require(found.base.abs() <= LARGEST, "base", || {
            format!("{} is outside -{LARGEST} to {LARGEST}", found.base)
        });
        check.require(found.trees.len() <= MOST_TREES, "trees", || {
            format!("{} are too many; {MOST_TREES} at most", found.trees.len())
        });
        for (number, tree) in found.trees.iter().enumerate() {
            check.tree(number, tree, features.len());
        }
        let largest = |tree: &Vec<Written>| {
            let values = tree.iter().map(|(Written::Leaf(v) | Written::Inner(v, ..))| v.abs());
            f64::from(values.fold(0.0, f32::max))
        };
        let reach = found.base.abs() + found.trees.iter().map(largest).sum::<f64>();
        check.require(reach <= LARGEST, "trees", || {
            format!("scores could be as large as {reach}; {LARGEST} at most")
        });
        if !check.problems.is_empty() {
            return Err(InputError { problems: check.problems });
        }
        let node = |written: Written| match written {
            Written::Leaf(value) => Node { value, split: None },
            Written::Inner(value, feature, threshold, low) => {
                Node { value, split: Some(Split { feature, threshold, low }) }
            }
        };
        let trees = found.trees.into_iter();
        let trees = trees.map(|tree| Tree { nodes: tree.into_iter().map(node).collect() });
        Ok(Ranker {
            name: found.name,
            about: found.about,
            hash: hash(text),
            base: found.base,
            forest: Forest { trees: trees.collect() },
        })
    }

    /// What every score begins with.
    pub fn base(&self) -> f64 {
        self.base
    }

    /// The trees that score.
    pub fn forest(&self) -> &Forest {
        &self.forest
    }

    /// A row's score, its features in the file's order.
    pub fn score(&self, row: &[f32]) -> f64 {
        self.base + self.forest.score(row)
    }

    /// The parts that a row's score is the sum of, but for rounding.
    pub fn explain(&self, row: &[f32]) -> Parts {
        let parts = self.forest.explain(row);
        Parts { base: self.base + parts.base, ..parts }
    }
}

fn hash(text: &str) -> String {
    Sha256::digest(text).iter().map(|b| format!("{b:02x}")).collect()
}

/// Gathers what is wrong with a file.
struct Check<'a> {
    file: &'a str,
    problems: Vec<Problem>,
}

impl Check<'_> {
    fn require(&mut self, holds: bool, field: &str, message: impl FnOnce() -> String) {
        if !holds {
            self.problems.push(Problem::new(self.file, message()).line(1).field(field));
        }
    }

    fn texts(&mut self, found: &File) {
        for (field, text) in [("name", &found.name), ("about", &found.about)] {
            let printable = !text.trim().is_empty() && !text.chars().any(char::is_control);
            self.require(printable, field, || "a text without control characters is needed".into());
        }
    }

    /// The ranker's features must be those it will be given, in their order.
    fn features(&mut self, found: &[String], known: &[&str]) {
        self.require(found.len() == known.len(), "features", || {
            format!("are {}; this program has {}", found.len(), known.len())
        });
        for (i, (found, known)) in found.iter().zip(known).enumerate() {
            self.require(found == known, &format!("features[{i}]"), || {
                format!("`{found}` is not `{known}`, which this program has there")
            });
        }
    }

    /// Children come after their parents, so that every way down a tree ends.
    fn tree(&mut self, number: usize, nodes: &[Written], features: usize) {
        self.require(!nodes.is_empty(), &format!("trees[{number}]"), || "has no nodes".into());
        for (i, node) in nodes.iter().enumerate() {
            let field = format!("trees[{number}][{i}]");
            let (Written::Leaf(value) | Written::Inner(value, ..)) = *node;
            self.require(f64::from(value).abs() <= LARGEST, &field, || {
                format!("the value {value} is outside -{LARGEST} to {LARGEST}")
            });
            let Written::Inner(_, feature, threshold, low) = *node else { continue };
            self.require(feature < features, &field, || {
                format!("there is no feature {feature}; there are {features}, from 0")
            });
            self.require(threshold.is_finite(), &field, || "the threshold is no number".into());
            self.require(low > i && low < nodes.len().saturating_sub(1), &field, || {
                format!("the children {low} and the next must be nodes after this one")
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FEATURES: [&str; 2] = ["warm", "loud"];
    const GOOD: &str = r#"{"format":1,"name":"n","about":"a","features":["warm","loud"],"base":0.5,
"trees":[[[0.1,1,2.5,1],-0.25,[0.75,0,1.0,3],1.5,-1.0]]}"#;

    #[test]
    fn a_written_ranker_reads_back_the_same() {
        let read = Ranker::parse("r.json", GOOD, &FEATURES).unwrap();
        assert_eq!(read.score(&[1.0, 3.0]), 2.0);
        let (made, text) = Ranker::new("n", "a", &FEATURES, 0.5, read.forest.clone());
        assert_eq!(Ranker::parse("r.json", &text, &FEATURES).unwrap(), made);
        assert_eq!(made.score(&[1.0, 2.0]), read.score(&[1.0, 2.0]));
        assert_ne!(made.hash, read.hash, "the texts differ");
    }

    #[test]
    fn what_is_wrong_is_named() {
        let cases = [
            ("\"format\":1", "\"format\":2", "format"),
            ("\"warm\"", "\"cold\"", "features[0]"),
            ("\"warm\",", "", "features"),
            ("\"base\":0.5", "\"base\":1e9", "base"),
            ("[0.75,0,1.0,3]", "[0.75,2,1.0,3]", "trees[0][2]"),
            ("[0.75,0,1.0,3]", "[0.75,0,1.0,2]", "trees[0][2]"),
            ("[0.75,0,1.0,3]", "[0.75,0,1.0,4]", "trees[0][2]"),
            ("[0.75,0,1.0,3]", "[0.75,0,1.0]", "trees[0][2]"),
            ("1.5,-1.0", "1e5,-1.0", "trees[0][3]"),
            ("\"trees\":[", "\"trees\":[[],", "trees[0]"),
            ("\"about\":\"a\"", "\"about\":\"\"", "about"),
            ("\"base\"", "\"bass\"", "bass"),
        ];
        for (from, to, field) in cases {
            assert!(GOOD.contains(from), "{from}");
            let error = Ranker::parse("r.json", &GOOD.replace(from, to), &FEATURES).unwrap_err();
            assert_eq!(error.problems[0].field.as_deref(), Some(field), "{error}");
        }
    }
}
