//! A table, for the terminal or for a page of Markdown.

use melody_tui::width;

/// Words to the left, figures to the right.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

/// Columns with a heading, and rows of as many cells.
pub(super) struct Table {
    columns: Vec<(&'static str, Side)>,
    rows: Vec<Vec<String>>,
}

/// What a cell lacks of its column's width.
fn blanks(wide: usize, cell: &str) -> String {
    " ".repeat(wide.saturating_sub(width(cell)))
}

impl Table {
    pub(super) fn new<const N: usize>(
        columns: [(&'static str, Side); N],
        rows: impl IntoIterator<Item = [String; N]>,
    ) -> Self {
        Table { columns: columns.into(), rows: rows.into_iter().map(Vec::from).collect() }
    }

    pub(super) fn text(&self) -> String {
        let wide = |i: usize, head: &str| {
            let cells = self.rows.iter().map(|row| width(&row[i]));
            cells.chain([width(head)]).max().unwrap_or(0)
        };
        let widths: Vec<usize> =
            self.columns.iter().enumerate().map(|(i, (head, _))| wide(i, head)).collect();
        let line = |cells: &mut dyn Iterator<Item = &str>| {
            let cells =
                cells.zip(&self.columns).zip(&widths).map(
                    |((cell, (_, side)), &wide)| match side {
                        Side::Left => format!("{cell}{}", blanks(wide, cell)),
                        Side::Right => format!("{}{cell}", blanks(wide, cell)),
                    },
                );
            let line = cells.collect::<Vec<_>>().join("  ");
            format!("{}\n", line.trim_end())
        };
        let head = line(&mut self.columns.iter().map(|(head, _)| *head));
        let rows = self.rows.iter().map(|row| line(&mut row.iter().map(String::as_str)));
        std::iter::once(head).chain(rows).collect()
    }

    pub(super) fn markdown(&self) -> String {
        let line = |cells: Vec<&str>| format!("| {} |\n", cells.join(" | "));
        let rule = self.columns.iter().map(|(_, side)| match side {
            Side::Left => "---|",
            Side::Right => "--:|",
        });
        let head = line(self.columns.iter().map(|(head, _)| *head).collect());
        let rows = self.rows.iter().map(|row| line(row.iter().map(String::as_str).collect()));
        let rule = format!("|{}\n", rule.collect::<String>());
        [head, rule].into_iter().chain(rows).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_table_is_written_in_two_ways() {
        let rows = [["new", "+0.5"], ["likely-payer", "-12"]].map(|row| row.map(String::from));
        let table = Table::new([("segment", Side::Left), ("gain", Side::Right)], rows);
        assert_eq!(table.text(), "segment       gain\nnew           +0.5\nlikely-payer   -12\n");
        assert_eq!(
            table.markdown(),
            "| segment | gain |\n|---|--:|\n| new | +0.5 |\n| likely-payer | -12 |\n"
        );
    }
}
