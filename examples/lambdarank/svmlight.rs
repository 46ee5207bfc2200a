//! Reads queries as LightGBM's examples keep them: rows in svmlight's format, and beside them a file
//! of how many rows each query has.

use std::path::Path;

use melody::input::{InputError, Problem, read_text};
use melody::ltr::{MOST_GRADE, Queries};

/// Rows of more features are a slip, or no such file.
const MOST_FEATURES: usize = 100_000;

/// Reads `name` and `name.query` of a folder.
///
/// # Errors
/// When one cannot be read or is not in the format: the first problem, with its line.
pub(crate) fn read(folder: &Path, name: &str) -> Result<Queries, InputError> {
    let path = folder.join(name);
    let file = path.display().to_string();
    let rows = rows(&file, &read_text(&path)?)?;
    let path = folder.join(format!("{name}.query"));
    let sizes = sizes(&path.display().to_string(), &read_text(&path)?, rows.len())?;

    let features = rows.iter().flat_map(|row| &row.values).map(|(i, _)| i + 1).max().unwrap_or(0);
    let mut queries = Queries::new(features);
    let mut rows = rows.into_iter();
    for size in sizes {
        let dense = rows.by_ref().take(size).map(|row| {
            let mut dense = vec![0.0; features];
            row.values.iter().for_each(|(i, value)| dense[*i] = *value);
            (dense, row.grade)
        });
        let query: Vec<(Vec<f32>, u8)> = dense.collect();
        queries.push(query.iter().map(|(row, grade)| (row.as_slice(), *grade)));
    }
    Ok(queries)
}

/// A row as it is written: a value that is not there is zero.
struct Row {
    grade: u8,
    /// (feature from 0, value).
    values: Vec<(usize, f32)>,
}

fn rows(file: &str, text: &str) -> Result<Vec<Row>, InputError> {
    let row = |(number, line): (usize, &str)| {
        let problem = |field: &str, message: String| {
            Problem::new(file, message).line(number + 1).field(field)
        };
        let mut words = line.split_whitespace();
        let grade = words.next().unwrap_or_default();
        let grade = match grade.parse::<u8>() {
            Ok(grade) if grade <= MOST_GRADE => grade,
            _ => {
                let message = format!("`{grade}` is no whole grade from 0 to {MOST_GRADE}");
                return Err(problem("grade", message));
            }
        };
        let value = |word: &str| -> Option<(usize, f32)> {
            let (feature, value) = word.split_once(':')?;
            let (feature, value): (usize, f32) = (feature.parse().ok()?, value.parse().ok()?);
            let known = (1..=MOST_FEATURES).contains(&feature) && value.is_finite();
            known.then(|| (feature - 1, value))
        };
        let values = words.map(|word| {
            value(word).ok_or_else(|| problem("value", format!("`{word}` is no feature:value")))
        });
        Ok(Row { grade, values: values.collect::<Result<_, _>>()? })
    };
    Ok(text.lines().enumerate().map(row).collect::<Result<_, Problem>>()?)
}

/// How many rows each query has; together all of them.
fn sizes(file: &str, text: &str, rows: usize) -> Result<Vec<usize>, InputError> {
    let size = |(number, line): (usize, &str)| {
        let size = line.trim().parse::<usize>().ok().filter(|size| *size <= rows);
        size.ok_or_else(|| {
            let message = format!("`{line}` is no number of rows, of which there are {rows}");
            Problem::new(file, message).line(number + 1).field("size")
        })
    };
    let sizes = text.lines().enumerate().map(size).collect::<Result<Vec<_>, Problem>>()?;
    let all: usize = sizes.iter().sum();
    if all != rows {
        let message =
            format!("the queries have {all} rows together; the file beside it has {rows}");
        return Err(Problem::new(file, message).line(1).field("(whole file)").into());
    }
    Ok(sizes)
}
