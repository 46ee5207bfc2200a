//! The policy: every tunable of ranking, mixing, bandit and guardrails, in one TOML.

mod adjustments;
mod bandit;
mod by_hand;
mod candidates;
mod conflicts;
mod feedback;
mod file;
mod fusion;
mod groups;
mod mixing;
mod orders;
mod previews;
mod requests;
mod scoring;
mod segment;
mod settings;
mod shipped;

pub use adjustments::{Adjustments, Diversity, Rerank, SessionTuning};
pub use bandit::{Algorithm, Arm, Bandit};
pub use by_hand::{problem_under, under};
pub use candidates::{Quotas, Retrieval};
pub use feedback::{Guardrail, NearLine, Selling, Usual};
pub use file::{changed, load, parse, settings};
pub use fusion::{Fusion, GammaScores, Weights};
pub use groups::{Appetite, Bounds, SceneEffect, Segment, When};
pub use mixing::{Method, Mixing, Tighter};
pub use orders::{Order, Share};
pub use previews::Previews;
pub use requests::Requests;
pub use scoring::{DEFAULT, Scorer, Scoring};
pub use segment::{Group, appetite, segment, segments};
pub use settings::{Policy, Settings};
pub use shipped::{DEFAULT_TEXT, shipped, shipped_names};
