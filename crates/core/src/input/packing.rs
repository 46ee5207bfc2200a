//! How the columns of a file of Parquet are packed, and whether that is undone here.
//!
//! Every codec that the format has is read but LZO, which nobody's writer offers any more. What is not is told before anything of the
//! column is read: the reader itself would say that a feature is missing, which is no help to whoever has the file.

use parquet::basic::Compression;
use parquet::file::metadata::RowGroupMetaData;

use super::problem::Problem;

/// Whether these columns of a group of rows are packed in a way that is read here; `file` is the file's name in messages.
///
/// # Errors
/// The first column that is not, by the name of what it is packed by.
pub fn unpackable(
    file: &str,
    group: &RowGroupMetaData,
    places: impl IntoIterator<Item = usize>,
) -> Result<(), Problem> {
    for place in places {
        let column = group.column(place);
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
        let name = column.column_path().parts().first().map_or("", String::as_str);
        let message = format!("the column `{name}` is packed by {packed}, which is not read here");
        let help = "write it anew, for example by `COPY (FROM 'old.parquet') TO 'new.parquet' (CODEC zstd)` in DuckDB";
        return Err(Problem::new(file, message).field("(whole file)").help(help));
    }
    Ok(())
}
