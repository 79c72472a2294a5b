//! Tables drawn with bars, in Markdown and from sheets: the head of a column says what the cells below it are.
//!
//! In flow bytes and a name; out flow the cells of its column. A row that gives a value to the name before it is none of
//! its business (`operator.rs`).

use std::ops::Range;

use super::operator::{blanks, closers};

/// The longest row of heads, in bytes.
const HEAD: usize = 512;
/// How far behind the heads rows are read, in bytes.
const ROWS: usize = 6 * 1024;
/// How many bytes of the line below the heads show that it parts them from the rows.
const RULE: usize = 12;

/// The row of heads in which the name is one, if it is.
pub(super) fn head(bytes: &[u8], key: &Range<usize>) -> Option<Range<usize>> {
    if bytes.get(blanks(bytes, closers(bytes, key.end))) != Some(&b'|') {
        return None;
    }
    let floor = key.start.saturating_sub(HEAD);
    let start = memchr::memrchr(b'\n', &bytes[floor..key.start]).map(|n| floor + n + 1);
    let start = start.or((floor == 0).then_some(0))?;
    let end = key.end + memchr::memchr(b'\n', &bytes[key.end..bytes.len().min(key.end + HEAD)])?;
    let row = start..end;
    let drawn =
        bytes[blanks(bytes, start)] == b'|' && (ruled(bytes, end + 1) || start == 0 && names(bytes, &row));
    drawn.then_some(row)
}

/// Whether the line at `at` parts heads from rows: `|---|:---:|`.
fn ruled(bytes: &[u8], at: usize) -> bool {
    let rest = &bytes[at.min(bytes.len())..bytes.len().min(at + RULE)];
    let drawn = rest.iter().take_while(|b| matches!(b, b'|' | b'-' | b':' | b' ' | b'=')).count();
    rest.trim_ascii_start().starts_with(b"|") && memchr::memmem::find(&rest[..drawn], b"--").is_some()
}

/// Whether the first row of a sheet holds nothing but names, that of an account among them.
fn names(bytes: &[u8], row: &Range<usize>) -> bool {
    let cells = cells(bytes, row.clone());
    let name = |cell: &Range<usize>| {
        let text = &bytes[cell.clone()];
        let letter =
            |b: &u8| b.is_ascii_alphabetic() || matches!(b, b' ' | b'_' | b'-' | b'.' | b'(' | b')' | b'/');
        text.len() <= 40 && text.iter().all(letter)
    };
    let account = |cell: &Range<usize>| {
        let text = bytes[cell.clone()].to_ascii_lowercase();
        super::table::ACCOUNT.iter().any(|word| memchr::memmem::find(&text, word).is_some())
    };
    cells.len() >= 2 && cells.iter().all(name) && cells.iter().any(account)
}

/// The cells below the name, if it heads a column.
pub(super) fn column(bytes: &[u8], key: &Range<usize>) -> Option<Vec<Range<usize>>> {
    let row = head(bytes, key)?;
    let heads = cells(bytes, row.clone());
    let column = heads.iter().position(|cell| cell.start <= key.start && key.end <= cell.end)?;
    let mut found = Vec::new();
    let mut at = row.end + 1;
    let stop = bytes.len().min(row.end + ROWS);
    while at < stop && bytes[blanks(bytes, at)..].first() == Some(&b'|') {
        let end = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |n| at + n);
        let row = cells(bytes, at..end);
        // A last row that the reach cuts short says nothing, nor does one of other columns.
        if !ruled(bytes, at) && row.len() == heads.len() && end <= stop + HEAD && !row[column].is_empty() {
            found.push(row[column].clone());
        }
        at = end + 1;
    }
    Some(found)
}

/// The texts between the bars of a line, without blanks and what makes them bold or code.
fn cells(bytes: &[u8], line: Range<usize>) -> Vec<Range<usize>> {
    let mut cells = Vec::new();
    let mut from = None;
    for bar in memchr::memchr_iter(b'|', &bytes[line.clone()]).map(|n| line.start + n) {
        if let Some(from) = from {
            let (mut start, mut end) = (from, bar);
            let mark = |b: u8| matches!(b, b' ' | b'\t' | b'`' | b'*' | b'"');
            while start < end && mark(bytes[start]) {
                start += 1;
            }
            while end > start && mark(bytes[end - 1]) {
                end -= 1;
            }
            cells.push(start..end);
        }
        from = Some(bar + 1);
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    fn below(text: &str) -> Option<Vec<&str>> {
        let at = text.find("password")?;
        let cells = column(text.as_bytes(), &(at..at + 8))?;
        Some(cells.into_iter().map(|cell| &text[cell]).collect())
    }

    #[test]
    fn the_cells_below_a_head_are_those_of_its_column() {
        let text = "Accounts:\n\n| user | password | host |\n|------|:--------:|---|\n| ann | `hunter2` | a |\n| bob |  | b |\n| eve | **hunter3** | c |\n\ntext | password | x\n";
        assert_eq!(below(text), Some(vec!["hunter2", "hunter3"]));
        let sheet = "| name | user | password | \n| shop | ann | hunter2 | \n";
        assert_eq!(below(sheet), Some(vec!["hunter2"]));
        assert_eq!(below("| host | password | \n| web | hunter2 | \n"), Some(vec!["hunter2"]));
    }

    #[test]
    fn a_row_of_a_name_and_its_value_has_no_head() {
        for text in [
            "| what | value |\n|---|---|\n| password | hunter2 |\n| user | ann |\n",
            "| password | hunter2 | \n| user | ann | \n",
            "x = user | password | host\n| a | b | c |\n",
        ] {
            assert_eq!(below(text), None, "{text}");
        }
    }
}
