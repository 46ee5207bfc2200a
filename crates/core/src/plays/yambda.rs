//! Yambda (Yandex, 2025): billions of plays in Parquet, each in a row (`flat`), or each listener's in a row of lists (`sequential`).
//!
//! Read column by column, a batch of rows at a time, so that what is in memory does not grow with the file. Which event a row is a
//! column says, or the file's name: likes and dislikes may be taken back. Times count from the data set's own beginning, in steps
//! of five seconds.

use std::fs::File;
use std::path::Path;

use parquet::basic::Compression;
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::DataType;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, RowGroupReader};
use parquet::file::serialized_reader::SerializedFileReader;

use super::clock;
use super::format::{About, Role};
use super::marks::{Mark, Of, Saying};
use super::play::Play;
use super::record::{Found, Refused};
use crate::input::{InputError, Problem, Progress, open};

pub(super) static EVENTS: About = About {
    name: "yambda",
    what: "Yambda (data set)",
    files: "listens.parquet, likes.parquet, dislikes.parquet, unlikes.parquet, undislikes.parquet, multi_event.parquet; flat and \
            sequential",
    told_by: "Parquet with the columns `uid`, `timestamp`, `item_id`",
    reads: "uid, timestamp (seconds), item_id, played_ratio_pct (over 100: rewound), track_length_seconds, is_organic (chosen by \
            hand), event_type",
    gives: &["time", "length", "heard", "liked"],
    source: "Ploshkin et al., Yambda-5B, RecSys 2025, README of yandex/yambda",
    role: Role::Plays,
    tells: |_| None,
    begins: |_, _| Box::new(|_| Err(Refused::reason("not Parquet"))),
};

/// Rows read at once: of plays, and of listeners with all theirs.
const ROWS: [usize; 2] = [8_192, 16];
const NEEDED: [&str; 3] = ["uid", "timestamp", "item_id"];
const COLUMNS: [&str; 7] = [
    "uid",
    "timestamp",
    "item_id",
    "is_organic",
    "played_ratio_pct",
    "track_length_seconds",
    "event_type",
];

/// Whether a file is one of Parquet.
pub(super) fn is_parquet(path: &Path) -> bool {
    use std::io::Read;
    let mut start = [0; 4];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut start));
    read.is_ok() && &start == b"PAR1"
}

/// A value of a column, or of a list in it.
#[derive(Clone, Debug, PartialEq)]
enum Value {
    Number(f64),
    Text(String),
}

/// A batch of a column: values in order, and where each row's begin.
struct Batch {
    values: Vec<Option<Value>>,
    starts: Vec<usize>,
}

impl Batch {
    fn row(&self, row: usize) -> &[Option<Value>] {
        let end = self.starts.get(row + 1).copied().unwrap_or(self.values.len());
        self.starts.get(row).and_then(|&start| self.values.get(start..end)).unwrap_or_default()
    }
}

/// Reads every event of a file and hands it to `take`, with the number of its row, from 1.
///
/// # Errors
/// When the file cannot be read, lacks a column, or is packed in a way that is not read here; when `take` fails.
pub(super) fn read(
    path: &Path,
    progress: Progress,
    take: &mut dyn FnMut(usize, Result<Found, Refused>) -> Result<(), InputError>,
) -> Result<(), InputError> {
    let name = path.display().to_string();
    let failed = |error: ParquetError| -> InputError {
        Problem::new(&name, format!("cannot be read on: {error}"))
            .field("(whole file)")
            .help("the file is damaged; get it again")
            .into()
    };
    let file = open(path)?;
    let size = file.metadata().map_or(0, |data| data.len());
    let reader = SerializedFileReader::new(file).map_err(failed)?;
    let schema = reader.metadata().file_metadata().schema_descr_ptr();
    let place = |wanted: &str| {
        schema
            .columns()
            .iter()
            .position(|column| column.path().parts().first().is_some_and(|n| n == wanted))
    };
    let missing: Vec<Problem> = NEEDED
        .into_iter()
        .filter(|column| place(column).is_none())
        .map(|column| {
            let message = format!("the column `{column}` is missing");
            Problem::new(&name, message).field(column).help("of Parquet, Yambda's events are read")
        })
        .collect();
    if !missing.is_empty() {
        return Err(InputError { problems: missing });
    }
    let lists = place("item_id").is_some_and(|place| schema.column(place).max_rep_level() > 0);
    let kind = kind_of_file(&name);
    let mut first_row = 1;
    let groups = reader.num_row_groups();
    for group in 0..groups {
        let rows = reader.get_row_group(group).map_err(failed)?;
        let mut columns = Vec::new();
        for column in COLUMNS {
            let Some(place) = place(column) else {
                columns.push(None);
                continue;
            };
            readable(&name, rows.as_ref(), place)?;
            let descriptor = schema.column(place);
            let levels = [descriptor.max_def_level(), descriptor.max_rep_level()];
            columns.push(Some((rows.get_column_reader(place).map_err(failed)?, levels)));
        }
        let mut left = usize::try_from(rows.metadata().num_rows()).unwrap_or(0);
        while left > 0 {
            let many = left.min(ROWS[usize::from(lists)]);
            let mut batch = Vec::new();
            for column in &mut columns {
                batch.push(match column {
                    None => None,
                    Some((reader, levels)) => Some(values(reader, *levels, many).map_err(failed)?),
                });
            }
            for row in 0..many {
                events(&batch, row, kind, &mut |found| take(first_row + row, found))?;
            }
            first_row += many;
            left -= many;
        }
        progress(size / groups as u64);
    }
    Ok(())
}

/// Whether the packing of a column is one of those that are read here.
fn readable(name: &str, rows: &dyn RowGroupReader, place: usize) -> Result<(), InputError> {
    let packed = rows.metadata().column(place).compression();
    let known = matches!(
        packed,
        Compression::UNCOMPRESSED
            | Compression::SNAPPY
            | Compression::GZIP(_)
            | Compression::LZ4
            | Compression::LZ4_RAW
    );
    if known {
        return Ok(());
    }
    let help = "write it anew, for example by `COPY (FROM 'listens.parquet') TO 'snappy.parquet' (CODEC snappy)` in DuckDB";
    Err(Problem::new(name, format!("its columns are packed by {packed}, which is not read here"))
        .field("(whole file)")
        .help(help)
        .into())
}

/// What a file's name says its rows are.
fn kind_of_file(name: &str) -> &'static str {
    let file = name.rsplit(['/', '\\']).next().unwrap_or_default().to_lowercase();
    ["undislike", "unlike", "dislike", "like"]
        .into_iter()
        .find(|kind| file.contains(kind))
        .unwrap_or("listen")
}

/// The next rows of a column.
fn values(reader: &mut ColumnReader, levels: [i16; 2], rows: usize) -> Result<Batch, ParquetError> {
    let whole = |number: f64| Value::Number(number);
    match reader {
        ColumnReader::BoolColumnReader(reader) => {
            typed(reader, levels, rows, |flag| whole(f64::from(u8::from(*flag))))
        }
        // Parquet has no unsigned numbers of its own: a large one is written as a negative.
        ColumnReader::Int32ColumnReader(reader) => {
            typed(reader, levels, rows, |number| whole(f64::from(*number as u32)))
        }
        ColumnReader::Int64ColumnReader(reader) => {
            typed(reader, levels, rows, |number| whole(*number as f64))
        }
        ColumnReader::FloatColumnReader(reader) => {
            typed(reader, levels, rows, |number| whole(f64::from(*number)))
        }
        ColumnReader::DoubleColumnReader(reader) => {
            typed(reader, levels, rows, |number| whole(*number))
        }
        ColumnReader::ByteArrayColumnReader(reader) => typed(reader, levels, rows, |text| {
            Value::Text(String::from_utf8_lossy(text.data()).into_owned())
        }),
        _ => Err(ParquetError::General("a column of another type than numbers and texts".into())),
    }
}

fn typed<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    [most_defined, most_repeated]: [i16; 2],
    rows: usize,
    value: impl Fn(&T::T) -> Value,
) -> Result<Batch, ParquetError> {
    let (mut defined, mut repeated, mut read) = (Vec::new(), Vec::new(), Vec::new());
    let levels = most_defined > 0;
    let (found, _, _) = reader.read_records(
        rows,
        levels.then_some(&mut defined),
        (most_repeated > 0).then_some(&mut repeated),
        &mut read,
    )?;
    if found != rows {
        return Err(ParquetError::General("a column ends before the others".into()));
    }
    let mut batch = Batch { values: Vec::new(), starts: Vec::new() };
    let mut read = read.iter();
    if !levels {
        defined = vec![most_defined; rows];
    }
    for (cell, level) in defined.into_iter().enumerate() {
        if repeated.get(cell).copied().unwrap_or(0) == 0 {
            batch.starts.push(batch.values.len());
        }
        // A list that is empty has one cell, which stands for none.
        if level == most_defined {
            batch.values.push(read.next().map(&value));
        } else if most_repeated == 0 {
            batch.values.push(None);
        }
    }
    Ok(batch)
}

/// The events of a row: one, or a list of them.
fn events(
    batch: &[Option<Batch>],
    row: usize,
    kind: &'static str,
    take: &mut dyn FnMut(Result<Found, Refused>) -> Result<(), InputError>,
) -> Result<(), InputError> {
    let cells = |column: usize| batch[column].as_ref().map_or(&[][..], |batch| batch.row(row));
    let many = cells(2).len();
    for (column, name) in COLUMNS.into_iter().enumerate().skip(1) {
        if batch[column].is_some() && cells(column).len() != many {
            return take(Err(Refused::reason(&format!("{name}: not as many as there are items"))));
        }
    }
    let listener = cells(0).first().cloned().flatten();
    for place in 0..many {
        let of = |column: usize| cells(column).get(place).cloned().flatten();
        take(event(listener.as_ref(), kind, &of))?;
    }
    Ok(())
}

fn event(
    listener: Option<&Value>,
    kind: &str,
    of: &dyn Fn(usize) -> Option<Value>,
) -> Result<Found, Refused> {
    let number = |column: usize| match of(column) {
        Some(Value::Number(number)) if number.is_finite() => Some(number),
        _ => None,
    };
    let identifier = |value: &Value| match value {
        Value::Number(number) => format!("{number:.0}"),
        Value::Text(text) => text.clone(),
    };
    let listener = listener.map(identifier).ok_or(Refused::missing("uid"))?;
    let song = of(2).as_ref().map(identifier).ok_or(Refused::missing("item_id"))?;
    let seconds = number(1).ok_or(Refused::missing("timestamp"))?;
    let wrong = || Refused::value("timestamp", "not a time", &seconds.to_string());
    let time_ms = Some(clock::seconds(seconds).ok_or_else(wrong)?);
    let told = match of(6) {
        Some(Value::Text(kind)) => kind,
        _ => kind.to_string(),
    };
    let saying = match told.as_str() {
        "listen" => {
            let ratio = number(4).map(|percent| (percent / 100.0).clamp(0.0, 1.0) as f32);
            let length = number(5).filter(|s| (1.0..86_400.0).contains(s));
            return Ok(Found::Play(Play {
                listener: Some(listener),
                song: Some(song),
                time_ms,
                play_ratio: ratio,
                duration_ms: length.map(|seconds| (seconds * 1_000.0) as u32),
                opened: number(3).map(|organic| organic != 0.0),
                ..Play::default()
            }));
        }
        "like" => Saying::Liked,
        "dislike" => Saying::Hated,
        "unlike" => Saying::NotLiked,
        "undislike" => Saying::NotHated,
        other => return Err(Refused::value("event_type", "not one of Yambda's", other)),
    };
    Ok(Found::Mark(Mark { listener: Some(listener), of: Of::Song(song), time_ms, saying }))
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::sync::Arc;

    use parquet::data_type::{ByteArrayType, Int64Type};
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;

    /// A column of whole numbers or texts with its levels.
    enum Told<'a> {
        Numbers(&'a [i64], Option<[&'a [i16]; 2]>),
        Texts(&'a [&'a str]),
    }

    fn write(path: &Path, schema: &str, columns: &[Told]) {
        let schema = Arc::new(parse_message_type(schema).unwrap());
        let mut file =
            SerializedFileWriter::new(File::create(path).unwrap(), schema, Arc::default()).unwrap();
        let mut group = file.next_row_group().unwrap();
        for column in columns {
            let mut writer = group.next_column().unwrap().unwrap();
            match column {
                Told::Numbers(numbers, levels) => {
                    let [defined, repeated] = levels.map_or([None, None], |l| l.map(Some));
                    writer.typed::<Int64Type>().write_batch(numbers, defined, repeated).unwrap();
                }
                Told::Texts(texts) => {
                    let texts: Vec<_> = texts.iter().map(|text| (*text).into()).collect();
                    writer.typed::<ByteArrayType>().write_batch(&texts, None, None).unwrap();
                }
            }
            writer.close().unwrap();
        }
        group.close().unwrap();
        file.close().unwrap();
    }

    type Numbered = Vec<(usize, Result<Found, Refused>)>;

    fn read_all(path: &Path) -> Result<Numbered, InputError> {
        let mut all = Vec::new();
        read(path, &|_| {}, &mut |row, found| {
            all.push((row, found));
            Ok(())
        })?;
        Ok(all)
    }

    fn listen(listener: &str, song: &str, time: i64, ratio: f32) -> Found {
        Found::Play(Play {
            listener: Some(listener.into()),
            song: Some(song.into()),
            time_ms: Some(time),
            play_ratio: Some(ratio),
            ..Play::default()
        })
    }

    #[test]
    fn a_row_is_an_event_and_its_kind_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("multi_event.parquet");
        let schema = "message m { required int64 uid; required int64 timestamp; required int64 item_id; \
                      required int64 is_organic; required int64 played_ratio_pct; \
                      required int64 track_length_seconds; required binary event_type (UTF8); }";
        let all = |numbers| Told::Numbers(numbers, None);
        write(
            &path,
            schema,
            &[
                all(&[1, 1, 2, 2]),
                all(&[5, 10, 15, 20]),
                all(&[7, 7, 8, 9]),
                all(&[1, 0, 0, 0]),
                all(&[130, 0, 50, 0]),
                all(&[200, 200, 100, 0]),
                Told::Texts(&["listen", "like", "listen", "dance"]),
            ],
        );
        let found = read_all(&path).unwrap();
        let Found::Play(first) = found[0].1.clone().unwrap() else { panic!("{found:?}") };
        assert_eq!((first.play_ratio, first.duration_ms), (Some(1.0), Some(200_000)));
        assert_eq!((first.opened, first.time_ms), (Some(true), Some(5_000)));
        let liked = Mark {
            listener: Some("1".into()),
            of: Of::Song("7".into()),
            time_ms: Some(10_000),
            saying: Saying::Liked,
        };
        assert_eq!(found[1], (2, Ok(Found::Mark(liked))));
        let wrong = Refused::value("event_type", "not one of Yambda's", "dance");
        assert_eq!(found[3], (4, Err(wrong)));
    }

    #[test]
    fn a_listeners_lists_are_as_many_events() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("listens.parquet");
        let list = |name: &str| {
            format!(
                "required group {name} (LIST) {{ repeated group list {{ required int64 element; }} }}"
            )
        };
        let lists: String = ["timestamp", "item_id", "played_ratio_pct"].map(list).concat();
        let schema = format!("message m {{ required int64 uid; {lists} }}");
        // The second listener has none.
        let levels: Option<[&[i16]; 2]> = Some([&[1, 1, 0, 1], &[0, 1, 0, 0]]);
        let of = |numbers| Told::Numbers(numbers, levels);
        write(
            &path,
            &schema,
            &[Told::Numbers(&[1, 2, 3], None), of(&[5, 10, 5]), of(&[7, 8, 9]), of(&[50, 100, 20])],
        );
        let all = [
            (1, Ok(listen("1", "7", 5_000, 0.5))),
            (1, Ok(listen("1", "8", 10_000, 1.0))),
            (3, Ok(listen("3", "9", 5_000, 0.2))),
        ];
        assert_eq!(read_all(&path).unwrap(), all);
    }

    #[test]
    fn other_tables_are_refused_by_their_columns() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.parquet");
        write(&path, "message m { required int64 uid; }", &[Told::Numbers(&[1], None)]);
        let problems = read_all(&path).unwrap_err().problems;
        let fields: Vec<_> = problems.iter().map(|problem| problem.field.as_deref()).collect();
        assert_eq!(fields, [Some("timestamp"), Some("item_id")]);
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() - 9]).unwrap();
        assert!(read_all(&path).unwrap_err().to_string().contains("cannot be read on"));
        assert!(is_parquet(&path) && !is_parquet(folder.path()));
        assert_eq!(kind_of_file("a/flat/unlikes.parquet"), "unlike");
    }
}
