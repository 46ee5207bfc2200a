//! `melody learn --verify`: whether every version comes out the same when it is made again.

use serde::Serialize;

use super::arguments::Learn;
use super::failure::Failure;
use super::progress::spinner;
use super::say::{counted, say, say_json, short};
use melody_stream::learn::{Attempt, MadeAgain, Start, Verified, verify};

/// What `--verify` found.
#[derive(Serialize)]
struct Found {
    attempts: usize,
    versions: u64,
    policies: usize,
    different: Vec<Difference>,
    different_policies: Vec<String>,
}

#[derive(Serialize)]
struct Difference {
    told: Attempt,
    again: Attempt,
}

pub(super) fn verified(arguments: &Learn, start: Start) -> Result<(), Failure> {
    let progress = spinner("making versions again");
    let all = verify(&arguments.out, start, &mut |_| progress.inc(1));
    progress.finish_and_clear();
    let MadeAgain { attempts: all, policies, differing } = all?;
    let versions = all.iter().map(|made| made.told.version).max().unwrap_or(0);
    let different: Vec<Verified> = all.iter().filter(|made| !made.same()).cloned().collect();
    let found = Found {
        attempts: all.len(),
        versions,
        policies,
        different_policies: differing,
        different: different
            .into_iter()
            .map(|Verified { told, again }| Difference { told, again })
            .collect(),
    };
    if arguments.json {
        say_json(&found)?;
    } else {
        for Difference { told, again } in &found.different {
            say!(
                "attempt {}: told {}, made again {}",
                told.attempt,
                short(&told.hash),
                short(&again.hash)
            )?;
        }
        for file in &found.different_policies {
            say!("policies/{file}: is not as it comes out")?;
        }
        let attempts = counted(found.attempts, "update");
        let policies = match policies {
            0 => String::new(),
            1 => ", 1 policy".into(),
            more => format!(", {more} policies"),
        };
        match found.different.len() + found.different_policies.len() {
            0 => say!(
                "{attempts}, {}{policies}: all made again, the same to the bit",
                counted(versions, "version")
            )?,
            other => say!("{attempts}{policies}: {other} came out otherwise")?,
        }
    }
    let same = found.different.is_empty() && found.different_policies.is_empty();
    if same { Ok(()) } else { Err(Failure::Check) }
}
