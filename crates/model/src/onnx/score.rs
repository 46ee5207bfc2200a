//! Songs for listeners that are encoded: logits, what they stand for, and how each task used the experts.

use super::graph::{Graph, Value, any, fixed};
use super::proto::Numbers;
use crate::config::{NetworkConfig, Sharing};
use crate::features::CROSS_FEATURES;
use crate::heads::{HeadOutputs, MOST_REPLAYS_LOGIT, Output, TASKS};

/// Puts in what scores songs.
pub(super) fn score(graph: &mut Graph, config: &NetworkConfig) {
    let (d, heads) = (config.d_model, config.heads);
    let memory =
        [any("listeners"), fixed(config.layers), fixed(heads), any("tokens"), fixed(d / heads)];
    let keys = graph.input("keys", Numbers::Float, &memory);
    let values = graph.input("values", Numbers::Float, &memory);
    let bias = graph.input("bias", Numbers::Float, &memory[..4]);
    let token = graph.input("token", Numbers::Float, &[any("listeners"), fixed(d)]);
    let shared = [any("listeners"), fixed(config.d_shared())];
    let shared = graph.input("shared", Numbers::Float, &shared);
    let of_songs = |sizes: &[usize]| -> Vec<_> {
        let sizes = sizes.iter().map(|&size| fixed(size));
        [any("listeners"), any("songs")].into_iter().chain(sizes).collect()
    };
    let songs = graph.input("songs", Numbers::Float, &of_songs(&[d]));
    let cross = graph.input("cross", Numbers::Float, &of_songs(&[CROSS_FEATURES.len()]));

    let weight = graph.part("candidate.weight", 0..CROSS_FEATURES.len());
    let cross = graph.two("MatMul", &cross, &weight);
    let token = graph.widen(&token, 1);
    let x = graph.two("Add", &songs, &cross);
    let mut x = graph.two("Add", &x, &token);
    for layer in 0..config.layers {
        let place = graph.whole(layer as i64);
        let [keys, values, bias] =
            [&keys, &values, &bias].map(|layers| graph.gather(layers, &place, 1));
        x = attend(graph, layer, heads, x, [&keys, &values, &bias]);
    }
    let own = graph.norm("encoder.norm", &x);

    let listener = graph.parameter("head.listener");
    let shared = graph.two("Add", &shared, &listener);
    let (tasks, gates) = match config.sharing {
        Sharing::Mmoe | Sharing::SharedBottom => mmoe(graph, config, &own, &shared),
        Sharing::Ple => ple(graph, config, &own, &shared),
    };
    let towers = ["interest", "subscription", "exposure"].into_iter().zip(&tasks);
    let logits: Vec<Value> = towers.map(|(tower, task)| self::tower(graph, tower, task)).collect();
    let logits = graph.concat(2, &logits.iter().collect::<Vec<_>>());
    let outputs = link(graph, &logits);
    graph.output("logits", &logits, &of_songs(&[HeadOutputs::WIDTH]));
    graph.output("outputs", &outputs, &of_songs(&[HeadOutputs::WIDTH]));
    let (experts, _) = config.expert_shape();
    graph.output("gates", &gates, &of_songs(&[TASKS.len(), experts]));
}

/// A layer of songs that each attend to the plays and to themselves.
fn attend(
    graph: &mut Graph,
    layer: usize,
    heads: usize,
    x: Value,
    [keys, values, bias]: [&Value; 3],
) -> Value {
    let block = format!("encoder.blocks.{layer}");
    let [queries, own_keys, own_values] = graph.project(&block, &x, heads);
    let to_plays = graph.scores(&queries, keys);
    let bias = graph.widen(bias, 2);
    let to_plays = graph.two("Add", &to_plays, &bias);
    let to_self = graph.two("Mul", &queries, &own_keys);
    let to_self = graph.sum(&to_self, -1, true);
    let own_bias = graph.column(&format!("encoder.recency.{layer}"), 1);
    let to_self = graph.two("Add", &to_self, &own_bias);
    let scores = graph.concat(3, &[&to_plays, &to_self]);
    let weights = graph.softmax(&scores);
    let at_plays = graph.slice_last(&weights, 0, -1);
    let at_self = graph.slice_last(&weights, -1, i64::MAX);
    let found = graph.two("MatMul", &at_plays, values);
    let of_self = graph.two("Mul", &at_self, &own_values);
    let found = graph.two("Add", &found, &of_self);
    graph.found(&block, &x, &found)
}

/// What each task's tower gets, `[listeners, songs, expert_output]`, and the gates, `[listeners, songs, tasks, experts]`.
fn mmoe(
    graph: &mut Graph,
    config: &NetworkConfig,
    own: &Value,
    shared: &Value,
) -> (Vec<Value>, Value) {
    let (experts, d_hidden) = config.expert_shape();
    let d = config.d_model;
    let hidden = graph.dense_of_both("head.mixture.hidden", [own, shared], d);
    let hidden = graph.one("Relu", &hidden);
    let hidden = graph.reshape(&hidden, &[0, 0, experts as i64, d_hidden as i64]);
    let hidden = graph.transpose(&hidden, &[0, 2, 1, 3]);
    let weight = graph.parameter("head.mixture.output_weight");
    let outputs = graph.two("MatMul", &hidden, &weight);
    let bias = graph.parameter("head.mixture.output_bias");
    let outputs = graph.two("Add", &outputs, &bias);
    let outputs = graph.one("Relu", &outputs);
    let outputs = graph.transpose(&outputs, &[0, 2, 1, 3]);

    let gates = graph.dense_of_both("head.mixture.gates", [own, shared], d);
    let gates = graph.reshape(&gates, &[0, 0, TASKS.len() as i64, experts as i64]);
    let gates = graph.softmax(&gates);
    let mixed = graph.two("MatMul", &gates, &outputs);
    let tasks = (0..TASKS.len() as i64).map(|task| {
        let task = graph.whole(task);
        graph.gather(&mixed, &task, 2)
    });
    (tasks.collect(), gates)
}

/// The same by progressive layered extraction.
fn ple(
    graph: &mut Graph,
    config: &NetworkConfig,
    own: &Value,
    shared: &Value,
) -> (Vec<Value>, Value) {
    // As many rows of what the songs share as there are songs.
    let none = graph.number(0.0);
    let nothing = graph.sum(own, 2, true);
    let nothing = graph.two("Mul", &nothing, &none);
    let shared = graph.widen(shared, 1);
    let shared = graph.two("Add", &nothing, &shared);
    let input = graph.concat(2, &[own, &shared]);
    let mut streams = vec![input; TASKS.len() + 1];
    let mut gates = Vec::new();
    for level in 0..graph.parameters().count("head.mixture.levels", ".hidden_weight") {
        (streams, gates) = extraction(graph, config, level, &streams).into_iter().unzip();
    }
    let gates: Vec<Value> = gates.iter().map(|gate| graph.widen(gate, 2)).collect();
    let gates = graph.concat(2, &gates.iter().collect::<Vec<_>>());
    (streams, gates)
}

/// One level: for each of its gates the stream it makes, and its weights of all experts.
fn extraction(
    graph: &mut Graph,
    config: &NetworkConfig,
    level: usize,
    streams: &[Value],
) -> Vec<(Value, Value)> {
    let name = format!("head.mixture.levels.{level}");
    let (experts, tasks) = (config.experts, TASKS.len());
    let outputs: Vec<Value> = (0..experts)
        .map(|expert| {
            let mut x = streams[expert.min(tasks)].clone();
            for layer in ["hidden", "output"] {
                let weight = graph.part(&format!("{name}.{layer}_weight"), expert..expert + 1);
                let product = graph.two("MatMul", &x, &weight);
                let bias = graph.part(&format!("{name}.{layer}_bias"), expert..expert + 1);
                let sum = graph.two("Add", &product, &bias);
                x = graph.one("Relu", &sum);
            }
            graph.widen(&x, 2)
        })
        .collect();
    let outputs = graph.concat(2, &outputs.iter().collect::<Vec<_>>());
    let gates = graph.parameters().count(&format!("{name}.gates"), ".weight");
    let gate = |gate: usize| {
        let logits = graph.dense(&format!("{name}.gates.{gate}"), &streams[gate]);
        let mut weights = graph.softmax(&logits);
        if gate < tasks {
            // A task's gate sees its own expert and the shared ones.
            let seen = [gate].into_iter().chain(tasks..experts);
            let rows: Vec<f32> = seen
                .flat_map(|seen| (0..experts).map(move |e| if e == seen { 1.0 } else { 0.0 }))
                .collect();
            let places = graph.constant(&[rows.len() / experts, experts], &rows);
            weights = graph.two("MatMul", &weights, &places);
        }
        let row = graph.widen(&weights, 2);
        let mixed = graph.two("MatMul", &row, &outputs);
        let mixed = graph.reshape(&mixed, &[0, 0, config.expert_output as i64]);
        (mixed, weights)
    };
    (0..gates).map(gate).collect()
}

fn tower(graph: &mut Graph, name: &str, x: &Value) -> Value {
    let hidden = graph.dense(&format!("head.{name}.hidden"), x);
    let hidden = graph.one("Relu", &hidden);
    graph.dense(&format!("head.{name}.output"), &hidden)
}

/// Probabilities, and for replays the expected count; see [`link`](crate::heads::link).
fn link(graph: &mut Graph, logits: &Value) -> Value {
    let at = Output::Replays.index() as i64;
    let most = graph.number(MOST_REPLAYS_LOGIT);
    let replays = graph.slice_last(logits, at, at + 1);
    let replays = graph.two("Min", &replays, &most);
    let replays = graph.one("Exp", &replays);
    let p = graph.one("Sigmoid", logits);
    let before = graph.slice_last(&p, 0, at);
    let after = graph.slice_last(&p, at + 1, i64::MAX);
    graph.concat(2, &[&before, &replays, &after])
}
