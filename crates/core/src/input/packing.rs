//! How the columns of a file of Parquet are packed and where they lie, and whether they can be read here.
//!
//! Every codec that the format has is read but LZO, which nobody's writer offers any more. What is not is told before anything of the
//! column is read: the reader itself would say that a feature is missing, which is no help to whoever has the file.

use parquet::basic::Compression;
use parquet::file::metadata::RowGroupMetaData;

use super::problem::Problem;

/// Whether these columns of a group of rows lie in the file and are packed in a way that is read here; `file` is the
/// file's name in messages.
///
/// # Errors
/// The first column that does not, by where it would begin, or is not, by the name of what it is packed by.
pub fn unpackable(
    file: &str,
    group: &RowGroupMetaData,
    places: impl IntoIterator<Item = usize>,
) -> Result<(), Problem> {
    for place in places {
        let column = group.column(place);
        let name = column.column_path().parts().first().map_or("", String::as_str);
        let begins = column.dictionary_page_offset().unwrap_or(column.data_page_offset());
        // The reader takes it for granted that neither is negative.
        if begins < 0 || column.compressed_size() < 0 {
            let bytes = column.compressed_size();
            let message = format!(
                "the column `{name}` would begin at byte {begins} and have {bytes} bytes: the file is damaged"
            );
            return Err(Problem::new(file, message).field("(whole file)"));
        }
        let packed = match column.compression() {
            Compression::UNCOMPRESSED
            | Compression::SNAPPY
            | Compression::GZIP(_)
            | Compression::BROTLI(_)
            | Compression::LZ4
            | Compression::LZ4_RAW
            | Compression::ZSTD(_) => continue,
            packed => packed,
        };
        let message = format!("the column `{name}` is packed by {packed}, which is not read here");
        let help = "write it anew, for example by `COPY (FROM 'old.parquet') TO 'new.parquet' (CODEC zstd)` in DuckDB";
        return Err(Problem::new(file, message).field("(whole file)").help(help));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use parquet::file::metadata::ColumnChunkMetaData;
    use parquet::schema::parser::parse_message_type;
    use parquet::schema::types::SchemaDescriptor;

    /// A group of one column that begins and is as long as told.
    fn group(begins: i64, bytes: i64, packed: Compression) -> RowGroupMetaData {
        let schema = parse_message_type("message plays { REQUIRED INT64 uid; }").unwrap();
        let schema = Arc::new(SchemaDescriptor::new(Arc::new(schema)));
        let column = ColumnChunkMetaData::builder(schema.column(0))
            .set_data_page_offset(begins)
            .set_total_compressed_size(bytes)
            .set_compression(packed)
            .build();
        let columns = vec![column.unwrap()];
        RowGroupMetaData::builder(schema).set_column_metadata(columns).build().unwrap()
    }

    #[test]
    fn a_column_that_lies_nowhere_or_is_packed_by_what_nobody_reads_is_refused_by_name() {
        let told = |group: &RowGroupMetaData| {
            unpackable("plays.parquet", group, [0]).map_err(|problem| problem.to_string())
        };
        assert_eq!(told(&group(4, 100, Compression::SNAPPY)), Ok(()));
        for (begins, bytes) in [(-4, 100), (4, -1)] {
            let said = told(&group(begins, bytes, Compression::SNAPPY)).unwrap_err();
            let wanted = format!("`uid` would begin at byte {begins} and have {bytes} bytes");
            assert!(said.contains("plays.parquet") && said.contains(&wanted), "{said}");
        }
        let said = told(&group(4, 100, Compression::LZO)).unwrap_err();
        assert!(said.contains("LZO"), "{said}");
    }
}
