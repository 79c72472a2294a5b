//! Tables: the name of a column says what the cells below it are.
//!
//! In flow bytes and a name; out flow the cells of its column, of a list whose first line names the columns
//! (`url,username,password`) and of an SQL statement (`INSERT INTO t (user, password) VALUES (…), (…)`). It judges
//! nothing, and looks at a few kilobytes only: what stands further away is no reason to look at the name again.

use std::ops::Range;

use super::operator::{blanks, closers};
use super::{grid, read};

/// The longest line or list of names, in bytes.
const HEAD: usize = 512;
/// How far behind the names rows are read, in bytes.
const ROWS: usize = 6 * 1024;
/// The longest name of a table, with `INTO` before it.
const TABLE: usize = 160;
/// How many signs may stand between a name and what parts it from the next, and one more.
const SIGNS: usize = 9;
/// The most columns.
const COLUMNS: usize = 64;

/// Words of which a list of accounts has one beside the password.
pub(super) const ACCOUNT: &[&[u8]] =
    &[b"user", b"login", b"mail", b"url", b"host", b"account", b"site", b"server", b"name"];

/// The name round the word at `anchor` and the cells of the column it names, quotes left out; `None` if it names none.
pub(crate) fn column(bytes: &[u8], anchor: &Range<usize>) -> Option<(Range<usize>, Vec<Range<usize>>)> {
    let key = read::name(bytes, anchor)?;
    let cells = list(bytes, &key).or_else(|| statement(bytes, &key)).or_else(|| grid::column(bytes, &key))?;
    Some((key, cells))
}

/// How many bytes before and behind the word at `anchor` decide that the name round it is that of no column; `None` if it
/// may be, standing in the first line or in the brackets of an `INSERT`.
pub(crate) fn decided(bytes: &[u8], anchor: &Range<usize>) -> Option<usize> {
    let phrase = bytes[anchor.clone()].contains(&b' ');
    let (key, end) = if phrase { (anchor.clone(), anchor.end) } else { read::bounded_name(bytes, anchor)? };
    let line = part(bytes, &key).map_or(0, |_| {
        let before = &bytes[key.start.saturating_sub(HEAD)..key.start];
        memchr::memrchr(b'\n', before).map_or(HEAD + 1, |n| before.len() - n)
    });
    let Err(bracket) = brackets(bytes, &key) else { return None };
    let bar = blanks(bytes, closers(bytes, key.end));
    if first_line(bytes, &key).is_some() || bytes.get(bar) == Some(&b'|') {
        return None;
    }
    let quotes = bytes[..key.start].iter().rev().take_while(|b| matches!(b, b'"' | b'\'')).count();
    // No line ends before the first one does: then it was looked for behind the name.
    let behind = if line > HEAD { HEAD + 1 } else { SIGNS };
    let before = line.max(quotes + 1).max(bracket);
    Some((anchor.start - key.start + before).max(end.max(bar + 1) - anchor.end + behind))
}

/// The sign that parts columns before or behind a name.
fn part(bytes: &[u8], key: &Range<usize>) -> Option<u8> {
    let after = bytes.get(closers(bytes, key.end)).copied();
    let before = bytes[..key.start].iter().rev().find(|b| !matches!(b, b'"' | b'\'')).copied();
    let parts = |b: &u8| matches!(b, b',' | b';' | b'\t');
    after.filter(parts).or(before.filter(parts))
}

/// The first line of the text, if the name stands in it between signs that part columns; and that sign.
fn first_line(bytes: &[u8], key: &Range<usize>) -> Option<(Range<usize>, u8)> {
    if key.start > HEAD || memchr::memchr(b'\n', &bytes[..key.start]).is_some() {
        return None;
    }
    let sign = part(bytes, key)?;
    let rest = &bytes[key.end..bytes.len().min(key.end + HEAD)];
    let end = key.end + memchr::memchr(b'\n', rest)?;
    let from = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    Some((from..end, sign))
}

/// The column of a list with commas, semicolons or tabs whose first line holds nothing but names.
fn list(bytes: &[u8], key: &Range<usize>) -> Option<Vec<Range<usize>>> {
    let (head, sign) = first_line(bytes, key)?;
    let names = split(bytes, head.clone(), sign);
    let name = |cell: &Range<usize>| {
        let text = &bytes[cell.clone()];
        let letter =
            |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b' ' | b'_' | b'-' | b'.' | b'(' | b')' | b'/');
        text.len() <= 40 && text.first().is_some_and(u8::is_ascii_alphabetic) && text.iter().all(letter)
    };
    let account = |cell: &Range<usize>| {
        let text = bytes[cell.clone()].to_ascii_lowercase();
        ACCOUNT.iter().any(|word| memchr::memmem::find(&text, word).is_some())
    };
    // Two columns are named by a word or two each: a sentence may hold a comma.
    let short = |cell: &Range<usize>| bytes[cell.clone()].iter().filter(|b| **b == b' ').count() < 2;
    let few = names.len() < 2 || names.len() == 2 && !names.iter().all(short);
    if few || !names.iter().all(name) || !names.iter().any(account) {
        return None;
    }
    let column = names.iter().position(|cell| cell.start <= key.start && key.end <= cell.end)?;
    let mut found = Vec::new();
    let mut at = head.end + 1;
    let stop = bytes.len().min(head.end + ROWS);
    while at < stop {
        let end = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |n| at + n);
        let row = split(bytes, at..end, sign);
        // A last row that the reach cuts short says nothing, nor does one of other columns.
        if row.len() == names.len() && end <= stop + HEAD && !row[column].is_empty() {
            found.push(row[column].clone());
        }
        at = end + 1;
    }
    Some(found)
}

/// The cells of one line, quotes left out.
fn split(bytes: &[u8], line: Range<usize>, sign: u8) -> Vec<Range<usize>> {
    let end = line.end - usize::from(bytes[line.clone()].ends_with(b"\r"));
    let text = &bytes[..end];
    let mut cells = Vec::new();
    let mut at = line.start;
    loop {
        let quoted = text.get(at) == Some(&b'"');
        let (from, to) = if quoted {
            (at + 1, closing(text, at + 1, b'"'))
        } else {
            (at, memchr::memchr(sign, &text[at..]).map_or(end, |n| at + n))
        };
        cells.push(from..to);
        let next = to + usize::from(quoted);
        if text.get(next) != Some(&sign) || cells.len() == COLUMNS {
            return cells;
        }
        at = next + 1;
    }
}

/// Where the quote closes that opened before `at`; a doubled one means one, and a backslash hides one in SQL.
fn closing(bytes: &[u8], mut at: usize, quote: u8) -> usize {
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if quote == b'\'' => at += 1,
            b if b == quote && bytes.get(at + 1) == Some(&quote) => at += 1,
            b if b == quote => return at,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

/// The brackets round a list of names in which the name stands, if they follow `INTO` and a table; if they do not, how
/// many bytes before or behind the name say so.
fn brackets(bytes: &[u8], key: &Range<usize>) -> Result<Range<usize>, usize> {
    let floor = key.start.saturating_sub(HEAD);
    let before = &bytes[floor..key.start];
    let gap = |b: &&u8| b.is_ascii_whitespace() || matches!(b, b'`' | b'"' | b'[');
    let gap = before.iter().rev().take_while(gap).count();
    if !matches!(bytes[..key.start - gap].last(), Some(b',' | b'(')) {
        return Err(gap + 1);
    }
    let bracket = memchr::memrchr2(b'(', b')', before).ok_or(HEAD + 1)?;
    let (open, length) = (floor + bracket, before.len() - bracket);
    if before[bracket] == b')' {
        return Err(length);
    }
    into(bytes, open).map_err(|looked| length + looked)?;
    let names = bytes[key.end..].iter().take(HEAD).take_while(|b| may_stand(b)).count();
    let close = key.end + names;
    let listed = before[bracket + 1..].iter().all(may_stand) && bytes.get(close) == Some(&b')');
    if listed { Ok(open..close) } else { Err(HEAD + TABLE) }
}

/// What may stand in a list of names.
fn may_stand(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric()
        || byte.is_ascii_whitespace()
        || matches!(byte, b'_' | b',' | b'`' | b'"' | b'[' | b']')
}

/// Whether `INTO` and a table stand before the bracket at `open`; if not, so many bytes before it say so.
fn into(bytes: &[u8], open: usize) -> Result<(), usize> {
    let whole = &bytes[open.saturating_sub(TABLE)..open];
    let table = whole.trim_ascii_end();
    let word = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'`' | b'"' | b'[' | b']');
    let name = table.iter().rev().take_while(|b| word(b)).count();
    let before = table[..table.len() - name].trim_ascii_end();
    let ends = |word: &[u8]| before.len() >= 4 && before[before.len() - 4..].eq_ignore_ascii_case(word);
    let into = ends(b"into") || ends(b"copy");
    if name > 0 && into { Ok(()) } else { Err(whole.len() - before.len() + 5) }
}

/// The column of the rows of an SQL `INSERT`.
fn statement(bytes: &[u8], key: &Range<usize>) -> Option<Vec<Range<usize>>> {
    let names = brackets(bytes, key).ok()?;
    let column = bytes[names.start..key.start].iter().filter(|b| **b == b',').count();
    let stop = bytes.len().min(names.end + ROWS);
    let mut at = space(bytes, names.end + 1);
    if bytes[at..].get(..12).is_some_and(|from| from.eq_ignore_ascii_case(b"from stdin;\n")) {
        return Some(copied(bytes, at + 12, column, stop));
    }
    if !bytes.get(at..at + 6)?.eq_ignore_ascii_case(b"values") {
        return None;
    }
    at = space(bytes, at + 6);
    let mut found = Vec::new();
    while at < stop && bytes.get(at) == Some(&b'(') {
        let Some((cell, end)) = tuple(bytes, at + 1, column, stop) else { break };
        found.extend(cell);
        at = space(bytes, end + 1);
        if bytes.get(at) != Some(&b',') {
            break;
        }
        at = space(bytes, at + 1);
    }
    Some(found)
}

/// The cells of one column of the rows that an SQL `COPY … FROM stdin` is followed by, apart by tabs, up to `\\.`.
fn copied(bytes: &[u8], mut at: usize, column: usize, stop: usize) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    while at < stop && !bytes[at..].starts_with(b"\\.") {
        let Some(length) = memchr::memchr(b'\n', &bytes[at..]) else { break };
        let cell = split(bytes, at..at + length, b'\t').get(column).cloned();
        found.extend(cell.filter(|cell| !cell.is_empty() && &bytes[cell.clone()] != b"\\N"));
        at += length + 1;
    }
    found
}

/// The literal in one column of the row that opens before `at`, if it is one, and where the row ends.
fn tuple(bytes: &[u8], mut at: usize, column: usize, stop: usize) -> Option<(Option<Range<usize>>, usize)> {
    let (mut number, mut depth, mut found) = (0, 0, None);
    while at < stop {
        match bytes[at] {
            quote @ (b'\'' | b'"') => {
                let close = closing(&bytes[..stop], at + 1, quote);
                // A literal inside a call is none of its own: `md5('…')`.
                if number == column && depth == 0 && close > at + 1 && close < stop {
                    found = Some(at + 1..close);
                }
                at = close;
            }
            b'(' => depth += 1,
            b')' if depth == 0 => return Some((found, at)),
            b')' => depth -= 1,
            b',' if depth == 0 => number += 1,
            _ => {}
        }
        at += 1;
    }
    None
}

/// Past white space.
fn space(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().take(HEAD).take_while(|b| b.is_ascii_whitespace()).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn column<'t>(text: &'t str, word: &str) -> Vec<&'t str> {
        let at = text.find(word).unwrap();
        let word = at..at + word.len();
        let cells = super::column(text.as_bytes(), &word).map_or_else(Vec::new, |(_, cells)| cells);
        assert!(cells.is_empty() || decided(text.as_bytes(), &word).is_none(), "{text}");
        cells.into_iter().map(|cell| &text[cell]).collect()
    }

    const PIECES: &[&str] = &[
        "INSERT INTO",
        "into ",
        " users",
        "x",
        "(",
        ")",
        ",",
        ";",
        "\t",
        "\n",
        " ",
        "\"",
        "'",
        "`",
        ".",
        "-",
        "key",
        "login",
        "url,login",
        " VALUES ('a', 'b', 'c', 'd')",
        "INSERT INTO users (",
        ", a) VALUES ('a', 'b', 'c', 'd')",
        "\na,b,c\n",
        "lorem ipsum dolor sit amet consectetur ",
    ];

    fn text() -> impl Strategy<Value = String> {
        proptest::collection::vec(proptest::sample::select(PIECES), 0..24).prop_map(|p| p.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20000))]

        #[test]
        fn nothing_further_away_makes_a_decided_name_a_column(near in (text(), text()), far in (text(), text())) {
            let whole = format!("{}key{}", near.0, near.1);
            let at = near.0.len();
            if let Some(reach) = decided(whole.as_bytes(), &(at..at + 3)) {
                let (from, to) = (at.saturating_sub(reach), whole.len().min(at + 3 + reach));
                // What ends within reach ends there elsewhere, too.
                let before = if at >= reach { far.0.as_str() } else { "" };
                let behind = if at + 3 + reach <= whole.len() { far.1.as_str() } else { "" };
                let other = format!("{before}{}{behind}", &whole[from..to]);
                let moved = before.len() + at - from;
                prop_assert!(super::column(whole.as_bytes(), &(at..at + 3)).is_none(), "{}", whole);
                prop_assert!(super::column(other.as_bytes(), &(moved..moved + 3)).is_none(), "{} in {}", whole, other);
            }
        }
    }

    #[test]
    fn the_column_of_a_list_is_read() {
        let text = "url,username,password,note\nhttps://a.b,ann,hunter2,\nhttps://c.d,bob,\"a,\"\"b\",x\nother,line\n";
        assert_eq!(column(text, "password"), ["hunter2", "a,\"\"b"]);
        assert_eq!(
            column("\"Host\";\"Password\";\"Login\"\r\n\"a\";\"hunter2\";\"x\"\r\n", "Password"),
            ["hunter2"]
        );
        assert_eq!(column("host\tuser\tpassword\nweb\tann\thunter2", "password"), ["hunter2"]);
    }

    #[test]
    fn the_column_of_a_statement_is_read() {
        let text = "INSERT INTO `users` (`id`, `password`, mail) VALUES\n  (1, 'hunter2', 'a@b'),\n  (2, 'it''s', NULL);";
        assert_eq!(column(text, "password"), ["hunter2", "it''s"]);
        let copy = "COPY public.users (id, password, mail) FROM stdin;\n1\thunter2\ta@b\n2\t\\N\tc@d\n\\.\n3\tx\ty\n";
        assert_eq!(column(copy, "password"), ["hunter2"]);
        let text = "insert into app.users(name, api_token) values ('ann', md5('x')), ('bob', N'hunter2');";
        assert_eq!(column(text, "api_token"), ["hunter2"]);
    }

    #[test]
    fn two_columns_are_a_list_if_a_word_or_two_name_each() {
        assert_eq!(column("url,password\na,hunter2\nb,hunter3\n", "password"), ["hunter2", "hunter3"]);
    }

    #[test]
    fn other_lists_name_no_column() {
        for text in [
            "a,password,b\n1,2,3\n",
            "first line\nurl,username,password\na,b,hunter2\n",
            "login(user, password, mail) VALUES ('a', 'b', 'c')",
            "the url of the page,the password of ann\na,hunter2\n",
            "call(url, user, password);\nx(a, b, c);\n",
            "INSERT INTO t (password, f(x)) VALUES ('a', 'b')",
        ] {
            assert_eq!(column(text, "password"), Vec::<&str>::new(), "{text}");
        }
    }

    #[test]
    fn rows_far_away_are_left_out() {
        let text = format!("url,username,password\n{}a,b,hunter2\n", "a,b,\n".repeat(2000));
        assert_eq!(column(&text, "password"), Vec::<&str>::new());
    }
}
