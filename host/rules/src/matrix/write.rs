//! A matrix as text: for eyes, for a spreadsheet, for a program.

use std::io;

use serde_json::{Map, Value};

use super::Matrix;

/// How a matrix is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Columns for eyes.
    Table,
    /// Comma-separated, with a header.
    Csv,
    /// A list of objects; booleans are booleans, and what is empty is null.
    Json,
}

impl Matrix {
    /// Writes the rows in this format.
    pub fn write(&self, format: Format, out: &mut dyn io::Write) -> io::Result<()> {
        match format {
            Format::Table => self.write_table(out),
            Format::Csv => self.write_csv(out),
            Format::Json => self.write_json(out),
        }
    }

    fn write_table(&self, out: &mut dyn io::Write) -> io::Result<()> {
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column)).map(AsRef::as_ref);
            cells.chain(self.header.get(column).copied()).map(str::len).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.header.len()).map(width).collect();
        let line = |cells: &[&str]| {
            let cells = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        };
        writeln!(out, "{}", line(&self.header))?;
        let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
        writeln!(out, "{}", line(&rule.iter().map(String::as_str).collect::<Vec<_>>()))?;
        self.rows
            .iter()
            .try_for_each(|row| writeln!(out, "{}", line(&row.iter().map(AsRef::as_ref).collect::<Vec<_>>())))
    }

    fn write_csv(&self, out: &mut dyn io::Write) -> io::Result<()> {
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(&self.header)?;
        for row in &self.rows {
            writer.write_record(row.iter().map(|cell| cell.as_bytes()))?;
        }
        writer.flush()
    }

    fn write_json(&self, out: &mut dyn io::Write) -> io::Result<()> {
        let rows: Vec<Value> = self
            .rows
            .iter()
            .map(|row| {
                let cells = self.header.iter().zip(row).map(|(name, cell)| ((*name).to_owned(), json(cell)));
                Value::Object(cells.collect::<Map<_, _>>())
            })
            .collect();
        serde_json::to_writer_pretty(&mut *out, &rows)?;
        writeln!(out)
    }
}

fn json(cell: &str) -> Value {
    match cell {
        "" => Value::Null,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        label => Value::String(label.to_owned()),
    }
}
