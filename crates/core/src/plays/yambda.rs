//! Yambda (Yandex, 2025): billions of plays in Parquet, each in a row (`flat`), or each listener's in a row of lists (`sequential`).
//!
//! Read column by column, a batch of rows at a time, so that what is in memory does not grow with the file; threads share the groups
//! of rows. Which event a row is a column says, or the file's name: likes and dislikes may be taken back. Times count from the data
//! set's own beginning, in steps of five seconds.
//!
//! Where one listener's plays are asked for, of ten thousand's, those of others are only counted (`events.rs`).

use std::path::Path;
use std::sync::{Arc, OnceLock};

use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::properties::ReaderProperties;
use parquet::file::reader::{FileReader, RowGroupReader};
use parquet::file::serialized_reader::{SerializedFileReader, SerializedRowGroupReader};

use super::columns::Column;
use super::events::{COLUMNS, Chunk, Group};
use super::format::{About, Format, Role};
use super::record::{Reading, Refused};
use crate::input::{InputError, Out, Problem, Progress, in_order, open, unpackable};

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
    begins: |_, _| Reading::each(|_| Err(Refused::reason("not Parquet"))),
};

const NEEDED: [&str; 3] = ["uid", "timestamp", "item_id"];

/// A file as its threads share it.
struct Shared<'a> {
    path: &'a Path,
    name: String,
    metadata: &'a ParquetMetaData,
    only: &'a OnceLock<String>,
    kind: &'static str,
}

/// Reads every event of a file and hands it to `take`. Once `only` says whose plays alone are wanted, those of others are counted.
///
/// # Errors
/// When the file cannot be read, lacks a column, or is packed in a way that is not read here; when `take` fails.
pub(super) fn read(
    path: &Path,
    only: &OnceLock<String>,
    progress: Progress,
    take: &mut dyn FnMut(Chunk) -> Result<(), InputError>,
) -> Result<(), InputError> {
    let name = path.display().to_string();
    let file = open(path)?;
    let size = file.metadata().map_or(0, |data| data.len());
    let reader = SerializedFileReader::new(file).map_err(|error| damaged(&name, &error))?;
    let metadata = reader.metadata();
    let missing: Vec<Problem> = NEEDED
        .into_iter()
        .filter(|column| place(metadata, column).is_none())
        .map(|column| {
            let message = format!("the column `{column}` is missing");
            Problem::new(&name, message).field(column).help("of Parquet, Yambda's events are read")
        })
        .collect();
    if !missing.is_empty() {
        return Err(InputError { problems: missing });
    }
    let kind = kind_of_file(&name);
    let shared = Shared { path, name, metadata, only, kind };
    let groups = metadata.num_row_groups();
    let mut next = (0, 1);
    in_order(
        &mut || {
            let (group, first_row) = next;
            let rows = (group < groups).then(|| rows_of(metadata.row_group(group)));
            next = (group + 1, first_row + rows.unwrap_or(0));
            Ok(rows.map(|_| (group, first_row)))
        },
        &|(group, first_row), out| {
            if let Err(error) = shared.group(group, first_row, out) {
                out(Err(error));
            }
        },
        &mut |chunk: Result<Chunk, InputError>| {
            let chunk = chunk?;
            let last = chunk.last;
            take(chunk)?;
            if last {
                progress(size / groups as u64);
            }
            Ok(())
        },
    )
}

fn damaged(name: &str, error: &ParquetError) -> InputError {
    Problem::new(name, format!("cannot be read on: {error}"))
        .field("(whole file)")
        .help("the file is damaged; get it again")
        .into()
}

fn rows_of(group: &RowGroupMetaData) -> usize {
    usize::try_from(group.num_rows()).unwrap_or(0)
}

/// Where a column is, if it is there.
fn place(metadata: &ParquetMetaData, wanted: &str) -> Option<usize> {
    let columns = metadata.file_metadata().schema_descr().columns();
    columns.iter().position(|column| column.path().parts().first().is_some_and(|n| n == wanted))
}

/// What a file's name says its rows are.
fn kind_of_file(name: &str) -> &'static str {
    let file = name.rsplit(['/', '\\']).next().unwrap_or_default().to_lowercase();
    ["undislike", "unlike", "dislike", "like"]
        .into_iter()
        .find(|kind| file.contains(kind))
        .unwrap_or("listen")
}

impl Shared<'_> {
    /// Reads a group of rows, the first of which has this number.
    fn group(
        &self,
        number: usize,
        first_row: usize,
        out: Out<Result<Chunk, InputError>>,
    ) -> Result<(), InputError> {
        let failed = |error: ParquetError| damaged(&self.name, &error);
        // Of its own, because a file that is shared has one place where it is read.
        let file = Arc::new(open(self.path)?);
        let metadata = self.metadata.row_group(number);
        let index = self.metadata.page_index_for_row_group(number);
        let properties = Arc::new(ReaderProperties::builder().build());
        let rows = SerializedRowGroupReader::new(file, metadata, index, properties);
        let rows = rows.map_err(failed)?;
        let schema = self.metadata.file_metadata().schema_descr();
        let mut columns = COLUMNS.map(|_| None);
        for (column, name) in columns.iter_mut().zip(COLUMNS) {
            let Some(place) = place(self.metadata, name) else { continue };
            unpackable(&self.name, metadata, [place])?;
            let descriptor = schema.column(place);
            let levels = [descriptor.max_def_level(), descriptor.max_rep_level()];
            let reader = rows.get_column_reader(place).map_err(failed)?;
            *column = Some(Column::new(reader, levels).map_err(failed)?);
        }
        let mut group = Group::new(columns, Format(&EVENTS), self.kind);
        let (mut row, end) = (first_row, first_row + rows_of(metadata));
        while row < end {
            let many = group.rows_at_once().min(end - row);
            let only = self.only.get().map(String::as_str);
            if !group.read(row, many, only, out).map_err(failed)? {
                return Ok(());
            }
            row += many;
        }
        group.end(out);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::fs::File;

    use crate::plays::columns::is_parquet;
    use crate::plays::made::Made;
    use crate::plays::marks::{Mark, Of, Saying};
    use crate::plays::play::Play;

    use parquet::basic::Compression;
    use parquet::data_type::{ByteArrayType, Int64Type};
    use parquet::file::properties::WriterProperties;
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;

    /// A column of whole numbers or texts with its levels.
    enum Told<'a> {
        Numbers(&'a [i64], Option<[&'a [i16]; 2]>),
        Texts(&'a [&'a str]),
    }

    fn write(path: &Path, schema: &str, columns: &[Told]) {
        packed(path, schema, columns, Compression::UNCOMPRESSED);
    }

    fn packed(path: &Path, schema: &str, columns: &[Told], by: Compression) {
        let schema = Arc::new(parse_message_type(schema).unwrap());
        let properties = Arc::new(WriterProperties::builder().set_compression(by).build());
        let file = File::create(path).unwrap();
        let mut file = SerializedFileWriter::new(file, schema, properties).unwrap();
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

    type Numbered = Vec<(usize, Made)>;

    fn read_all(path: &Path) -> Result<Numbered, InputError> {
        let mut all = Vec::new();
        read(path, &OnceLock::new(), &|_| {}, &mut |chunk| {
            all.extend(chunk.events);
            assert_eq!((chunk.others, chunk.names), (0, vec![]));
            Ok(())
        })?;
        Ok(all)
    }

    /// What is taken where one listener's plays alone are wanted: events, and how many of how many others were counted.
    fn read_only(path: &Path, listener: &str) -> (Numbered, u64, Vec<i64>) {
        let (mut all, mut others, mut names) = (Vec::new(), 0, Vec::new());
        read(path, &OnceLock::from(listener.to_string()), &|_| {}, &mut |chunk| {
            all.extend(chunk.events);
            others += chunk.others;
            names.extend(chunk.names);
            Ok(())
        })
        .unwrap();
        (all, others, names)
    }

    fn listen(listener: &str, song: &str, time: i64, ratio: f32) -> Made {
        Made::Play(Ok(Play {
            listener: Some(listener.into()),
            song: Some(song.into()),
            time_ms: Some(time),
            play_ratio: Some(ratio),
            ..Play::default()
        }))
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
        let Made::Play(Ok(first)) = &found[0].1 else { panic!("{found:?}") };
        assert_eq!((first.play_ratio, first.duration_ms), (Some(1.0), Some(200_000)));
        assert_eq!((first.opened, first.time_ms), (Some(true), Some(5_000)));
        let liked = Mark {
            listener: Some("1".into()),
            of: Of::Song("7".into()),
            time_ms: Some(10_000),
            saying: Saying::Liked,
        };
        assert_eq!(found[1], (2, Made::Mark(liked)));
        let wrong = Refused::value("event_type", "not one of Yambda's", "dance");
        assert_eq!(found[3], (4, Made::Play(Err(wrong))));
        // Of one listener alone the rest is counted, but for what is no event.
        let (own, others, names) = read_only(&path, "1");
        assert_eq!((own, others, names), ([&found[..2], &found[3..]].concat(), 1, vec![2]));
        let (own, others, names) = read_only(&path, "3");
        assert_eq!((own, others, names), (found[3..].to_vec(), 2, vec![1, 2]));
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
            (1, listen("1", "7", 5_000, 0.5)),
            (1, listen("1", "8", 10_000, 1.0)),
            (3, listen("3", "9", 5_000, 0.2)),
        ];
        assert_eq!(read_all(&path).unwrap(), all);
        assert_eq!(read_only(&path, "3"), (all[2..].to_vec(), 2, vec![1]));
        assert_eq!(read_only(&path, "2"), (vec![], 3, vec![1, 3]));
    }

    const FLAT: &str = "message m { required int64 uid; required int64 timestamp; required int64 item_id; \
                        required int64 played_ratio_pct; required binary event_type (UTF8); }";

    /// A thousand plays of ten listeners, packed.
    fn thousand(path: &Path, by: Compression) {
        let of = |make: &dyn Fn(i64) -> i64| (0..1_000).map(make).collect::<Vec<_>>();
        let [uid, time] = [of(&|row| row / 100), of(&|row| 5 * (row % 100))];
        let [item, ratio] = [of(&|row| row * 37 % 211), of(&|row| row % 101)];
        let texts = vec!["listen"; 1_000];
        let numbers = [&uid, &time, &item, &ratio].map(|numbers| Told::Numbers(numbers, None));
        let columns: Vec<Told> = numbers.into_iter().chain([Told::Texts(&texts)]).collect();
        packed(path, FLAT, &columns, by);
    }

    #[test]
    fn however_a_file_is_packed_it_says_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("listens.parquet");
        thousand(&path, Compression::UNCOMPRESSED);
        let (plain, size) = (read_all(&path).unwrap(), path.metadata().unwrap().len());
        assert_eq!(plain.len(), 1_000);
        assert_eq!(plain[999].1, listen("9", &(999 * 37 % 211).to_string(), 495_000, 0.9));
        for by in [
            Compression::SNAPPY,
            Compression::GZIP(Default::default()),
            Compression::BROTLI(Default::default()),
            Compression::LZ4,
            Compression::LZ4_RAW,
            Compression::ZSTD(Default::default()),
        ] {
            thousand(&path, by);
            assert!(path.metadata().unwrap().len() < size, "{by} packs nothing");
            assert_eq!(read_all(&path).unwrap(), plain, "{by}");
        }
    }

    /// Says of the file's first column that it is packed by LZO, which nobody here writes.
    fn say_lzo(path: &Path) {
        let whole = std::fs::read(path).unwrap();
        let first = |path: &Path| {
            let reader = SerializedFileReader::new(File::open(path).unwrap()).ok()?;
            let column = reader.metadata().row_groups().first()?.column(0).clone();
            Some((column.column_path().string(), column.compression(), column.num_values()))
        };
        let wanted = Some(("uid".to_string(), Compression::LZO, 1_000));
        // Snappy's number in the footer, by Thrift's compact encoding of whole numbers.
        let said = (0..whole.len()).rev().filter(|&at| whole[at] == 2).any(|at| {
            let mut other = whole.clone();
            other[at] = 6;
            std::fs::write(path, other).unwrap();
            first(path) == wanted
        });
        assert!(said);
    }

    #[test]
    fn a_codec_that_is_not_read_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("listens.parquet");
        thousand(&path, Compression::SNAPPY);
        say_lzo(&path);
        let problems = read_all(&path).unwrap_err().problems;
        let told = "the column `uid` is packed by LZO, which is not read here";
        assert_eq!((problems.len(), problems[0].message.as_str()), (1, told));
        assert!(problems[0].help.as_deref().is_some_and(|help| help.contains("CODEC zstd")));
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
