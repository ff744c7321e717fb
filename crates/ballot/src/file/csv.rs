//! Comma-separated values (RFC 4180), strictly, with the line of every row.
//!
//! A library would skip empty lines, and one that stands for a blank ballot would be lost.

/// One row: the line it begins on, from 1, and its cells without their quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The line it begins on.
    pub line: u64,
    /// Its cells.
    pub cells: Vec<String>,
}

/// What is wrong with the text, and on which line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// The line.
    pub line: u64,
    /// What is wrong, and what would be right.
    pub fault: &'static str,
}

/// The rows of a text, to the first fault.
pub struct Rows<'a> {
    rest: &'a str,
    line: u64,
}

impl<'a> Rows<'a> {
    /// Begins at the first line.
    pub fn new(text: &'a str) -> Rows<'a> {
        Rows { rest: text, line: 1 }
    }

    fn fault<T>(&mut self, fault: &'static str) -> Result<T, Malformed> {
        self.rest = "";
        Err(Malformed { line: self.line, fault })
    }

    /// Takes `prefix` from the front of the rest, if it stands there.
    fn take(&mut self, prefix: &str) -> bool {
        let rest = self.rest.strip_prefix(prefix);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Takes everything before the first of `ends`; all of the rest when there is none.
    fn take_until(&mut self, ends: &[char]) -> &'a str {
        let end = self.rest.find(ends).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }

    fn end_of_line(&mut self) -> bool {
        self.rest.is_empty() || self.take("\n") || self.take("\r\n")
    }

    fn cell(&mut self) -> Result<String, Malformed> {
        if !self.take("\"") {
            let cell = self.take_until(&[',', '\n', '\r', '"']).to_owned();
            return match self.rest.starts_with('"') {
                true => self.fault(
                    "a quote inside a cell: quote the whole cell, and double the quotes in it",
                ),
                false => Ok(cell),
            };
        }
        let opened = self.line;
        let mut cell = String::new();
        loop {
            let part = self.take_until(&['"']);
            self.line += part.matches('\n').count() as u64;
            cell.push_str(part);
            if !self.take("\"") {
                self.line = opened;
                return self.fault("a quote is opened and never closed");
            }
            if !self.take("\"") {
                return Ok(cell);
            }
            cell.push('"');
        }
    }

    fn row(&mut self) -> Result<Row, Malformed> {
        let line = self.line;
        if self.end_of_line() {
            return self.fault("the line is empty: remove it, or write \"\" for a blank ballot");
        }
        let mut cells = vec![self.cell()?];
        while self.take(",") {
            cells.push(self.cell()?);
        }
        if !self.end_of_line() {
            return self.fault("text after the quote that ends a cell");
        }
        self.line += 1;
        Ok(Row { line, cells })
    }
}

/// A cell as it stands in a line: in quotes where it must be.
pub fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) {
        return format!("\"{}\"", cell.replace('"', "\"\""));
    }
    cell.to_owned()
}

impl Iterator for Rows<'_> {
    type Item = Result<Row, Malformed>;

    fn next(&mut self) -> Option<Result<Row, Malformed>> {
        (!self.rest.is_empty()).then(|| self.row())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Result<Vec<Row>, Malformed> {
        Rows::new(text).collect()
    }

    fn row(line: u64, cells: &[&str]) -> Row {
        Row { line, cells: cells.iter().map(|cell| cell.to_string()).collect() }
    }

    #[test]
    fn cells_and_lines() {
        let text = "a,b\r\n,\n\"\",\"x,\"\"y\"\"\nz\"\n1,2";
        let expected = vec![
            row(1, &["a", "b"]),
            row(2, &["", ""]),
            row(3, &["", "x,\"y\"\nz"]),
            row(5, &["1", "2"]),
        ];
        assert_eq!(rows(text), Ok(expected));
        assert_eq!(rows(""), Ok(vec![]));
    }

    #[test]
    fn faults_name_their_line() {
        for (text, line) in [
            ("a\n\nb", 2),
            ("a\n\n", 2),
            ("a\n\"b\nc", 2),
            ("a\nb\"c", 2),
            ("\"a\"b\n", 1),
            ("a\rb", 1),
        ] {
            assert_eq!(rows(text).unwrap_err().line, line, "{text:?}");
        }
    }
}
