//! Logged listening as rows of features and labels: what the rows hold, and nothing of how they are made.

use melody_core::plays::Truth;
use melody_model::{CROSS_FEATURES, LABELS, MOMENT_FEATURES, OUTCOME_FEATURES};

/// One play: what was known before it, what happened, and what was truly likely.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its place in the catalogue.
    pub song: u32,
    /// Index of the scene.
    pub scene: u8,
    /// Number of the session this play belongs to.
    pub session: u32,
    /// How the play went, for what comes after it.
    pub outcome: [f32; OUTCOME_FEATURES.len()],
    /// The song beside the history as the play began.
    pub cross: [f32; CROSS_FEATURES.len()],
    /// The listener's moment as the play began.
    pub moment: [f32; MOMENT_FEATURES.len()],
    /// In the order of the head's logits.
    pub labels: [f32; LABELS],
    /// 1 where the label exists, 0 where it does not.
    pub mask: [f32; LABELS],
    /// Known of simulated listeners.
    pub truth: Option<Truth>,
    /// Songs that could have played instead. Empty for most plays.
    pub slate: Vec<Alternative>,
}

/// A song that could have played instead.
#[derive(Clone, Debug)]
pub struct Alternative {
    /// Its place in the catalogue.
    pub song: u32,
    /// The song beside the history as the play began.
    pub cross: [f32; CROSS_FEATURES.len()],
    /// The probability that the listener would have completed it.
    pub completion: f64,
}

impl Row {
    /// Whether what is known before the play has the same bits in both.
    pub fn known_alike(&self, other: &Row) -> bool {
        let told = |row: &Row| (row.song, row.scene, bits(&row.cross), bits(&row.moment));
        told(self) == told(other)
    }

    /// Whether how it went has the same bits in both, as far as later plays are told of it.
    pub fn went_alike(&self, other: &Row) -> bool {
        bits(&self.outcome) == bits(&other.outcome)
    }
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|v| v.to_bits()).collect()
}

/// A listener's plays, oldest first.
#[derive(Clone, Debug)]
pub struct Listener {
    /// `[profile_width()]`, as before the first play.
    pub profile: Vec<f32>,
    /// Plays in order.
    pub rows: Vec<Row>,
    /// Rows before this one are the listener's past and no more: they are neither learned from nor
    /// judged by.
    pub known: usize,
}

impl Listener {
    /// The rows that are learned from or judged by.
    pub fn fresh(&self) -> &[Row] {
        &self.rows[self.known..]
    }
}

/// Listeners with all their plays, as training reads them.
#[derive(Clone, Debug, Default)]
pub struct Dataset {
    /// In the order they were drawn or read.
    pub listeners: Vec<Listener>,
}

impl Dataset {
    /// Takes the labels of some songs' plays away, so that nothing is learned of them.
    pub fn unlabel(&mut self, songs: &[bool]) {
        for row in self.listeners.iter_mut().flat_map(|l| &mut l.rows) {
            if songs[row.song as usize] {
                row.mask = [0.0; LABELS];
            }
        }
    }

    /// Plays that are learned from or judged by.
    pub fn plays(&self) -> usize {
        self.listeners.iter().map(|l| l.fresh().len()).sum()
    }
}
