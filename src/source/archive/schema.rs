//! What an SQLite database says of its tables: the names of their columns.
//!
//! In flow the rows of the schema; out flow, for the tables of accounts, the page each begins on and its names, as the
//! first line of a list. It reads the statement that made a table only as far as its names.

use super::record::Value;

/// The most columns of a table.
const COLUMNS: usize = 64;

/// The page a table begins on and the names of its columns, apart by tabs; of a row of the schema: kind, name, name of
/// the table, page, statement.
pub(super) fn table(row: &[Value<'_>]) -> Option<(u32, Vec<u8>)> {
    let [Value::Text(b"table"), _, _, Value::Number(page), Value::Text(statement)] = row else { return None };
    let names = names(statement)?;
    Some((u32::try_from(*page).ok()?, names.join(&b'\t')))
}

/// The names of the columns, if one of them is that of a password or a token.
fn names(statement: &[u8]) -> Option<Vec<&[u8]>> {
    const CREDENTIAL: &[&[u8]] = &[b"pass", b"pwd", b"secret", b"token", b"key"];
    let open = memchr::memchr(b'(', statement)?;
    let (mut names, mut depth, mut from) = (Vec::new(), 0, open + 1);
    for (n, byte) in statement.iter().enumerate().skip(open + 1) {
        match byte {
            b'(' => depth += 1,
            b')' if depth > 0 => depth -= 1,
            b',' | b')' if depth == 0 => {
                names.extend(name(&statement[from..n]));
                from = n + 1;
                if *byte == b')' || names.len() == COLUMNS {
                    break;
                }
            }
            _ => {}
        }
    }
    let lower = |name: &&[u8]| name.to_ascii_lowercase();
    let credential =
        |name: Vec<u8>| CREDENTIAL.iter().any(|word| memchr::memmem::find(&name, word).is_some());
    names.iter().map(lower).any(credential).then_some(names)
}

/// The name that a part of the list begins with, unless it is a constraint of the table.
fn name(part: &[u8]) -> Option<&[u8]> {
    let part = part.trim_ascii_start();
    let quoted = part.first().is_some_and(|b| matches!(b, b'"' | b'`' | b'['));
    let part = &part[usize::from(quoted)..];
    let inside = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_' || quoted && *b == b' ';
    let name = &part[..part.iter().position(|b| !inside(b)).unwrap_or(part.len())];
    const OTHER: &[&[u8]] = &[b"constraint", b"primary", b"unique", b"foreign", b"check"];
    let constraint = !quoted && OTHER.iter().any(|word| name.eq_ignore_ascii_case(word));
    (!name.is_empty() && !constraint).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_a_table_are_read_from_the_statement_that_made_it() {
        let statement = b"CREATE TABLE \"users\" (id INTEGER PRIMARY KEY, `mail` varchar(80) DEFAULT ('a,b'), [password] TEXT, UNIQUE (mail), FOREIGN KEY (id) REFERENCES x(id))";
        let row = [
            Value::Text(b"table"),
            Value::Text(b"users"),
            Value::Text(b"users"),
            Value::Number(7),
            Value::Text(statement),
        ];
        assert_eq!(table(&row), Some((7, b"id\tmail\tpassword".to_vec())));
        assert_eq!(names(b"CREATE TABLE t (id INTEGER, name TEXT)"), None);
        assert_eq!(table(&row[1..]), None);
    }
}
