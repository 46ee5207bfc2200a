//! The tables of a data set: their columns, and a session's rows.
//!
//! What counts is in `plays` and `impressions`; `events` has every record, and says which steps were taken back. What is not known, or is
//! nothing's, is null. Hashes are spelled in hexadecimal, as logs have them.

use super::chosen::Whole;
use melody_lab::export::{Cell, Column};
use melody_sessions::log::{Record, StepRecord};

use Column::{Flag, Number, Text, Whole as Count};

/// The version of the data set's form.
pub const REST_FORMAT: u32 = 1;
/// The key under which each file says it.
pub(super) const FORMAT_KEY: &str = "feedback_format";

/// Columns of a table.
pub(super) type Columns = &'static [(&'static str, Column)];

/// The tables, in the order in which they are written.
pub(super) const TABLES: [&str; 4] = ["sessions", "events", "plays", "impressions"];

/// The columns of each table.
pub(super) const COLUMNS: [Columns; 4] = [SESSIONS, EVENTS, PLAYS, IMPRESSIONS];

pub(super) const SESSIONS: Columns = &[
    ("session", Text),
    ("first", Text),
    ("last", Text),
    ("file", Text),
    ("listener", Text),
    ("profile", Text),
    ("catalogue", Text),
    ("catalogue_hash", Text),
    ("policy", Text),
    ("policy_hash", Text),
    ("model", Text),
    ("model_hash", Text),
    ("melody", Text),
    ("records", Count),
    ("shared", Count),
    ("steps", Count),
    ("plays", Count),
    ("length_ms", Count),
    ("header", Text),
];

pub(super) const EVENTS: Columns = &[
    ("session", Text),
    ("sequence", Count),
    ("hash", Text),
    ("shared", Flag),
    ("kind", Text),
    ("step", Count),
    ("counts", Flag),
    ("at_ms", Count),
    ("action", Text),
    ("heard_ms", Count),
    ("event", Text),
    ("playing", Text),
    ("arm", Text),
    ("propensity", Number),
    ("learned_arm", Text),
    ("learned_plays", Count),
    ("learned_reward", Number),
    ("segment", Text),
    ("model_number", Count),
    ("model_hash", Text),
];

pub(super) const PLAYS: Columns = &[
    ("session", Text),
    ("listener", Text),
    ("sequence", Count),
    ("shared", Flag),
    ("step", Count),
    ("began_ms", Count),
    ("ended_ms", Count),
    ("heard_ms", Count),
    ("song", Text),
    ("play_ratio", Number),
    ("completed", Flag),
    ("skipped", Flag),
    ("liked", Flag),
    ("saved", Flag),
    ("request", Count),
    ("place", Count),
    ("decision", Count),
    ("propensity", Number),
    ("arm", Text),
    ("model_number", Count),
    ("model_hash", Text),
];

const IMPRESSIONS: Columns = &[
    ("session", Text),
    ("listener", Text),
    ("sequence", Count),
    ("shared", Flag),
    ("step", Count),
    ("at_ms", Count),
    ("position", Count),
    ("song", Text),
    ("promoted", Flag),
    ("score", Number),
    ("arm", Text),
    ("propensity", Number),
];

/// What a row is made with.
type Rows = Vec<Vec<Cell>>;

impl Whole {
    /// Who listens, where the log says it.
    fn listener(&self) -> Cell {
        Cell::of(self.header.listener.as_ref().map(|listener| listener.name.as_str()))
    }

    /// The steps that count, each with the number of its record.
    pub(super) fn counting(&self) -> impl Iterator<Item = (usize, &StepRecord)> {
        self.steps.iter().filter_map(|number| match &self.records[*number].record {
            Record::Step(step) => Some((*number, step.as_ref())),
            Record::Opened(_) | Record::Rewound { .. } => None,
        })
    }

    fn shared(&self, number: usize) -> Cell {
        (number < self.shared).into()
    }

    /// The rows of every table, in the order of [`TABLES`].
    ///
    /// # Errors
    /// When a record cannot be written as JSON.
    pub(super) fn rows(&self, file: &str) -> Result<[Rows; 4], String> {
        Ok([vec![self.session(file)?], self.events()?, self.plays(), self.impressions()])
    }

    fn session(&self, file: &str) -> Result<Vec<Cell>, String> {
        let (opening, versions) = (&self.header.opening, &self.header.versions);
        let text = |text: &str| Cell::from(text);
        let hash = |number: usize| self.records.get(number).map(|stored| stored.hash.as_str());
        let plays = self.counting().filter(|(_, step)| step.ended.is_some()).count();
        Ok(vec![
            text(&self.id),
            Cell::of(hash(0)),
            Cell::of(hash(self.records.len().saturating_sub(1))),
            text(file),
            self.listener(),
            text(&opening.profile),
            text(&versions.catalogue),
            text(&versions.catalogue_hash),
            text(&versions.policy),
            text(&versions.policy_hash),
            text(&versions.model),
            text(&versions.model_hash),
            text(&self.header.melody),
            self.records.len().into(),
            self.shared.into(),
            self.steps.len().into(),
            plays.into(),
            Cell::of(self.counting().last().map(|(_, step)| step.at_ms)),
            Cell::Text(serde_json::to_string(&self.header).map_err(|e| e.to_string())?),
        ])
    }

    fn events(&self) -> Result<Rows, String> {
        let mut counting = self.steps.iter().copied().peekable();
        let mut rows = Vec::with_capacity(self.records.len());
        for (number, stored) in self.records.iter().enumerate() {
            let mut row: Vec<Cell> = vec![
                self.id.as_str().into(),
                stored.sequence.into(),
                stored.hash.as_str().into(),
                self.shared(number),
            ];
            match &stored.record {
                Record::Opened(_) => row.push("opened".into()),
                Record::Rewound { to } => row.extend(["rewound".into(), Cell::from(*to)]),
                Record::Step(step) => {
                    let counts = counting.next_if_eq(&number).is_some();
                    row.extend(["step".into(), step.step.into(), counts.into()]);
                    row.extend(of_step(step)?);
                }
            }
            row.resize(EVENTS.len(), Cell::Unknown);
            rows.push(row);
        }
        Ok(rows)
    }

    fn plays(&self) -> Rows {
        let steps: Vec<(usize, &StepRecord)> = self.counting().collect();
        let (mut began_ms, mut rows) = (0, Vec::new());
        for (place, (number, step)) in steps.iter().enumerate() {
            let Some(ended) = &step.ended else { continue };
            let before = place.checked_sub(1).and_then(|before| steps.get(before));
            let before = before.map(|(_, before)| *before);
            // The decision is named by the step that it was made at, and that step's record has its arm.
            let decided = ended.served.and_then(|served| steps.get(served.decision as usize));
            rows.push(vec![
                self.id.as_str().into(),
                self.listener(),
                (*number).into(),
                self.shared(*number),
                step.step.into(),
                Cell::from(began_ms),
                step.at_ms.into(),
                Cell::of(step.event.as_ref().map(|event| event.heard_ms)),
                ended.song.as_str().into(),
                ended.play_ratio.value().into(),
                ended.completed.into(),
                ended.skipped.into(),
                ended.liked.into(),
                ended.saved.into(),
                Cell::of(ended.served.map(|served| served.request)),
                Cell::of(ended.served.map(|served| served.place)),
                Cell::of(ended.served.map(|served| served.decision)),
                Cell::of(ended.served.map(|served| served.propensity.value())),
                Cell::of(decided.map(|(_, step)| step.arm.as_str())),
                Cell::of(before.map(|before| before.model_number)),
                Cell::of(before.map(|before| before.model_hash.as_str())),
            ]);
            began_ms = step.at_ms;
        }
        rows
    }

    fn impressions(&self) -> Rows {
        let mut rows = Vec::new();
        for (number, step) in self.counting() {
            for shown in &step.impressions {
                rows.push(vec![
                    self.id.as_str().into(),
                    self.listener(),
                    number.into(),
                    self.shared(number),
                    step.step.into(),
                    step.at_ms.into(),
                    shown.position.into(),
                    shown.song.as_str().into(),
                    shown.promoted.into(),
                    shown.score.value().into(),
                    step.arm.as_str().into(),
                    step.propensity.value().into(),
                ]);
            }
        }
        rows
    }
}

/// What a step's row says behind whether it counts.
fn of_step(step: &StepRecord) -> Result<[Cell; 13], String> {
    let event = step.event.as_ref();
    let json = event.map(serde_json::to_string).transpose().map_err(|e| e.to_string())?;
    let learned = step.learned.as_ref();
    Ok([
        step.at_ms.into(),
        Cell::of(event.map(|event| event.action.name())),
        Cell::of(event.map(|event| event.heard_ms)),
        json.map_or(Cell::Unknown, Cell::Text),
        step.playing.as_str().into(),
        step.arm.as_str().into(),
        step.propensity.value().into(),
        Cell::of(learned.map(|learned| learned.arm.as_str())),
        Cell::of(learned.map(|learned| learned.plays)),
        Cell::of(learned.map(|learned| learned.reward.total.value())),
        Cell::of(step.segment.as_deref()),
        step.model_number.into(),
        step.model_hash.as_str().into(),
    ])
}
