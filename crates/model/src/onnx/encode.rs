//! Listeners at one moment each, encoded once for any number of songs.
//!
//! A play stands where the mask says, with padding before, behind or between: what counts is how many plays come before it, which is
//! counted here. More plays than the network has distances for are refused by the runtime, as there is no row to look up.

use super::graph::{Graph, Value, any, fixed};
use super::layers::MASKED;
use super::proto::Numbers;
use crate::config::NetworkConfig;
use crate::features::{CROSS_FEATURES, MOMENT_FEATURES, OUTCOME_FEATURES, profile_width};

/// Where plays stand, and which of them can be seen.
struct Places {
    /// Of the profile's token and each play: 0, then the number of plays up to it, `[listeners, tokens]`.
    at: Value,
    /// Whether there is one, `[listeners, tokens]`.
    there: Value,
    /// Plays in all, `[listeners, 1]`.
    plays: Value,
}

/// Puts in what encodes listeners.
pub(super) fn encode(graph: &mut Graph, config: &NetworkConfig) {
    let (d, profile) = (config.d_model, profile_width());
    let of = |sizes: &[usize]| -> Vec<_> {
        [any("listeners")].into_iter().chain(sizes.iter().map(|&size| fixed(size))).collect()
    };
    let profile = graph.input("profile", Numbers::Float, &of(&[profile]));
    let moment = graph.input("moment", Numbers::Float, &of(&[MOMENT_FEATURES.len()]));
    let scene = graph.input("scene", Numbers::Whole, &of(&[]));
    let mask = graph.input("history_mask", Numbers::Flag, &[any("listeners"), any("plays")]);
    let history = history(graph, d, &mask);
    let session_plays = graph.input("session_plays", Numbers::Whole, &of(&[]));

    let places = Places::new(graph, &profile, &mask);
    let session = session(graph, config, &history, &places, &session_plays);
    let both = graph.concat(1, &[&profile, &moment]);
    let known = graph.dense("profile", &both);
    let known = graph.one("Relu", &known);
    let both = graph.concat(1, &[&session, &known]);
    let gate = graph.dense("session.gate", &both);
    let gate = graph.one("Sigmoid", &gate);
    let session = graph.two("Mul", &session, &gate);
    let contexts = graph.parameter("scene_context");
    let context = graph.gather(&contexts, &scene, 0);
    let shared = graph.concat(1, &[&known, &session, &context]);

    let cross = CROSS_FEATURES.len();
    let weight = graph.part("candidate.weight", cross..cross + MOMENT_FEATURES.len());
    let token = graph.two("MatMul", &moment, &weight);
    let bias = graph.parameter("candidate.bias");
    let token = graph.two("Add", &token, &bias);
    let scenes = graph.parameter("scene");
    let scene = graph.gather(&scenes, &scene, 0);
    let token = graph.two("Add", &token, &scene);

    let first = graph.dense("profile_token", &profile);
    let first = graph.widen(&first, 1);
    let tokens = graph.concat(1, &[&first, &history]);
    let [keys, values, bias] = remember(graph, config, tokens, &places);

    let (layers, heads) = (fixed(config.layers), fixed(config.heads));
    let memory =
        [any("listeners"), layers, heads, any("tokens"), fixed(config.d_model / config.heads)];
    graph.output("keys", &keys, &memory);
    graph.output("values", &values, &memory);
    graph.output("bias", &bias, &memory[..4]);
    graph.output("token", &token, &of(&[d]));
    graph.output("shared", &shared, &of(&[config.d_shared()]));
}

/// The plays' tokens, `[listeners, plays, d_model]`, zero where there is none.
fn history(graph: &mut Graph, d: usize, mask: &Value) -> Value {
    let plays = |more: &[usize]| -> Vec<_> {
        let sizes = more.iter().map(|&size| fixed(size));
        [any("listeners"), any("plays")].into_iter().chain(sizes).collect()
    };
    let songs = graph.input("history_songs", Numbers::Float, &plays(&[d]));
    let outcomes = plays(&[OUTCOME_FEATURES.len()]);
    let outcomes = graph.input("history_outcomes", Numbers::Float, &outcomes);
    let scenes = graph.input("history_scenes", Numbers::Whole, &plays(&[]));
    let none = graph.whole(0);
    let scenes = graph.either(mask, &scenes, &none);
    let table = graph.parameter("scene");
    let scenes = graph.gather(&table, &scenes, 0);
    let outcomes = graph.dense("outcome", &outcomes);
    let sum = graph.two("Add", &songs, &scenes);
    let sum = graph.two("Add", &sum, &outcomes);
    let (mask, none) = (graph.widen(mask, 2), graph.number(0.0));
    graph.either(&mask, &sum, &none)
}

impl Places {
    fn new(graph: &mut Graph, profile: &Value, mask: &Value) -> Self {
        let truth = graph.truth();
        let first = graph.spread(&truth, profile, &[1]);
        let there = graph.concat(1, &[&first, mask]);
        let counted = graph.counted(&there);
        let (axis, one) = (graph.whole(1), graph.whole(1));
        let up_to = graph.two("CumSum", &counted, &axis);
        let at = graph.two("Sub", &up_to, &one);
        let all = graph.sum(&counted, 1, true);
        Places { at, there, plays: graph.two("Sub", &all, &one) }
    }

    /// Scores by head of what each token sees of each, `[listeners, heads, tokens, tokens]`: of itself and of what is before it.
    fn before_each(&self, graph: &mut Graph, recency: &str) -> Value {
        let (queries, keys) = (graph.widen(&self.at, 2), graph.widen(&self.at, 1));
        let there = graph.widen(&self.there, 1);
        let before = graph.two("LessOrEqual", &keys, &queries);
        let seen = graph.two("And", &before, &there);
        let [none, one] = [0, 1].map(|number| graph.whole(number));
        let apart = graph.two("Sub", &queries, &keys);
        let apart = graph.two("Add", &apart, &one);
        // The profile's token has a column of its own, but for itself.
        let first = graph.two("Equal", &queries, &none);
        let of_first = graph.either(&first, &one, &none);
        let is_first = graph.two("Equal", &keys, &none);
        let column = graph.either(&is_first, &of_first, &apart);
        let column = graph.either(&seen, &column, &none);
        let table = graph.parameter(recency);
        let scores = graph.gather(&table, &column, 1);
        let scores = graph.transpose(&scores, &[1, 0, 2, 3]);
        let (seen, masked) = (graph.widen(&seen, 1), graph.number(MASKED));
        graph.either(&seen, &scores, &masked)
    }

    /// Scores by head of what a song that comes after every play sees, `[listeners, 1, heads, tokens]`.
    fn after_all(&self, graph: &mut Graph, recency: &str) -> Value {
        let [none, two] = [0, 2].map(|number| graph.whole(number));
        let ago = graph.two("Sub", &self.plays, &self.at);
        let ago = graph.two("Add", &ago, &two);
        let is_first = graph.two("Equal", &self.at, &none);
        let column = graph.either(&is_first, &none, &ago);
        let column = graph.either(&self.there, &column, &none);
        let table = graph.parameter(recency);
        let scores = graph.gather(&table, &column, 1);
        let scores = graph.transpose(&scores, &[1, 0, 2]);
        let (there, masked) = (graph.widen(&self.there, 1), graph.number(MASKED));
        let scores = graph.either(&there, &scores, &masked);
        graph.widen(&scores, 1)
    }
}

/// Keys and values of every layer, `[listeners, layers, heads, tokens, d_head]`, and what songs add to their scores.
fn remember(
    graph: &mut Graph,
    config: &NetworkConfig,
    mut x: Value,
    places: &Places,
) -> [Value; 3] {
    let mut layers: [Vec<Value>; 3] = Default::default();
    for layer in 0..config.layers {
        let block = format!("encoder.blocks.{layer}");
        let recency = format!("encoder.recency.{layer}");
        let [queries, keys, values] = graph.project(&block, &x, config.heads);
        layers[0].push(graph.widen(&keys, 1));
        layers[1].push(graph.widen(&values, 1));
        layers[2].push(places.after_all(graph, &recency));
        // Songs read keys and values alone, so the last layer's own output has no use.
        if layer + 1 < config.layers {
            let scores = graph.scores(&queries, &keys);
            let bias = places.before_each(graph, &recency);
            let scores = graph.two("Add", &scores, &bias);
            let weights = graph.softmax(&scores);
            let found = graph.two("MatMul", &weights, &values);
            x = graph.found(&block, &x, &found);
        }
    }
    layers.map(|layers| graph.concat(1, &layers.iter().collect::<Vec<_>>()))
}

/// The vectors of the sessions' last plays, `[listeners, d_session]`.
fn session(
    graph: &mut Graph,
    config: &NetworkConfig,
    history: &Value,
    places: &Places,
    session_plays: &Value,
) -> Value {
    let d = config.d_session as i64;
    let window = graph.whole(config.session_window as i64);
    let counted = graph.two("Min", session_plays, &window);
    let counted = graph.widen(&counted, 1);
    // Without the profile's token.
    let [at, there] =
        [&places.at, &places.there].map(|tokens| graph.slice_last(tokens, 1, i64::MAX));
    let ago = graph.two("Sub", &places.plays, &at);
    let lately = graph.two("Less", &ago, &counted);
    let counts = graph.two("And", &lately, &there);
    let none = graph.whole(0);
    let ago = graph.either(&counts, &ago, &none);
    let table = graph.flat("session.recency");
    let recency = graph.gather(&table, &ago, 0);

    let both = graph.dense("session.keys_values", history);
    let (keys, values) = (graph.slice_last(&both, 0, d), graph.slice_last(&both, d, 2 * d));
    let query = graph.parameter("session.query");
    let answers = graph.two("MatMul", &keys, &query);
    let answers = graph.sum(&answers, -1, false);
    let root = graph.number((d as f32).sqrt());
    let answers = graph.two("Div", &answers, &root);
    let scores = graph.two("Add", &answers, &recency);
    let masked = graph.number(MASKED);
    let scores = graph.either(&counts, &scores, &masked);

    // The slot that is always there stands behind the plays.
    let null_score = graph.parameter("session.null_score");
    let null_score = graph.spread(&null_score, &scores, &[1]);
    let scores = graph.concat(1, &[&scores, &null_score]);
    let null_value = graph.parameter("session.null_value");
    let null_value = graph.spread(&null_value, &scores, &[1, d]);
    let values = graph.concat(1, &[&values, &null_value]);
    let weights = graph.softmax(&scores);
    let weights = graph.widen(&weights, 1);
    let pooled = graph.two("MatMul", &weights, &values);
    let pooled = graph.reshape(&pooled, &[0, d]);
    let out = graph.dense("session.output", &pooled);
    graph.gelu(&out)
}
