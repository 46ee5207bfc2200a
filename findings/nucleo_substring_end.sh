#!/usr/bin/env bash
# nucleo-matcher 0.3.1, the newest release (February 2024); run on 2026-11-29 with Rust 1.95 on Linux.
#
# A substring at the very end of a text is found where the text is ASCII, and missed where any character of it is not, however
# far from the end. `fuzzy_match` and `postfix_match` find the same needle in the same text; one character more behind it, and the
# substring match finds it, too. A needle of a single character is found. The last place at which a needle could begin is not
# tried (helix-editor/nucleo, pull request 104, open, says so as well).
#
# Melody's palette and search match sentences and genres by it: in Chinese the last words of a sentence were never found. It puts
# a blank behind each text now (`Fit::sentence`, with a test).
#
# Installs the pinned package in a temporary folder; fails if the behaviour changes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/src"
cat >"$work/Cargo.toml" <<'TOML'
[package]
name = "probe"
version = "0.0.0"
edition = "2021"

[dependencies]
nucleo-matcher = "=0.3.1"
TOML
cat >"$work/src/main.rs" <<'RUST'
use nucleo_matcher::{Config, Matcher, Utf32Str};

fn main() {
    let mut matcher = Matcher::new(Config::DEFAULT);
    for (text, needle) in [
        ("a green mint", "mint"),
        ("a café mint", "mint"),
        ("a café mint ", "mint"),
        ("巴萨诺瓦", "诺瓦"),
        ("巴萨诺瓦", "瓦"),
    ] {
        let (mut a, mut b) = (Vec::new(), Vec::new());
        let (text, needle) = (Utf32Str::new(text, &mut a), Utf32Str::new(needle, &mut b));
        let substring = matcher.substring_match(text, needle).is_some();
        let fuzzy = matcher.fuzzy_match(text, needle).is_some();
        println!("{text:?} has {needle:?}: substring {substring}, fuzzy {fuzzy}");
    }
}
RUST
found=$(cd "$work" && cargo run --quiet)
printf '%s\n' "$found"
diff <(printf '%s\n' "$found") - <<'SEEN'
"a green mint" has "mint": substring true, fuzzy true
"a café mint" has "mint": substring false, fuzzy true
"a café mint " has "mint": substring true, fuzzy true
"巴萨诺瓦" has "诺瓦": substring false, fuzzy true
"巴萨诺瓦" has "瓦": substring true, fuzzy true
SEEN
echo "as seen: the end of a text that is not ASCII is not searched"
