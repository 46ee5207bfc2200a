//! A Parquet file's rows, one after the other, of the columns that are wanted.
//!
//! Read column by column, a batch of rows at a time, so that a file may be larger than memory. Columns may stand in any order and
//! have others beside them, as after another program has written the file again.

use std::collections::VecDeque;
use std::fs::File;
use std::path::Path;

use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType};
use parquet::errors::ParquetError;
use parquet::file::reader::FileReader;
use parquet::file::serialized_reader::SerializedFileReader;

use super::tables::Columns;
use melody_core::input::{Problem, open, unpackable};
use melody_lab::export::{Cell, Column};

/// Rows in memory at most.
const BATCH: usize = 4_096;

/// The rows of a file.
pub(super) struct Rows {
    /// The file's name in messages.
    file: String,
    reader: SerializedFileReader<File>,
    columns: Columns,
    /// Where each wanted column stands in the file.
    places: Vec<usize>,
    /// The row group that comes next.
    group: usize,
    /// Columns of the one that is read, and its rows that are left.
    open: Vec<ColumnReader>,
    left: usize,
    waiting: VecDeque<Vec<Cell>>,
    /// The number of the row that was given last, from 1.
    row: usize,
}

/// A row, with its file and number.
pub(super) struct Row<'a> {
    rows: &'a Rows,
    cells: Vec<Cell>,
}

impl Rows {
    /// Opens a file that must have these columns.
    ///
    /// # Errors
    /// When it cannot be read, or lacks a column.
    pub(super) fn open(path: &Path, columns: Columns) -> Result<Self, Problem> {
        let file = path.display().to_string();
        let opened = open(path).map_err(|error| {
            error.problems.into_iter().next().unwrap_or_else(|| Problem::new(&file, "is not there"))
        })?;
        let reader = SerializedFileReader::new(opened).map_err(|e| damaged(&file, &e))?;
        let schema = reader.metadata().file_metadata().schema_descr();
        let mut places = Vec::new();
        for (name, kind) in columns {
            let found = schema.columns().iter().position(|column| column.path().parts() == [*name]);
            let place = found.ok_or_else(|| {
                Problem::new(&file, "the column is missing")
                    .field(*name)
                    .help("a table of a data set of feedback is read here")
            })?;
            let column = schema.column(place);
            if column.max_rep_level() > 0 || !fits(*kind, column.physical_type()) {
                let is = column.physical_type();
                let message = format!("holds {is}, where {} is needed", needed(*kind));
                return Err(Problem::new(&file, message).field(*name));
            }
            places.push(place);
        }
        let mut groups = reader.metadata().row_groups().iter();
        groups.try_for_each(|group| unpackable(&file, group, places.iter().copied()))?;
        Ok(Rows {
            file,
            reader,
            columns,
            places,
            group: 0,
            open: Vec::new(),
            left: 0,
            waiting: VecDeque::new(),
            row: 0,
        })
    }

    /// A value of the file's metadata.
    pub(super) fn note(&self, key: &str) -> Option<String> {
        let notes = self.reader.metadata().file_metadata().key_value_metadata()?;
        notes.iter().find(|note| note.key == key)?.value.clone()
    }

    /// The next row.
    ///
    /// # Errors
    /// When the file is damaged, or packed in a way that is not read here.
    pub(super) fn next(&mut self) -> Result<Option<Row<'_>>, Problem> {
        if self.waiting.is_empty() {
            self.read().map_err(|error| damaged(&self.file, &error))?;
        }
        let Some(cells) = self.waiting.pop_front() else { return Ok(None) };
        self.row += 1;
        Ok(Some(Row { rows: self, cells }))
    }

    /// Reads the next batch, if there is one.
    fn read(&mut self) -> Result<(), ParquetError> {
        while self.left == 0 {
            if self.group == self.reader.num_row_groups() {
                return Ok(());
            }
            let group = self.reader.get_row_group(self.group)?;
            let open = self.places.iter().map(|place| group.get_column_reader(*place));
            self.open = open.collect::<Result<_, _>>()?;
            self.left = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
            self.group += 1;
        }
        let many = self.left.min(BATCH);
        let mut rows: VecDeque<Vec<Cell>> = (0..many).map(|_| Vec::new()).collect();
        let schema = self.reader.metadata().file_metadata().schema_descr_ptr();
        for (column, place) in self.open.iter_mut().zip(&self.places) {
            let may_lack = schema.column(*place).max_def_level() > 0;
            let cells = batch(column, many, may_lack)?;
            rows.iter_mut().zip(cells).for_each(|(row, cell)| row.push(cell));
        }
        self.left -= many;
        self.waiting = rows;
        Ok(())
    }
}

impl Row<'_> {
    /// A problem with this row.
    pub(super) fn problem(&self, column: &str, message: impl Into<String>) -> Problem {
        let field = format!("row {}, {column}", self.rows.row);
        Problem::new(&self.rows.file, message).field(field)
    }

    fn cell(&self, column: &str) -> &Cell {
        let place = self.rows.columns.iter().position(|(name, _)| *name == column);
        place.and_then(|place| self.cells.get(place)).unwrap_or(&Cell::Unknown)
    }

    pub(super) fn some_text(&self, column: &str) -> Option<&str> {
        if let Cell::Text(text) = self.cell(column) { Some(text) } else { None }
    }

    pub(super) fn text(&self, column: &str) -> Result<&str, Problem> {
        self.some_text(column).ok_or_else(|| self.problem(column, "is null"))
    }

    /// A count or a time.
    pub(super) fn some_count<T: TryFrom<i64>>(&self, column: &str) -> Result<Option<T>, Problem> {
        let Cell::Whole(whole) = self.cell(column) else { return Ok(None) };
        let count = T::try_from(*whole);
        count.map(Some).map_err(|_| self.problem(column, format!("{whole} is out of range")))
    }

    pub(super) fn count<T: TryFrom<i64>>(&self, column: &str) -> Result<T, Problem> {
        self.some_count(column)?.ok_or_else(|| self.problem(column, "is null"))
    }

    pub(super) fn some_number(&self, column: &str) -> Option<f64> {
        if let Cell::Number(number) = self.cell(column) { Some(*number) } else { None }
    }

    pub(super) fn number(&self, column: &str) -> Result<f64, Problem> {
        self.some_number(column).ok_or_else(|| self.problem(column, "is null"))
    }

    pub(super) fn flag(&self, column: &str) -> Result<bool, Problem> {
        match self.cell(column) {
            Cell::Flag(flag) => Ok(*flag),
            _ => Err(self.problem(column, "is null")),
        }
    }
}

fn damaged(file: &str, error: &ParquetError) -> Problem {
    Problem::new(file, format!("cannot be read on: {error}")).field("(whole file)")
}

fn fits(kind: Column, physical: parquet::basic::Type) -> bool {
    use parquet::basic::Type;
    match kind {
        Column::Text => physical == Type::BYTE_ARRAY,
        Column::Whole => matches!(physical, Type::INT64 | Type::INT32),
        Column::Number => matches!(physical, Type::DOUBLE | Type::FLOAT),
        Column::Flag => physical == Type::BOOLEAN,
    }
}

fn needed(kind: Column) -> &'static str {
    match kind {
        Column::Text => "a text",
        Column::Whole => "a whole number",
        Column::Number => "a number",
        Column::Flag => "true or false",
    }
}

/// The next so many cells of a column; `may_lack`: some may not be there.
fn batch(
    column: &mut ColumnReader,
    many: usize,
    may_lack: bool,
) -> Result<Vec<Cell>, ParquetError> {
    match column {
        ColumnReader::ByteArrayColumnReader(column) => cells(column, many, may_lack, text),
        ColumnReader::Int64ColumnReader(column) => {
            cells(column, many, may_lack, |whole| Ok(Cell::Whole(whole)))
        }
        ColumnReader::Int32ColumnReader(column) => {
            cells(column, many, may_lack, |whole| Ok(Cell::Whole(whole.into())))
        }
        ColumnReader::DoubleColumnReader(column) => {
            cells(column, many, may_lack, |number| Ok(Cell::Number(number)))
        }
        ColumnReader::FloatColumnReader(column) => {
            cells(column, many, may_lack, |number| Ok(Cell::Number(number.into())))
        }
        ColumnReader::BoolColumnReader(column) => {
            cells(column, many, may_lack, |flag| Ok(Cell::Flag(flag)))
        }
        _ => Err(ParquetError::General("a column of a type that is not read here".into())),
    }
}

fn text(bytes: ByteArray) -> Result<Cell, ParquetError> {
    let text = bytes.as_utf8()?;
    Ok(Cell::Text(text.into()))
}

fn cells<T: DataType>(
    column: &mut ColumnReaderImpl<T>,
    many: usize,
    may_lack: bool,
    cell: impl Fn(T::T) -> Result<Cell, ParquetError>,
) -> Result<Vec<Cell>, ParquetError> {
    let (mut values, mut there) = (Vec::new(), Vec::new());
    let mut read = 0;
    while read < many {
        let levels = may_lack.then_some(&mut there);
        let (rows, ..) = column.read_records(many - read, levels, None, &mut values)?;
        if rows == 0 {
            return Err(ParquetError::EOF("a column is shorter than its row group".into()));
        }
        read += rows;
    }
    let mut values = values.into_iter();
    let mut next = || values.next().map_or(Ok(Cell::Unknown), &cell);
    match may_lack {
        true => {
            there.iter().map(|level| if *level == 0 { Ok(Cell::Unknown) } else { next() }).collect()
        }
        false => (0..many).map(|_| next()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use melody_lab::export::Sheet;

    const TABLE: Columns = &[
        ("song", Column::Text),
        ("step", Column::Whole),
        ("ratio", Column::Number),
        ("liked", Column::Flag),
    ];

    #[test]
    fn rows_come_as_they_were_written_over_batches_and_groups() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.parquet");
        let mut sheet = Sheet::noted(&path, TABLE, &[("what", "songs")]).unwrap();
        let row = |i: usize| -> Vec<Cell> {
            let there = !i.is_multiple_of(3);
            vec![
                Cell::of(there.then(|| format!("song {}", i % 700)).as_deref()),
                i.into(),
                Cell::of((!i.is_multiple_of(5)).then_some(i as f64 / 8.0)),
                i.is_multiple_of(2).into(),
            ]
        };
        let many = 100_000 + BATCH + 7;
        (0..many).for_each(|i| sheet.push(row(i)).unwrap());
        sheet.finish().unwrap();
        // In another order, and not all of them.
        const WANTED: Columns =
            &[("liked", Column::Flag), ("song", Column::Text), ("ratio", Column::Number)];
        let mut rows = Rows::open(&path, WANTED).unwrap();
        assert_eq!(rows.note("what").as_deref(), Some("songs"));
        for i in 0..many {
            let read = rows.next().unwrap().unwrap();
            let [song, _, ratio, liked] = row(i).try_into().unwrap();
            assert_eq!(read.cells, [liked, song, ratio], "{i}");
        }
        assert!(rows.next().unwrap().is_none());
    }

    #[test]
    fn what_is_missing_or_of_another_type_is_told_with_its_row() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.parquet");
        let mut sheet = Sheet::noted(&path, TABLE, &[]).unwrap();
        sheet.push(vec![Cell::Unknown, Cell::Whole(-1), Cell::Unknown, Cell::Unknown]).unwrap();
        sheet.finish().unwrap();
        let told = |columns| Rows::open(&path, columns).err().unwrap().to_string();
        assert!(told(&[("place", Column::Whole)]).contains("place: the column is missing"));
        let other = told(&[("step", Column::Text)]);
        assert!(other.contains("step: holds INT64, where a text is needed"), "{other}");
        let mut rows = Rows::open(&path, TABLE).unwrap();
        let row = rows.next().unwrap().unwrap();
        let [null, small] =
            [row.text("song").err(), row.count::<u32>("step").err()].map(Option::unwrap);
        assert!(null.to_string().ends_with("t.parquet: row 1, song: is null"), "{null}");
        assert!(small.to_string().ends_with("row 1, step: -1 is out of range"), "{small}");
    }

    #[test]
    fn a_damaged_file_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.parquet");
        let mut sheet = Sheet::noted(&path, TABLE, &[]).unwrap();
        (0..50).for_each(|i: u32| {
            sheet.push(vec!["a".into(), i.into(), 0.5.into(), true.into()]).unwrap();
        });
        sheet.finish().unwrap();
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
        assert!(Rows::open(&path, TABLE).is_err());
        // A page's header is gone.
        let mut changed = whole;
        changed[4..40].fill(0xff);
        std::fs::write(&path, changed).unwrap();
        let read = Rows::open(&path, TABLE).and_then(|mut rows| rows.next().map(|_| ()));
        assert!(read.unwrap_err().to_string().contains("cannot be read on"));
    }
}
