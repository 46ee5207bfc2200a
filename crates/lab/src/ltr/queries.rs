//! Rows to be ranked against each other, in queries.

use std::ops::Range;

/// Grades whose gain `2^grade - 1` is still an exact number.
pub const MOST_GRADE: u8 = 30;

/// Rows of features with graded relevance; the rows of a query stand together, and only they are ever
/// compared. Without a single row there is nothing to learn, but nothing breaks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Queries {
    /// Features of a row.
    pub features: usize,
    /// `[rows, features]`, finite.
    values: Vec<f32>,
    /// `[rows]`, at most [`MOST_GRADE`].
    grades: Vec<u8>,
    /// Where each query ends; as many as there are queries, rising.
    ends: Vec<usize>,
}

impl Queries {
    /// No query yet; its rows will have so many features.
    pub fn new(features: usize) -> Self {
        Queries { features, ..Queries::default() }
    }

    /// Adds one query of (features, grade) rows.
    ///
    /// # Panics
    /// When a row has another number of features, a value is not finite or a grade is too high: whoever
    /// reads rows from a file has checked that.
    pub fn push<'a>(&mut self, rows: impl IntoIterator<Item = (&'a [f32], u8)>) {
        for (row, grade) in rows {
            assert_eq!(row.len(), self.features, "a row has another number of features");
            assert!(row.iter().all(|value| value.is_finite()), "a value is not finite");
            assert!(grade <= MOST_GRADE, "grade {grade} is over {MOST_GRADE}");
            self.values.extend_from_slice(row);
            self.grades.push(grade);
        }
        self.ends.push(self.grades.len());
    }

    /// Number of queries.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no query.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Number of rows of all queries.
    pub fn rows(&self) -> usize {
        self.grades.len()
    }

    /// The rows of a query.
    pub fn query(&self, query: usize) -> Range<usize> {
        let start = query.checked_sub(1).map_or(0, |before| self.ends[before]);
        start..self.ends[query]
    }

    /// One row's features, `[features]`; rows count over all queries.
    pub fn row(&self, row: usize) -> &[f32] {
        &self.values[row * self.features..(row + 1) * self.features]
    }

    /// One feature of one row.
    pub fn value(&self, row: usize, feature: usize) -> f32 {
        self.values[row * self.features + feature]
    }

    /// Of all rows, `[rows]`: the higher, the more relevant.
    pub fn grades(&self) -> &[u8] {
        &self.grades
    }

    /// The queries of these numbers, in this order.
    pub fn select(&self, queries: impl IntoIterator<Item = usize>) -> Self {
        let mut selected = Queries::new(self.features);
        for query in queries {
            selected.push(self.query(query).map(|row| (self.row(row), self.grades[row])));
        }
        selected
    }
}
