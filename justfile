# What people do here, by name. None of it is needed to build: each line is a command that works without `just`.

# What there is.
default:
    @just --list

# Does it compile, everywhere?
check:
    cargo fmt --check
    cargo clippy --locked --workspace --all-targets -- -D warnings

# Tests of one crate: `just t tui`, `just t recommender`; more words go to the tests.
t crate *words:
    cargo test --locked -p melody-{{crate}} {{words}}

# Tests of the screen; what differs from the snapshots is written beside them.
screens *words:
    cargo test --locked -p melody-tui {{words}}

# Takes what the screens are now for what they should be. Look at the differences.
accept-screens:
    INSTA_UPDATE=always cargo test --locked -p melody-tui

# Everything, optimised: the README's command.
test:
    cargo test --locked --release

# Hashes of all that the program makes, before a change that must move nothing.
record-bytes file="target/same-bytes":
    cargo build --locked --release --examples --bin melody
    tools/same-bytes record {{file}}

# The same after it: shows what differs, exit code 1 if anything does.
same-bytes file="target/same-bytes":
    cargo build --locked --release --examples --bin melody
    tools/same-bytes check {{file}}

# Figures of docs/figures.md that need no other data or libraries; an hour on two cores.
figures:
    cargo run --locked --release -- eval default
    cargo run --locked --release --example ideal
    cargo run --locked --release --example bandit_regret
    cargo bench --locked --bench mixing -- --queues 100
    cargo run --locked --release --example ope_coverage -- 400 40 5 2000 1 --uniform=0.5
    cargo bench --locked --bench step -- --events 150
    cargo bench --locked --bench frame -- --frames 3000

# The README's pictures, of the shipped tour.
pictures:
    cargo run --locked --release --example picture

# The pages of the library.
doc:
    cargo doc --locked --workspace --no-deps --open

# Licences, sources and known weaknesses of what is depended on; needs cargo-deny.
deny:
    cargo deny --locked check

# The gate.
ci:
    .ci/run
