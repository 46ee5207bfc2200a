//! A ranker as LightGBM's text model, out and in.
//!
//! Both are sums of trees whose rows go low where a value is at most a threshold, so that nothing has to be approximated. What
//! differs: a ranker begins with a base, which LightGBM keeps in the first tree's values, as it does with the mean that it boosts
//! from; LightGBM's thresholds and values have 64 bits, ours 32. A threshold is rounded down on the way in, after which every 32-bit
//! value goes where it went before; values are rounded to the nearest, which moves a score by less than the millionth that traces tell.
//!
//! Names of features may have no blanks there, and get a `_` instead. A model without names is one of as many features, in order.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use melody_core::input::{InputError, Problem};
use melody_recommender::ltr::{Forest, Node, Ranker, Split, Tree};

/// A decision without categories that has never met a missing value; LightGBM takes what is missing for a 0 there.
const NUMBERS: u32 = 2;

/// The text of a model that scores rows of these features as the ranker does.
pub fn to_lightgbm(ranker: &Ranker, features: &[&str]) -> String {
    let names: Vec<String> = features.iter().map(|name| joined(name)).collect();
    let mut text = format!(
        "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nlabel_index=0\nmax_feature_idx={}\n\
         objective=lambdarank\nfeature_names={}\nfeature_infos={}\n\n",
        features.len().saturating_sub(1),
        names.join(" "),
        vec!["[-inf:inf]"; features.len()].join(" "),
    );
    let only_base = Tree { nodes: vec![Node { value: 0.0, split: None }] };
    let trees = &ranker.forest().trees;
    let trees = if trees.is_empty() { std::slice::from_ref(&only_base) } else { &trees[..] };
    for (number, tree) in trees.iter().enumerate() {
        let base = if number == 0 { ranker.base() } else { 0.0 };
        let _ = write!(text, "Tree={number}\n{}\n\n", written(tree, base));
    }
    text + "end of trees\n\npandas_categorical:null\n"
}

fn joined(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join("_")
}

/// A tree's lines, with a base added to its values. Inner nodes and leaves are counted apart there, and a leaf is told by the
/// complement of its number.
fn written(tree: &Tree, base: f64) -> String {
    let (mut inner, mut leaves) = (0, 0);
    let numbers: Vec<i64> = tree
        .nodes
        .iter()
        .map(|node| {
            let count = if node.split.is_some() { &mut inner } else { &mut leaves };
            *count += 1;
            if node.split.is_some() { *count - 1 } else { -*count }
        })
        .collect();
    let value = |node: &Node| format!("{:?}", f64::from(node.value) + base);
    let values = |split: bool| -> String {
        let nodes = tree.nodes.iter().filter(|node| node.split.is_some() == split);
        nodes.map(value).collect::<Vec<_>>().join(" ")
    };
    let splits = |of: &dyn Fn(&Split) -> String| -> String {
        tree.nodes
            .iter()
            .filter_map(|node| node.split.as_ref().map(of))
            .collect::<Vec<_>>()
            .join(" ")
    };
    let mut lines = vec![format!("num_leaves={leaves}"), "num_cat=0".into()];
    if inner > 0 {
        lines.extend([
            format!("split_feature={}", splits(&|split| split.feature.to_string())),
            format!("threshold={}", splits(&|split| format!("{:?}", f64::from(split.threshold)))),
            format!("decision_type={}", splits(&|_| NUMBERS.to_string())),
            format!("left_child={}", splits(&|split| numbers[split.low].to_string())),
            format!("right_child={}", splits(&|split| numbers[split.low + 1].to_string())),
        ]);
    }
    lines.push(format!("leaf_value={}", values(false)));
    if inner > 0 {
        lines.push(format!("internal_value={}", values(true)));
    }
    lines.extend(["is_linear=0".into(), "shrinkage=1".into()]);
    lines.join("\n") + "\n"
}

/// The base and the trees of a text model, for rows of these features.
///
/// # Errors
/// When it is no such model, or one that a ranker cannot be: of several classes, with categories, linear leaves or averaged trees, of
/// other features, or with zeros for missing values.
pub fn from_lightgbm(
    file: &str,
    text: &str,
    features: &[&str],
) -> Result<(f64, Forest), InputError> {
    let mut sections = vec![Section::new(file, 0)];
    for (i, line) in text.lines().enumerate() {
        match line.split_once('=') {
            _ if line.trim() == "end of trees" => break,
            Some(("Tree", _)) => sections.push(Section::new(file, i + 1)),
            Some((key, value)) => {
                let last = sections.last_mut().expect("the first is there from the start");
                last.values.insert(key.trim(), (i + 1, value));
            }
            // `average_output` is a key without a value.
            None => {
                let last = sections.last_mut().expect("the first is there from the start");
                last.values.insert(line.trim(), (i + 1, ""));
            }
        }
    }
    let head = sections.remove(0);
    head.only("num_class", "1", "a ranker has one score, this model has several classes")?;
    head.only("num_tree_per_iteration", "1", "a ranker has one score, this model has several")?;
    if let Some((line, _)) = head.values.get("average_output") {
        let message = "its trees are averaged (a random forest); a ranker's are summed";
        return Err(Problem::new(file, message).line(*line).field("average_output").into());
    }
    let places = places(&head, features)?;
    let mut base = 0.0;
    let mut trees = Vec::new();
    for (number, section) in sections.iter().enumerate() {
        let nodes = section.nodes(&places)?;
        // What all rows begin with is in the first tree.
        let here = if number == 0 { nodes[0].value } else { 0.0 };
        base += here;
        let node = |node: &Read| Node { value: (node.value - here) as f32, split: node.split };
        trees.push(Tree { nodes: nodes.iter().map(node).collect() });
    }
    if trees.is_empty() {
        return Err(Problem::new(file, "it has no tree").field("Tree").into());
    }
    Ok((base, Forest { trees }))
}

/// Where each feature of the model stands among ours.
fn places(head: &Section, features: &[&str]) -> Result<Vec<usize>, InputError> {
    let (line, named) = head.get("feature_names")?;
    let named: Vec<&str> = named.split_whitespace().collect();
    let wrong =
        |message: String| Problem::new(head.file, message).line(line).field("feature_names");
    let plain = |(i, name): (usize, &&str)| *name == format!("Column_{i}");
    if named.iter().enumerate().all(plain) && named.len() == features.len() {
        return Ok((0..features.len()).collect());
    }
    let known: Vec<String> = features.iter().map(|name| joined(name)).collect();
    let find = |name: &&str| {
        let place = known.iter().position(|known| known == name);
        place.ok_or_else(|| {
            let problem = wrong(format!("`{name}` is no feature that a ranker is told"));
            problem.suggest(name, known.iter().map(String::as_str)).into()
        })
    };
    named.iter().map(find).collect()
}

/// The lines of the head or of a tree, each with its number.
struct Section<'a> {
    file: &'a str,
    line: usize,
    values: BTreeMap<&'a str, (usize, &'a str)>,
}

/// A node as it is read.
struct Read {
    value: f64,
    split: Option<Split>,
}

impl<'a> Section<'a> {
    fn new(file: &'a str, line: usize) -> Self {
        Section { file, line, values: BTreeMap::new() }
    }

    fn get(&self, key: &str) -> Result<(usize, &'a str), InputError> {
        let missing = || {
            let help = "a text model is what `Booster.save_model` writes";
            let line = Some(self.line).filter(|line| *line > 0);
            Problem::new(self.file, "is missing").line(line).field(key).help(help)
        };
        self.values.get(key).copied().ok_or_else(|| missing().into())
    }

    /// Requires a key to have this value.
    fn only(&self, key: &str, wanted: &str, message: &str) -> Result<(), InputError> {
        let (line, value) = self.get(key)?;
        let wrong =
            || Problem::new(self.file, format!("is {value}: {message}")).line(line).field(key);
        if value.trim() == wanted { Ok(()) } else { Err(wrong().into()) }
    }

    /// So many numbers, parted by blanks.
    fn numbers<T: std::str::FromStr>(&self, key: &str, count: usize) -> Result<Vec<T>, InputError> {
        let (line, values) = self.get(key)?;
        let wrong = |message: String| Problem::new(self.file, message).line(line).field(key);
        let read =
            |word: &str| word.parse().map_err(|_| wrong(format!("`{word}` is no number here")));
        let numbers: Vec<T> = values.split_whitespace().map(read).collect::<Result<_, _>>()?;
        match numbers.len() == count {
            true => Ok(numbers),
            false => {
                Err(wrong(format!("are {} values where {count} are needed", numbers.len())).into())
            }
        }
    }

    /// The tree's nodes, the root first, each node's children one after the other behind it.
    fn nodes(&self, places: &[usize]) -> Result<Vec<Read>, InputError> {
        let leaves: usize = self.numbers("num_leaves", 1)?[0];
        if self.values.contains_key("num_cat") {
            self.only("num_cat", "0", "splits by category are none that a ranker has")?;
        }
        if self.values.contains_key("is_linear") {
            self.only("is_linear", "0", "a ranker's leaves are values, not linear models")?;
        }
        let leaf: Vec<f64> = self.numbers("leaf_value", leaves)?;
        let inner = leaves.checked_sub(1).ok_or_else(|| self.wrong("num_leaves", "is 0".into()))?;
        if inner == 0 {
            return Ok(vec![Read { value: leaf[0], split: None }]);
        }
        let values: Vec<f64> = self.numbers("internal_value", inner)?;
        let feature: Vec<usize> = self.numbers("split_feature", inner)?;
        let threshold: Vec<f64> = self.numbers("threshold", inner)?;
        let decision: Vec<u32> = self.numbers("decision_type", inner)?;
        let children: [Vec<i64>; 2] =
            [self.numbers("left_child", inner)?, self.numbers("right_child", inner)?];
        let mut nodes: Vec<Read> = vec![Read { value: values[0], split: None }];
        // Those that are to be split, with their place among the nodes.
        let mut waiting = vec![(0, 0)];
        let mut at = 0;
        while let Some(&(number, place)) = waiting.get(at) {
            at += 1;
            let low = nodes.len();
            let feature = places.get(feature[number]).copied();
            let feature = feature.ok_or_else(|| {
                self.wrong("split_feature", format!("of node {number} is unknown"))
            })?;
            self.plain(decision[number], threshold[number], number)?;
            let split = Split { feature, threshold: rounded_down(threshold[number]), low };
            nodes[place].split = Some(split);
            for (side, key) in children.iter().zip(["left_child", "right_child"]) {
                let child = side[number];
                let value = match usize::try_from(child) {
                    // Inner nodes are numbered as they were split: a child comes after its parent.
                    Ok(inner) if inner > number => {
                        waiting.push((inner, nodes.len()));
                        values.get(inner)
                    }
                    Ok(_) => None,
                    Err(_) => usize::try_from(!child).ok().and_then(|place| leaf.get(place)),
                };
                let value = value.copied().filter(|value| value.is_finite());
                let value = value.ok_or_else(|| {
                    self.wrong(key, format!("of node {number} is {child}, which leads to no value"))
                })?;
                nodes.push(Read { value, split: None });
            }
            if nodes.len() > 2 * leaves {
                return Err(self.wrong("left_child", "leads to a node twice".into()).into());
            }
        }
        Ok(nodes)
    }

    /// Requires a decision to send every number low that is at most the threshold.
    fn plain(&self, decision: u32, threshold: f64, node: usize) -> Result<(), InputError> {
        let (category, low, missing) = (decision & 1, decision & 2 != 0, decision >> 2 & 3);
        let told = |message: &str| {
            Err(self
                .wrong("decision_type", format!("of node {node} is {decision}: {message}"))
                .into())
        };
        if category != 0 {
            return told("splits by category are none that a ranker has");
        }
        // Zeros are taken for missing, and go where those go.
        if missing == 1 && (0.0 <= threshold) != low {
            return told("zeros go the way of missing values, which a ranker does not have");
        }
        if threshold.is_nan() {
            return told("its threshold is no number");
        }
        Ok(())
    }

    fn wrong(&self, key: &str, message: String) -> Problem {
        let line = self.values.get(key).map_or(self.line, |(line, _)| *line);
        Problem::new(self.file, message).line(line).field(key)
    }
}

/// The largest 32-bit number that is not above: values of 32 bits are at most one where they are at most the other.
fn rounded_down(threshold: f64) -> f32 {
    let near = threshold.clamp(f64::from(f32::MIN), f64::from(f32::MAX)) as f32;
    if f64::from(near) > threshold { near.next_down() } else { near }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FEATURES: [&str; 2] = ["warm", "fused interest"];
    const RANKER: &str = r#"{"format":1,"name":"n","about":"a","features":["warm","fused interest"],"base":0.7,
"trees":[[[0.1,1,2.5,1],-0.25,[0.75,0,0.1,3],1.5,-1.0],[0.125]]}"#;

    fn ranker() -> Ranker {
        Ranker::parse("r.json", RANKER, &FEATURES).unwrap()
    }

    fn again(text: &str) -> Ranker {
        let (base, forest) = from_lightgbm("m.txt", text, &FEATURES).unwrap();
        Ranker::new("n", "a", &FEATURES, base, forest).0
    }

    #[test]
    fn a_ranker_comes_back_with_the_same_scores() {
        let (first, back) = (ranker(), again(&to_lightgbm(&ranker(), &FEATURES)));
        let values = [-1.0, 0.0, 0.1, 0.1f32.next_up(), 2.5, 2.5f32.next_up(), 9.0];
        for row in values.iter().flat_map(|a| values.map(|b| [*a, b])) {
            let (a, b) = (first.score(&row), back.score(&row));
            assert!((a - b).abs() < 1e-7, "{row:?}: {a} and {b}");
            let parts = back.explain(&row);
            assert!((parts.base + parts.features.iter().sum::<f64>() - b).abs() < 1e-6);
        }
    }

    #[test]
    fn the_text_is_as_lightgbm_writes_it() {
        let text = to_lightgbm(&ranker(), &FEATURES);
        for line in [
            "feature_names=warm fused_interest",
            "max_feature_idx=1",
            "num_leaves=3",
            "split_feature=1 0",
            "left_child=-1 -2",
            "right_child=1 -3",
            "leaf_value=0.44999999999999996 2.2 -0.30000000000000004",
            "leaf_value=0.125",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
        }
    }

    #[test]
    fn a_threshold_of_64_bits_parts_the_same_numbers() {
        // What lies between two numbers of 32 bits; 0.1 of 64 bits is below that of 32.
        for threshold in [0.1, 0.300_000_01, -0.1, 1e300, -1e300, 0.5] {
            let ours = rounded_down(threshold);
            for value in
                [ours.next_down(), ours, ours.next_up()].into_iter().filter(|v| v.is_finite())
            {
                assert_eq!(value <= ours, f64::from(value) <= threshold, "{value} at {threshold}");
            }
        }
    }

    #[test]
    fn what_no_ranker_can_be_is_told_with_its_line() {
        let good = to_lightgbm(&ranker(), &FEATURES);
        for (from, to, field) in [
            ("num_class=1", "num_class=3", "num_class"),
            ("fused_interest", "fused_intrest", "feature_names"),
            ("num_cat=0", "num_cat=1", "num_cat"),
            ("is_linear=0", "is_linear=1", "is_linear"),
            ("decision_type=2 2", "decision_type=2 3", "decision_type"),
            ("decision_type=2 2", "decision_type=4 2", "decision_type"),
            ("left_child=-1 -2", "left_child=-1 -9", "left_child"),
            ("left_child=-1 -2", "left_child=0 -2", "left_child"),
            ("left_child=-1 -2", "left_child=1 -2", "left_child"),
            ("split_feature=1 0", "split_feature=1 7", "split_feature"),
            ("split_feature=1 0", "split_feature=1", "split_feature"),
            ("threshold=2.5", "threshold=nan", "decision_type"),
            ("num_leaves=3", "num_leaves=x", "num_leaves"),
            ("internal_value=", "internal=", "internal_value"),
            ("objective=lambdarank", "average_output", "average_output"),
        ] {
            assert!(good.contains(from), "{from} in\n{good}");
            let told = from_lightgbm("m.txt", &good.replacen(from, to, 1), &FEATURES).unwrap_err();
            assert_eq!(told.problems[0].field.as_deref(), Some(field), "{to}: {told}");
        }
        assert!(from_lightgbm("m.txt", "", &FEATURES).is_err());
        let unnamed = good.replacen("warm fused_interest", "Column_0 Column_1", 1);
        assert!(from_lightgbm("m.txt", &unnamed, &FEATURES).is_ok());
    }
}
