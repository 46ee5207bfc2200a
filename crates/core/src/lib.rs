//! The ground Melody stands on: what every crate above it speaks of.
//!
//! Exact decimals ([`score`]), draws keyed by purpose ([`rng`]), files read with errors that know their place ([`input`]) and
//! written whole or not at all ([`output`]), songs and the catalogues they come in ([`catalogue`]), what is known of a listener
//! ([`listener`]), real listening as services export it ([`plays`]), what may be shown of a text from a file ([`shown`]), and the
//! words of a session: [`event`], [`scene`],
//! [`overrides`]. Nothing here knows a model or a rule.

pub mod catalogue;
pub mod event;
pub mod input;
pub mod listener;
pub mod output;
pub mod overrides;
pub mod plays;
pub mod rng;
pub mod scene;
pub mod score;
pub mod shown;
