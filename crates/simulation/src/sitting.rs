//! One simulated listener's session through the real engine.
//!
//! Experiments, the release gate and the benchmark all drive sessions here, so that what they measure
//! is the loop a person sees: the same `step`, the same events, the same traces. Only the last state
//! is kept; whoever wants more watches.

use std::sync::Arc;

use crate::autopilot::{Autopilot, Felt};
use crate::listener::SimulatedListener;
use crate::profile::Profile;
use crate::world::World;
use melody_core::event::Action;
use melody_recommender::engine::{Engine, Refusal, State, Trace};
use melody_recommender::playback::Playhead;

/// When a session ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Until {
    /// Songs played at most.
    pub songs: u32,
    /// Whether the listener may leave before that.
    pub leaving: bool,
}

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The listener had enough.
    Left,
    /// The listener would have gone on.
    Stopped,
}

/// A session played to its end.
#[derive(Clone, Debug)]
pub struct Sitting {
    /// Who ended it: the listener, or the number of songs allowed.
    pub end: End,
    /// Of the engine, after the last step.
    pub state: State,
    /// Of each play, in order.
    pub felt: Vec<Felt>,
    /// Who listened, as they leave.
    pub listener: SimulatedListener,
}

/// Plays a session by its own listener. `watch` sees every step: the state after it and its trace,
/// the session's start first.
///
/// # Errors
/// When the engine refuses what the listener does, which would be a fault of this program.
pub fn listen(
    engine: &Engine,
    profile: &Profile,
    world: &Arc<World>,
    seed: u64,
    until: Until,
    watch: &mut dyn FnMut(&State, &Trace),
) -> Result<Sitting, Refusal> {
    let (mut state, trace) = engine.start();
    watch(&state, &trace);
    let mut head = Playhead::after(&trace);
    let mut pilot = Autopilot::new(engine, profile, world.clone(), seed);
    let mut felt = Vec::new();
    let mut end = End::Stopped;
    for _ in 0..until.songs {
        let (leaves, play) = play(engine, &mut pilot, (&mut state, &mut head), watch)?;
        felt.push(play);
        if leaves && until.leaving {
            end = End::Left;
            break;
        }
    }
    Ok(Sitting { end, state, felt, listener: pilot.listener().clone() })
}

/// Plays the current song as its listener would, and what follows right after it. Gives whether the
/// listener then leaves, and what was felt.
///
/// # Errors
/// When the engine refuses what the listener does, which would be a fault of this program.
pub fn play(
    engine: &Engine,
    pilot: &mut Autopilot,
    (state, head): (&mut State, &mut Playhead),
    watch: &mut dyn FnMut(&State, &Trace),
) -> Result<(bool, Felt), Refusal> {
    let plan = pilot.plan(engine, state);
    let tier = state.tier;
    let duration_ms = engine.length_ms(state);
    let mut act = |head: &mut Playhead, action: Action| -> Result<(), Refusal> {
        let (next, trace) = engine.step(state, &head.event(action))?;
        *state = next;
        *head = Playhead::after(&trace);
        watch(state, &trace);
        if let Some(ended) = &trace.ended {
            pilot.observe(ended, tier);
        }
        Ok(())
    };
    for (heard_ms, action) in plan.during {
        head.play_until(heard_ms, duration_ms);
        act(head, action)?;
    }
    for action in plan.after {
        act(head, action)?;
    }
    Ok((plan.leaves, plan.felt))
}
