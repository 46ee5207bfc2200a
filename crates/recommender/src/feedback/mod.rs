//! The feedback loop: what the listener did becomes metrics, interventions and new model versions.

mod guardrail;
mod metrics;
mod near_line;

pub use guardrail::{Guardrail, GuardrailReport, Intervention};
pub use metrics::{Metrics, MetricsReport, Rates, VarietyReport};
pub use near_line::{Update, UpdateReport};
