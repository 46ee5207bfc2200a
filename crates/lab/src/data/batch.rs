//! Windows of plays, gathered into tensors: what one step of a training, or of a measuring, takes.

use burn::tensor::{Device, Int, Tensor, TensorData};

use super::dataset::Dataset;
use super::windows::Window;
use melody_model::{
    CROSS_FEATURES, LABELS, MOMENT_FEATURES, OUTCOME_FEATURES, Sequences, profile_width,
};

/// Windows as the network takes them, with labels.
pub struct Batch {
    /// What the encoder is given, `[windows, plays]`.
    pub sequences: Sequences,
    /// `[batch * plays, LABELS]`.
    pub labels: Tensor<2>,
    /// 1 where a label exists and the play is fresh, `[batch * plays, LABELS]`.
    pub mask: Tensor<2>,
    /// Each play's next one in its session, by row: itself where there is none in the batch.
    pub next: Vec<i32>,
    /// 1 where the session goes on after the play.
    pub continues: Vec<f32>,
    /// 1 where the play is fresh and what comes after it is known.
    pub known: Vec<f32>,
    /// The fresh plays: row of the batch's tensors, listener, play.
    pub fresh: Vec<(usize, usize, usize)>,
}

/// What masks a play out of the session encoder.
const MASKED: f32 = -1.0e9;

impl Batch {
    /// Gathers windows; shorter ones are padded at the end, where causality makes padding harmless.
    pub fn gather(
        data: &Dataset,
        windows: &[Window],
        session_window: usize,
        device: &Device,
    ) -> Self {
        let plays = windows.iter().map(|w| w.end - w.start).max().unwrap_or(1).max(2);
        let size = windows.len();
        let candidate_width = CROSS_FEATURES.len() + MOMENT_FEATURES.len();
        let mut profile = Vec::with_capacity(size * profile_width());
        let mut songs = vec![0i32; size * plays];
        let mut scenes = vec![0i32; size * plays];
        let mut outcome = vec![0f32; size * plays * OUTCOME_FEATURES.len()];
        let mut candidate = vec![0f32; size * plays * candidate_width];
        let mut session_mask = vec![MASKED; size * plays * plays];
        let mut labels = vec![0f32; size * plays * LABELS];
        let mut mask = vec![0f32; size * plays * LABELS];
        let mut fresh = Vec::new();
        let mut next: Vec<i32> = (0..(size * plays) as i32).collect();
        let mut continues = vec![0f32; size * plays];
        let mut known = vec![0f32; size * plays];

        for (b, window) in windows.iter().enumerate() {
            let listener = &data.listeners[window.listener];
            profile.extend(&listener.profile);
            let rows = &listener.rows[window.start..window.end];
            for (t, row) in rows.iter().enumerate() {
                let at = b * plays + t;
                songs[at] = row.song as i32;
                scenes[at] = i32::from(row.scene);
                put(&mut outcome, at, &row.outcome);
                put(&mut candidate, at, &[&row.cross[..], &row.moment[..]].concat());
                for (s, past) in rows[..t].iter().enumerate().rev().take(session_window) {
                    if past.session == row.session {
                        session_mask[at * plays + s] = 0.0;
                    }
                }
                let after = listener.rows.get(window.start + t + 1);
                let goes_on = after.is_some_and(|after| after.session == row.session);
                let in_batch = t + 1 < rows.len();
                if goes_on && in_batch {
                    next[at] = at as i32 + 1;
                    continues[at] = 1.0;
                }
                if window.start + t >= window.fresh {
                    known[at] = if in_batch || !goes_on { 1.0 } else { 0.0 };
                    put(&mut labels, at, &row.labels);
                    put(&mut mask, at, &row.mask);
                    fresh.push((at, window.listener, window.start + t));
                }
            }
        }
        let cube = |values: Vec<f32>, shape: [usize; 3]| {
            Tensor::<3>::from_data(TensorData::new(values, shape), device)
        };
        let table = |values: Vec<f32>, shape: [usize; 2]| {
            Tensor::<2>::from_data(TensorData::new(values, shape), device)
        };
        let ids = |values: Vec<i32>| Tensor::<1, Int>::from_data(values.as_slice(), device);
        Batch {
            sequences: Sequences {
                profile: table(profile, [size, profile_width()]),
                songs: ids(songs),
                scenes: ids(scenes),
                outcome: cube(outcome, [size, plays, OUTCOME_FEATURES.len()]),
                candidate: cube(candidate, [size, plays, candidate_width]),
                session_mask: cube(session_mask, [size, plays, plays]),
            },
            labels: table(labels, [size * plays, LABELS]),
            mask: table(mask, [size * plays, LABELS]),
            next,
            continues,
            known,
            fresh,
        }
    }
}

fn put(into: &mut [f32], row: usize, values: &[f32]) {
    into[row * values.len()..(row + 1) * values.len()].copy_from_slice(values);
}
