//! The rows of an SQLite database, as records: "Record Format", <https://www.sqlite.org/fileformat2.html>.
//!
//! In flow the bytes of a row; out flow its columns. A row that is cut short has the columns that are left of it.

/// A value of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value<'r> {
    /// A text, or bytes.
    Text(&'r [u8]),
    /// A whole number.
    Number(i64),
    /// Anything else.
    Other,
}

/// How many bytes a column of this kind has.
fn length(kind: u64) -> Option<usize> {
    match kind {
        0 | 8 | 9 => Some(0),
        1..=4 => Some(kind as usize),
        5 => Some(6),
        6 | 7 => Some(8),
        _ => usize::try_from(kind.checked_sub(12)? / 2).ok(),
    }
}

/// The kinds and the bytes of the columns of a row.
fn columns(row: &[u8]) -> Option<Vec<(u64, &[u8])>> {
    let mut at = 0;
    let header = usize::try_from(varint(row, &mut at)?).ok()?;
    let (mut content, mut columns) = (header, Vec::new());
    while at < header.min(row.len()) {
        let kind = varint(row, &mut at)?;
        let end = content.checked_add(length(kind)?)?;
        columns.push((kind, row.get(content.min(row.len())..end.min(row.len()))?));
        content = end;
    }
    Some(columns)
}

/// A row whose texts are UTF-16, with its texts in UTF-8.
pub(super) fn narrowed(row: &[u8], high_first: bool) -> Option<Vec<u8>> {
    let (mut kinds, mut content) = (Vec::new(), Vec::new());
    for (kind, bytes) in columns(row)? {
        if kind < 13 || kind % 2 == 0 {
            put(kind, &mut kinds);
            content.extend_from_slice(bytes);
            continue;
        }
        let pair = |b: &[u8]| if high_first { [b[0], b[1]] } else { [b[1], b[0]] };
        let units = bytes.chunks_exact(2).map(|b| u16::from_be_bytes(pair(b)));
        let text: String =
            char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        put(13 + 2 * text.len() as u64, &mut kinds);
        content.extend_from_slice(text.as_bytes());
    }
    // The length of the header counts itself.
    let own = if kinds.len() + 1 < 0x80 { 1 } else { 2 };
    let mut header = Vec::new();
    put((kinds.len() + own) as u64, &mut header);
    Some([header, kinds, content].concat())
}

/// Adds a number below 2⁵⁶ as [`varint`] reads it.
fn put(number: u64, out: &mut Vec<u8>) {
    let groups = (64 - number.leading_zeros()).div_ceil(7).max(1);
    for n in (0..groups).rev() {
        let more = if n > 0 { 0x80 } else { 0 };
        out.push((number >> (7 * n) & 0x7f) as u8 | more);
    }
}

/// The columns of a row.
pub(super) fn values<'r>(row: &'r [u8]) -> Option<Vec<Value<'r>>> {
    let value = |(kind, bytes): (u64, &'r [u8])| match kind {
        8 | 9 => Value::Number(kind as i64 - 8),
        1..=6 if bytes.len() == length(kind).unwrap_or(0) => Value::Number(number(bytes)),
        12.. => Value::Text(bytes),
        _ => Value::Other,
    };
    Some(columns(row)?.into_iter().map(value).collect())
}

/// A number of one to eight bytes, with a sign.
fn number(bytes: &[u8]) -> i64 {
    let first = if bytes.first().is_some_and(|b| *b >= 0x80) { -1 } else { 0 };
    bytes.iter().fold(first, |number, byte| number << 8 | i64::from(*byte))
}

/// A number of one to nine bytes, and where it ends.
pub(super) fn varint(bytes: &[u8], at: &mut usize) -> Option<u64> {
    let mut value = 0u64;
    for n in 0..9 {
        let byte = *bytes.get(*at)?;
        *at += 1;
        if n == 8 {
            return Some(value << 8 | u64::from(byte));
        }
        value = value << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            break;
        }
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_texts_are_made_narrow() {
        let text: Vec<u8> = "über".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let row = [&[4, 1, 13 + 16, 12 + 4, 7][..], &text, b"\0\xff"].concat();
        let narrow = narrowed(&row, false).unwrap();
        let found = values(&narrow).unwrap();
        assert_eq!(found, [Value::Number(7), Value::Text("über".as_bytes()), Value::Text(b"\0\xff")]);
        let mut long = Vec::new();
        put(300, &mut long);
        assert_eq!(varint(&long, &mut 0), Some(300));
    }
}
