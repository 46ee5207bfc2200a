//! The score ledger: where every point of a song's score came from.

use serde::{Deserialize, Serialize};

use melody_core::score::Score;

/// A part of a score. Its value is the exact sum of its children's, if it has any.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// Which part: a head's score, an adjustment, ...
    pub name: String,
    /// Points of score, to the millionth.
    pub value: Score,
    /// How the value came about, for a person.
    pub how: String,
    /// The parts it is the sum of; none in a leaf.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Node>,
}

impl Node {
    /// A part that is not taken apart any further.
    pub fn leaf(name: &str, value: Score, how: impl Into<String>) -> Self {
        Node { name: name.into(), value, how: how.into(), children: Vec::new() }
    }

    /// A node that is the sum of its children.
    pub fn sum(name: &str, how: impl Into<String>, children: Vec<Node>) -> Self {
        let value = children.iter().map(|c| c.value).sum();
        Node { name: name.into(), value, how: how.into(), children }
    }

    /// Whether every sum in the tree holds, to the millionth.
    pub fn adds_up(&self) -> bool {
        let sum: Score = self.children.iter().map(|c| c.value).sum();
        (self.children.is_empty() || sum == self.value) && self.children.iter().all(Node::adds_up)
    }
}

/// The stages a song can be dropped at, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// No source brought it.
    Retrieval,
    /// A rule excludes it whatever its score.
    Filter,
    /// Other songs took the places.
    Mixing,
}

/// Why a song is not in the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dropped {
    /// Where on its way it was left out.
    pub stage: Stage,
    /// The rule or the lack, for a person.
    pub why: String,
    /// Points of score it missed the queue by, where score would have helped. Negative where its
    /// score was high enough and a rule kept it out.
    pub margin: Score,
}

/// The whole account of one song.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// The total, at the root, and all its parts.
    pub score: Node,
    /// The sources that brought it.
    pub sources: Vec<String>,
    /// Why it is not in the queue; absent where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dropped: Option<Dropped>,
}
