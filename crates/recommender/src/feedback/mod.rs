//! The feedback loop: what the listener did becomes metrics, interventions and new model versions.

mod evidence;
mod guardrail;
mod learned;
mod metrics;
mod near_line;

pub use guardrail::{
    Ending, Guardrail, GuardrailReport, HOLDS, Intervention, Offer, Seen, Side, WatchReport,
};
pub use learned::Learned;
pub use metrics::{Metrics, MetricsReport, Rates, VarietyReport};
pub use near_line::{Update, UpdateReport};
