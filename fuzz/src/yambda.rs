//! Files of Parquet as Yambda has them, in both its layouts and several packings.

use std::sync::Arc;

use parquet::basic::{Compression, ZstdLevel};
use parquet::data_type::{ByteArrayType, Int32Type, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

/// Values of a column, and its levels where it is a list: defined, repeated.
enum Told {
    Small(Vec<i32>),
    Whole(Vec<i64>, Option<[Vec<i16>; 2]>),
    Texts(Vec<&'static str>),
}

/// Plays in a row each, with likes among them, packed by Snappy, Zstandard, gzip and not at all.
pub fn flat() -> Vec<Vec<u8>> {
    let schema = "message m { required int32 uid (UINT_32); required int32 timestamp (UINT_32); optional int64 item_id; \
                  required int64 is_organic; required int64 played_ratio_pct; required int64 track_length_seconds; \
                  required binary event_type (UTF8); }";
    let rows = 0..60_i64;
    let small = |of: fn(i64) -> i64| Told::Small(rows.clone().map(|row| of(row) as i32).collect());
    let whole = |of: fn(i64) -> i64| Told::Whole(rows.clone().map(of).collect(), None);
    let kinds = ["listen", "listen", "like", "listen", "unlike", "dislike"];
    let columns = [
        small(|row| row / 20),
        small(|row| 5 * (row % 20)),
        // One in ten is nothing.
        Told::Whole(
            rows.clone().filter(|row| row % 10 != 9).map(|row| row * 7 % 31).collect(),
            Some([rows.clone().map(|row| i16::from(row % 10 != 9)).collect(), Vec::new()]),
        ),
        whole(|row| row % 2),
        whole(|row| row * 13 % 120),
        whole(|row| 100 + row),
        Told::Texts(rows.clone().map(|row| kinds[row as usize % 6]).collect()),
    ];
    let packings = [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::GZIP(Default::default()),
        Compression::ZSTD(ZstdLevel::default()),
    ];
    packings.map(|by| written(schema, &columns, by)).into()
}

/// Each listener's plays in lists of one row, packed by LZ4, Brotli and not at all.
pub fn sequential() -> Vec<Vec<u8>> {
    let list = |name: &str| {
        format!(
            "optional group {name} (LIST) {{ repeated group list {{ optional int64 element; }} }} "
        )
    };
    let lists = ["timestamp", "item_id", "played_ratio_pct", "track_length_seconds"];
    let schema = format!("message m {{ required int64 uid; {} }}", lists.map(list).concat());
    // Of eight listeners the third has no list, the fifth an empty one; one element is nothing.
    let (mut defined, mut repeated) = (Vec::new(), Vec::new());
    for listener in 0..8 {
        let many = match listener {
            2 | 4 => 1,
            _ => 3 + listener,
        };
        for element in 0..many {
            repeated.push(i16::from(element > 0));
            defined.push(match (listener, element) {
                (2, _) => 0,
                (4, _) => 1,
                (6, 1) => 2,
                _ => 3,
            });
        }
    }
    let there = defined.iter().filter(|level| **level == 3).count() as i64;
    let of = |step: i64| {
        let values = (0..there).map(|at| at * step % 101).collect();
        Told::Whole(values, Some([defined.clone(), repeated.clone()]))
    };
    let columns = [Told::Whole((0..8).collect(), None), of(5), of(7), of(13), of(29)];
    let packings =
        [Compression::UNCOMPRESSED, Compression::LZ4_RAW, Compression::BROTLI(Default::default())];
    packings.map(|by| written(&schema, &columns, by)).into()
}

fn written(schema: &str, columns: &[Told], by: Compression) -> Vec<u8> {
    let schema = Arc::new(parse_message_type(schema).expect("a schema"));
    let properties = Arc::new(WriterProperties::builder().set_compression(by).build());
    let mut file = SerializedFileWriter::new(Vec::new(), schema, properties).expect("begun");
    let mut group = file.next_row_group().expect("begun");
    for column in columns {
        let mut writer = group.next_column().expect("begun").expect("as many columns");
        match column {
            Told::Small(numbers) => writer.typed::<Int32Type>().write_batch(numbers, None, None),
            Told::Whole(numbers, levels) => {
                let [defined, repeated] = levels.as_ref().map_or([None, None], |levels| {
                    levels.each_ref().map(|levels| Some(&levels[..]).filter(|l| !l.is_empty()))
                });
                writer.typed::<Int64Type>().write_batch(numbers, defined, repeated)
            }
            Told::Texts(texts) => {
                let texts: Vec<_> = texts.iter().map(|text| (*text).into()).collect();
                writer.typed::<ByteArrayType>().write_batch(&texts, None, None)
            }
        }
        .expect("written");
        writer.close().expect("written");
    }
    group.close().expect("written");
    file.into_inner().expect("written")
}
