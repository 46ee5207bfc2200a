//! The feedback loop: what the listener did becomes metrics, interventions and new model versions.

mod examples;
mod guardrail;
pub mod log;
mod metrics;
mod near_line;

pub use examples::{Example, Examples, LABELS};
pub use guardrail::{Guardrail, GuardrailReport, Intervention};
pub use metrics::{Metrics, MetricsReport, Rates};
pub use near_line::{Update, UpdateReport};
