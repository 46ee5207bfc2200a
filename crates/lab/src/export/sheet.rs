//! A table written row by row: CSV, or Parquet where the file's name ends so.
//!
//! Parquet is the one columnar file that pandas, Polars, DuckDB and Spark all open by themselves. It is written without the `arrow`
//! part of its crate: these tables are flat, and a column of a flat table is its values and which of them are there.

use std::path::Path;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;

use melody_core::output::{Draft, Kind, Mark, may_write};

/// What a column holds. Any cell of it may be unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// UTF-8.
    Text,
    /// 64 bits, with a sign.
    Whole,
    /// 64 bits.
    Number,
    /// True or false.
    Flag,
}

/// A value of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Of a [`Column::Text`].
    Text(String),
    /// Of a [`Column::Whole`].
    Whole(i64),
    /// Of a [`Column::Number`].
    Number(f64),
    /// Of a [`Column::Flag`].
    Flag(bool),
    /// Of any column: null in Parquet, nothing in CSV.
    Unknown,
}

impl Cell {
    /// A number that was kept in 32 bits, as its shortest decimals read: 0.3, not 0.300000012.
    pub fn short(value: f32) -> Self {
        Cell::Number(value.to_string().parse().unwrap_or(f64::from(value)))
    }

    /// Unknown where there is none.
    pub fn of(value: Option<impl Into<Cell>>) -> Self {
        value.map_or(Cell::Unknown, Into::into)
    }

    fn words(self) -> String {
        match self {
            Cell::Text(text) => text,
            Cell::Whole(whole) => whole.to_string(),
            Cell::Number(number) => number.to_string(),
            Cell::Flag(flag) => flag.to_string(),
            Cell::Unknown => String::new(),
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Cell::Text(text.into())
    }
}

impl From<i64> for Cell {
    fn from(whole: i64) -> Self {
        Cell::Whole(whole)
    }
}

impl From<u32> for Cell {
    fn from(whole: u32) -> Self {
        Cell::Whole(whole.into())
    }
}

impl From<u64> for Cell {
    /// No count and no time comes near to what a sign takes away.
    fn from(whole: u64) -> Self {
        Cell::Whole(i64::try_from(whole).unwrap_or(i64::MAX))
    }
}

impl From<usize> for Cell {
    fn from(whole: usize) -> Self {
        Cell::from(whole as u64)
    }
}

impl From<f64> for Cell {
    fn from(number: f64) -> Self {
        Cell::Number(number)
    }
}

impl From<bool> for Cell {
    fn from(flag: bool) -> Self {
        Cell::Flag(flag)
    }
}

/// Rows that are in memory before they go to a Parquet file as a group.
const GROUP: usize = 100_000;
/// Bytes of texts that are in memory before they do.
const GROUP_BYTES: usize = 64 << 20;

/// A table being written. It takes its place when it is [finished](Sheet::finish).
pub struct Sheet {
    form: Form,
    rows: u64,
    name: String,
}

enum Form {
    Csv(Box<csv::Writer<Draft>>),
    Parquet(Box<Groups>),
}

/// A Parquet file, and the rows of its next group.
struct Groups {
    writer: SerializedFileWriter<Draft>,
    kinds: Vec<Column>,
    rows: Vec<Vec<Cell>>,
    /// Of these rows' texts.
    bytes: usize,
}

/// A table that is there may be anybody's: none is written over.
const TABLE: Kind = Kind { name: "table", mark: Mark::Never };

impl Sheet {
    /// Begins a table with these columns.
    ///
    /// # Errors
    /// When there is a file already, or none can be made.
    pub fn begin(
        path: &Path,
        columns: &[(&str, Column)],
        inputs: &[&Path],
    ) -> Result<Self, String> {
        may_write(path, TABLE, inputs)?;
        let draft = Draft::begin(path)?;
        let name = path.display().to_string();
        let form = match path.extension().is_some_and(|ending| ending == "parquet") {
            true => {
                Form::parquet(draft, columns, &[]).map_err(|error| format!("{name}: {error}"))?
            }
            false => Form::text(draft, b',', columns.iter().map(|(name, _)| *name), &name)?,
        };
        Ok(Sheet { form, rows: 0, name })
    }

    /// Begins a table in Parquet that says of itself what these notes say: keys and values of its metadata.
    ///
    /// # Errors
    /// As [`Sheet::begin`].
    pub fn noted(
        path: &Path,
        columns: &[(&str, Column)],
        notes: &[(&str, &str)],
    ) -> Result<Self, String> {
        may_write(path, TABLE, &[])?;
        let name = path.display().to_string();
        let form = Form::parquet(Draft::begin(path)?, columns, notes);
        let form = form.map_err(|error| format!("{name}: {error}"))?;
        Ok(Sheet { form, rows: 0, name })
    }

    /// Begins a table of text in a form of its own: parted by tabs, under a head as given.
    ///
    /// # Errors
    /// As [`Sheet::begin`].
    pub fn tabbed(path: &Path, head: &[&str]) -> Result<Self, String> {
        may_write(path, TABLE, &[])?;
        let name = path.display().to_string();
        let form = Form::text(Draft::begin(path)?, b'\t', head.iter().copied(), &name)?;
        Ok(Sheet { form, rows: 0, name })
    }

    /// Adds a row: a cell for each column, in order.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn push(&mut self, row: Vec<Cell>) -> Result<(), String> {
        self.rows += 1;
        let told = |error: &dyn std::fmt::Display| format!("{}: {error}", self.name);
        match &mut self.form {
            Form::Csv(writer) => {
                writer.write_record(row.into_iter().map(Cell::words)).map_err(|e| told(&e))
            }
            Form::Parquet(groups) => groups.push(row).map_err(|e| told(&e)),
        }
    }

    /// Rows so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The table is whole: it takes its place. Gives its number of rows.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn finish(self) -> Result<u64, String> {
        let Sheet { form, rows, name } = self;
        let told = |error: &dyn std::fmt::Display| format!("{name}: {error}");
        let draft = match form {
            Form::Csv(writer) => writer.into_inner().map_err(|e| told(&e.error()))?,
            Form::Parquet(mut groups) => {
                groups.write().map_err(|e| told(&e))?;
                groups.writer.into_inner().map_err(|e| told(&e))?
            }
        };
        draft.commit().map(|()| rows)
    }
}

impl Form {
    fn text<'a>(
        draft: Draft,
        between: u8,
        head: impl Iterator<Item = &'a str>,
        name: &str,
    ) -> Result<Self, String> {
        let mut writer = csv::WriterBuilder::new().delimiter(between).from_writer(draft);
        writer.write_record(head).map_err(|error| format!("{name}: {error}"))?;
        Ok(Form::Csv(Box::new(writer)))
    }

    fn parquet(
        draft: Draft,
        columns: &[(&str, Column)],
        notes: &[(&str, &str)],
    ) -> Result<Self, ParquetError> {
        let field = |(name, kind): &(&str, Column)| {
            let (physical, logical) = match kind {
                Column::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
                Column::Whole => (Physical::INT64, None),
                Column::Number => (Physical::DOUBLE, None),
                Column::Flag => (Physical::BOOLEAN, None),
            };
            let field = Type::primitive_type_builder(name, physical);
            let field = field.with_repetition(Repetition::OPTIONAL).with_logical_type(logical);
            field.build().map(Arc::new)
        };
        let fields = columns.iter().map(field).collect::<Result<Vec<_>, _>>()?;
        let schema = Type::group_type_builder("melody").with_fields(fields).build()?;
        let note = |(key, value): &(&str, &str)| KeyValue::new(key.to_string(), value.to_string());
        let notes: Vec<KeyValue> = notes.iter().map(note).collect();
        let packed = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_key_value_metadata((!notes.is_empty()).then_some(notes));
        let writer = SerializedFileWriter::new(draft, Arc::new(schema), Arc::new(packed.build()))?;
        let kinds = columns.iter().map(|(_, kind)| *kind).collect();
        Ok(Form::Parquet(Box::new(Groups { writer, kinds, rows: Vec::new(), bytes: 0 })))
    }
}

impl Groups {
    fn push(&mut self, row: Vec<Cell>) -> Result<(), ParquetError> {
        let bytes = |cell: &Cell| if let Cell::Text(text) = cell { text.len() } else { 0 };
        self.bytes += row.iter().map(bytes).sum::<usize>();
        self.rows.push(row);
        match self.rows.len() < GROUP && self.bytes < GROUP_BYTES {
            true => Ok(()),
            false => self.write(),
        }
    }

    /// Writes the waiting rows, column by column, and leaves none.
    fn write(&mut self) -> Result<(), ParquetError> {
        if self.rows.is_empty() {
            return Ok(());
        }
        self.bytes = 0;
        let rows = std::mem::take(&mut self.rows);
        let mut out = self.writer.next_row_group()?;
        for place in 0..self.kinds.len() {
            let mut column = out.next_column()?.expect("the schema has as many columns");
            let cells = || rows.iter().map(|row| &row[place]);
            let there: Vec<i16> = cells().map(|cell| i16::from(*cell != Cell::Unknown)).collect();
            match column.untyped() {
                ColumnWriter::ByteArrayColumnWriter(to) => {
                    let texts: Vec<ByteArray> = cells().filter_map(text).collect();
                    to.write_batch(&texts, Some(&there), None)?;
                }
                ColumnWriter::Int64ColumnWriter(to) => {
                    let wholes: Vec<i64> = cells().filter_map(whole).collect();
                    to.write_batch(&wholes, Some(&there), None)?;
                }
                ColumnWriter::DoubleColumnWriter(to) => {
                    let numbers: Vec<f64> = cells().filter_map(number).collect();
                    to.write_batch(&numbers, Some(&there), None)?;
                }
                ColumnWriter::BoolColumnWriter(to) => {
                    let flags: Vec<bool> = cells().filter_map(flag).collect();
                    to.write_batch(&flags, Some(&there), None)?;
                }
                _ => unreachable!("no column of another type is begun"),
            }
            column.close()?;
        }
        out.close().map(|_| ())
    }
}

fn text(cell: &Cell) -> Option<ByteArray> {
    if let Cell::Text(text) = cell { Some(text.as_str().into()) } else { None }
}

fn whole(cell: &Cell) -> Option<i64> {
    if let Cell::Whole(whole) = cell { Some(*whole) } else { None }
}

fn number(cell: &Cell) -> Option<f64> {
    if let Cell::Number(number) = cell { Some(*number) } else { None }
}

fn flag(cell: &Cell) -> Option<bool> {
    if let Cell::Flag(flag) = cell { Some(*flag) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    use parquet::file::reader::{FileReader, SerializedFileReader};

    const COLUMNS: [(&str, Column); 4] = [
        ("song", Column::Text),
        ("step", Column::Whole),
        ("ratio", Column::Number),
        ("liked", Column::Flag),
    ];

    fn rows() -> Vec<Vec<Cell>> {
        vec![
            vec!["a, \"b\"".into(), 3u32.into(), Cell::short(0.3), true.into()],
            vec![Cell::Unknown; 4],
            vec!["雨".into(), (-1i64).into(), 1.0.into(), false.into()],
        ]
    }

    fn written(name: &str) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        let mut sheet = Sheet::begin(&path, &COLUMNS, &[]).unwrap();
        rows().into_iter().try_for_each(|row| sheet.push(row)).unwrap();
        assert_eq!(sheet.finish(), Ok(3));
        (folder, path)
    }

    #[test]
    fn csv_leaves_unknown_cells_empty() {
        let (_folder, path) = written("t.csv");
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(
            text,
            "song,step,ratio,liked\n\"a, \"\"b\"\"\",3,0.3,true\n,,,\n雨,-1,1,false\n"
        );
        let again = Sheet::begin(&path, &COLUMNS, &[]).err().unwrap();
        assert!(again.contains("no table is written: there is something else already"), "{again}");
    }

    #[test]
    fn parquet_holds_the_same_cells() {
        let (_folder, path) = written("t.parquet");
        let reader = SerializedFileReader::new(std::fs::File::open(path).unwrap()).unwrap();
        let read: Vec<String> =
            reader.get_row_iter(None).unwrap().map(|r| r.unwrap().to_string()).collect();
        assert_eq!(read[0], "{song: \"a, \"b\"\", step: 3, ratio: 0.3, liked: true}");
        assert_eq!(read[1], "{song: null, step: null, ratio: null, liked: null}");
        assert_eq!(read[2], "{song: \"雨\", step: -1, ratio: 1.0, liked: false}");
    }

    #[test]
    fn long_texts_make_more_groups_and_notes_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.parquet");
        let mut sheet = Sheet::noted(&path, &COLUMNS[..1], &[("what", "texts")]).unwrap();
        let long = "long ".repeat(1 << 20);
        for _ in 0..14 {
            sheet.push(vec![long.as_str().into()]).unwrap();
        }
        assert_eq!(sheet.finish(), Ok(14));
        let reader = SerializedFileReader::new(std::fs::File::open(path).unwrap()).unwrap();
        assert_eq!((reader.num_row_groups(), reader.metadata().row_group(0).num_rows()), (2, 13));
        let notes = reader.metadata().file_metadata().key_value_metadata().unwrap();
        assert_eq!(notes, &[KeyValue::new("what".to_string(), "texts".to_string())]);
    }
}
