//! What near-line updates have learned of one listener, kept for their next session.
//!
//! A session is short: what it teaches about a listener would be gone as the listener comes to be known. So the
//! listener's own embedding goes on to the next session, with the newest plays, which the next updates learn
//! from and are judged by. What updates changed of towers and gates is everybody's, and ends with the session.

use std::sync::Arc;

use melody_model::{Example, ModelVersion};

/// What is known of one listener beside what the trained model knows of everybody.
#[derive(Clone, Debug, PartialEq)]
pub struct Learned {
    /// SHA-256 of the trained weights that it was learned on, in hexadecimal: under others it means nothing.
    model: String,
    /// The listener's embedding, as wide as what candidates share.
    listener: Vec<f32>,
    /// The newest plays, oldest first.
    pub newest: Vec<Arc<Example>>,
}

impl Learned {
    /// What a version of the trained model has come to know.
    pub fn new(trained: &ModelVersion, now: &ModelVersion, newest: Vec<Arc<Example>>) -> Self {
        Learned { model: trained.hash.clone(), listener: now.of_listener(), newest }
    }

    /// The trained model with what was learned; `None` if that was learned on another one.
    pub fn version(&self, trained: &ModelVersion) -> Option<ModelVersion> {
        (self.model == trained.hash).then(|| trained.knowing(&self.listener))
    }
}
