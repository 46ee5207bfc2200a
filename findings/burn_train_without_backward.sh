#!/usr/bin/env bash
# burn 0.22.1 (flex backend); run on 2026-11-30 with Rust 1.95 on Linux.
#
# `Module::train()` gives a module whose parameters can be learned. Each of them is then entered in a table that all of the
# program shares, and dropping the module takes none of them out again: the entries go when some later `backward()`, of any
# graph, sweeps. A program that makes modules ready for training and does not train them (an update that was decided against, a
# number of steps that is 0) grows with every one of them, and nothing but a gradient that it does not need would stop it. `valid()` before dropping
# changes nothing. Made ready without `train()`, nothing stays.
#
# Melody had it where a policy sets the steps of near-line updates to 0: it starts no such update any more.
#
# Compiles the pinned package in a temporary folder (some minutes); fails if the behaviour changes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/src"
cat >"$work/Cargo.toml" <<'TOML'
[package]
name = "growing"
version = "0.0.0"
edition = "2024"

[dependencies]
burn = { version = "=0.22.1", default-features = false, features = ["std", "optim", "flex"] }

[profile.dev]
debug = false
TOML
cat >"$work/src/main.rs" <<'RUST'
use burn::module::Module;
use burn::nn::LinearConfig;
use burn::tensor::{Device, Distribution, Tensor};

/// Bytes that are resident, of Linux.
fn resident() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 4096
}

fn main() {
    let device = Device::flex();
    let layer = LinearConfig::new(8, 8).init(&device);
    let x = Tensor::<2>::random([4, 8], Distribution::Default, &device);
    layer.forward(x.clone()).into_data();
    let ways: [(&str, &dyn Fn()); 3] = [
        ("cloned", &|| drop(layer.clone().valid())),
        ("made ready for training", &|| drop(layer.clone().train().valid())),
        ("made ready and trained on", &|| {
            let ready = layer.clone().train();
            let input = Tensor::<2>::from_data(x.clone().into_data(), &device.clone().autodiff());
            let loss = ready.forward(input);
            drop(loss.sum().backward());
        }),
    ];
    for (what, once) in ways {
        (0..2_000).for_each(|_| once());
        let before = resident();
        (0..20_000).for_each(|_| once());
        let grown = resident().saturating_sub(before) / 20_000;
        eprintln!("{what}: {grown} bytes a time");
        println!("{what}: {}", if grown > 200 { "grows" } else { "does not grow" });
    }
}
RUST
found=$(cargo run --quiet --manifest-path "$work/Cargo.toml")
printf '%s\n' "$found"
diff <(printf '%s\n' "$found") - <<'SEEN'
cloned: does not grow
made ready for training: grows
made ready and trained on: does not grow
SEEN
echo "as seen: what is made ready and not trained stays"
