//! Columns of a file of Parquet, a batch of rows at a time.
//!
//! A column that is not asked for its values is passed over, a whole page at once where that is possible: then it is not even
//! unpacked.

use std::borrow::Cow;
use std::fs::File;
use std::io::Read;
use std::ops::{ControlFlow, Range};
use std::path::Path;

use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType};
use parquet::errors::ParquetError;

/// Where a cell without a value is said to have it.
const NOWHERE: u32 = u32::MAX;

/// Whether a file is one of Parquet.
pub(super) fn is_parquet(path: &Path) -> bool {
    let mut start = [0; 4];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut start));
    read.is_ok() && &start == b"PAR1"
}

/// A value of a column, or of a list in it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell<'a> {
    /// A whole number, or a flag as 0 or 1.
    Whole(i64),
    /// Any number.
    Real(f64),
    /// A text.
    Text(Cow<'a, str>),
}

impl Cell<'_> {
    /// A finite number.
    pub(super) fn number(&self) -> Option<f64> {
        match *self {
            Cell::Whole(number) => Some(number as f64),
            Cell::Real(number) => Some(number).filter(|number| number.is_finite()),
            Cell::Text(_) => None,
        }
    }

    /// What it names: whole numbers and texts as they are.
    pub(super) fn identifier(&self) -> String {
        match self {
            Cell::Whole(number) => number.to_string(),
            Cell::Real(number) => format!("{number:.0}"),
            Cell::Text(text) => text.to_string(),
        }
    }
}

/// The values of a batch, those that are there, one after the other.
enum Values {
    Flags(Vec<bool>),
    /// Parquet has no unsigned numbers of its own: a large one is written as a negative.
    Small(Vec<i32>),
    Whole(Vec<i64>),
    Short(Vec<f32>),
    Real(Vec<f64>),
    Texts(Vec<ByteArray>),
}

/// A column being read.
pub(super) struct Column {
    reader: ColumnReader,
    /// The levels of a value that is there: how often it is defined, and repeated.
    levels: [i16; 2],
    /// Rows passed over since the last batch.
    passed: usize,
    values: Values,
    defined: Vec<i16>,
    repeated: Vec<i16>,
    /// Where each cell's value is, where some cells have none.
    places: Vec<u32>,
    /// Where each row's cells begin, where a row is a list.
    starts: Vec<usize>,
}

impl Column {
    /// Begins at the first row.
    ///
    /// # Errors
    /// When its type is none that is read here.
    pub(super) fn new(reader: ColumnReader, levels: [i16; 2]) -> Result<Self, ParquetError> {
        let values = match &reader {
            ColumnReader::BoolColumnReader(_) => Values::Flags(Vec::new()),
            ColumnReader::Int32ColumnReader(_) => Values::Small(Vec::new()),
            ColumnReader::Int64ColumnReader(_) => Values::Whole(Vec::new()),
            ColumnReader::FloatColumnReader(_) => Values::Short(Vec::new()),
            ColumnReader::DoubleColumnReader(_) => Values::Real(Vec::new()),
            ColumnReader::ByteArrayColumnReader(_) => Values::Texts(Vec::new()),
            _ => {
                let message = "a column of another type than numbers and texts";
                return Err(ParquetError::General(message.into()));
            }
        };
        let (defined, repeated, places, starts) = Default::default();
        Ok(Column { reader, levels, passed: 0, values, defined, repeated, places, starts })
    }

    /// Passes over rows.
    pub(super) fn pass(&mut self, rows: usize) {
        self.passed += rows;
    }

    /// Reads the next rows in place of those before.
    ///
    /// # Errors
    /// When the file is damaged, or ends before.
    pub(super) fn read(&mut self, rows: usize) -> Result<(), ParquetError> {
        self.defined.clear();
        self.repeated.clear();
        let mut batch = Batch {
            rows: [std::mem::take(&mut self.passed), rows],
            levels: self.levels,
            defined: &mut self.defined,
            repeated: &mut self.repeated,
        };
        match (&mut self.reader, &mut self.values) {
            (ColumnReader::BoolColumnReader(reader), Values::Flags(values)) => {
                batch.read(reader, values)?;
            }
            (ColumnReader::Int32ColumnReader(reader), Values::Small(values)) => {
                batch.read(reader, values)?;
            }
            (ColumnReader::Int64ColumnReader(reader), Values::Whole(values)) => {
                batch.read(reader, values)?;
            }
            (ColumnReader::FloatColumnReader(reader), Values::Short(values)) => {
                batch.read(reader, values)?;
            }
            (ColumnReader::DoubleColumnReader(reader), Values::Real(values)) => {
                batch.read(reader, values)?;
            }
            (ColumnReader::ByteArrayColumnReader(reader), Values::Texts(values)) => {
                batch.read(reader, values)?;
            }
            _ => unreachable!("values are of the reader's type from the beginning"),
        }
        self.lay_out();
        Ok(())
    }

    /// Finds out where values are, from their levels.
    fn lay_out(&mut self) {
        self.places.clear();
        self.starts.clear();
        let [most_defined, most_repeated] = self.levels;
        if most_repeated > 0 {
            let mut values = 0;
            for (defined, repeated) in self.defined.iter().zip(&self.repeated) {
                if *repeated == 0 {
                    self.starts.push(values);
                }
                // A list that is empty has one cell, which stands for none.
                values += usize::from(*defined == most_defined);
            }
        } else if self.defined.iter().any(|level| *level != most_defined) {
            let mut values = 0;
            self.places.extend(self.defined.iter().map(|level| match *level == most_defined {
                true => {
                    values += 1;
                    values - 1
                }
                false => NOWHERE,
            }));
        }
    }

    /// Whether a row is one cell, and no list.
    pub(super) fn is_flat(&self) -> bool {
        self.levels[1] == 0
    }

    /// Whether each cell of the batch has a value.
    pub(super) fn is_full(&self) -> bool {
        self.places.is_empty()
    }

    /// Whether values are whole numbers.
    pub(super) fn is_whole(&self) -> bool {
        matches!(self.values, Values::Small(_) | Values::Whole(_))
    }

    /// The cells of a row of the batch.
    pub(super) fn row(&self, row: usize) -> Range<usize> {
        if self.is_flat() {
            return row..row + 1;
        }
        let end = self.starts.get(row + 1).copied().unwrap_or(self.len());
        self.starts.get(row).map_or(0..0, |&start| start..end)
    }

    fn len(&self) -> usize {
        match &self.values {
            Values::Flags(values) => values.len(),
            Values::Small(values) => values.len(),
            Values::Whole(values) => values.len(),
            Values::Short(values) => values.len(),
            Values::Real(values) => values.len(),
            Values::Texts(values) => values.len(),
        }
    }

    /// What a cell holds, if anything.
    pub(super) fn cell(&self, cell: usize) -> Option<Cell<'_>> {
        let place = match self.places.get(cell) {
            Some(&NOWHERE) => return None,
            Some(&place) => place as usize,
            None => cell,
        };
        match &self.values {
            Values::Flags(values) => values.get(place).map(|flag| Cell::Whole((*flag).into())),
            Values::Small(values) => values.get(place).map(|number| Cell::Whole(unsigned(*number))),
            Values::Whole(values) => values.get(place).copied().map(Cell::Whole),
            Values::Short(values) => values.get(place).map(|number| Cell::Real((*number).into())),
            Values::Real(values) => values.get(place).copied().map(Cell::Real),
            Values::Texts(values) => {
                values.get(place).map(|text| Cell::Text(String::from_utf8_lossy(text.data())))
            }
        }
    }

    /// Goes over the whole numbers that are there, in order, until `each` has had enough.
    pub(super) fn wholes(&self, each: impl FnMut(i64) -> ControlFlow<()>) -> ControlFlow<()> {
        match &self.values {
            Values::Small(values) => values.iter().copied().map(unsigned).try_for_each(each),
            Values::Whole(values) => values.iter().copied().try_for_each(each),
            _ => ControlFlow::Continue(()),
        }
    }

    /// Whether all whole numbers are within a range.
    pub(super) fn within(&self, range: Range<i64>) -> bool {
        self.wholes(|number| match range.contains(&number) {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(()),
        })
        .is_continue()
    }

    /// Whether values are texts, and all the same.
    pub(super) fn says_only(&self, text: &str) -> bool {
        let same = |value: &ByteArray| value.data() == text.as_bytes();
        matches!(&self.values, Values::Texts(values) if values.iter().all(same))
    }
}

/// A number as it was before it was written.
fn unsigned(number: i32) -> i64 {
    i64::from(number as u32)
}

/// What is read at once.
struct Batch<'b> {
    /// Rows to pass over, and to read then.
    rows: [usize; 2],
    levels: [i16; 2],
    defined: &'b mut Vec<i16>,
    repeated: &'b mut Vec<i16>,
}

impl Batch<'_> {
    fn read<T: DataType>(
        &mut self,
        reader: &mut ColumnReaderImpl<T>,
        values: &mut Vec<T::T>,
    ) -> Result<(), ParquetError> {
        values.clear();
        let [passed, rows] = self.rows;
        let over = if passed > 0 { reader.skip_records(passed)? } else { 0 };
        let [defined, repeated] = self.levels.map(|level| level > 0);
        let (found, _, _) = reader.read_records(
            rows,
            defined.then_some(&mut *self.defined),
            repeated.then_some(&mut *self.repeated),
            values,
        )?;
        if (over, found) != (passed, rows) {
            return Err(ParquetError::General("a column ends before the others".into()));
        }
        Ok(())
    }
}
