//! The line round a secret, with every secret in it masked.

use std::ops::Range;

use crate::finding::Frame;
use crate::secret::Secret;

/// How much of a line is shown to either side of the secret, in characters.
const SIDE: usize = 60;

/// Makes the frame for the secret at `span`. `all` holds the spans of every secret of the text, sorted;
/// none of them is shown.
pub(crate) fn make(bytes: &[u8], span: &Range<usize>, all: &[Range<usize>]) -> Frame {
    // Only what can be shown is looked at: a line may be as long as its file.
    let floor = span.start.saturating_sub(SIDE * 4);
    let ceiling = bytes.len().min(span.end + SIDE * 4);
    let line_start = memchr::memrchr2(b'\n', b'\r', &bytes[floor..span.start]).map(|n| floor + n + 1);
    let line_end = memchr::memchr2(b'\n', b'\r', &bytes[span.end..ceiling]).map(|n| span.end + n);
    let from = line_start.unwrap_or(floor);
    let to = line_end.unwrap_or(ceiling);
    let before = masked(bytes, from..span.start, all);
    let after = masked(bytes, span.end..to, all);
    let skip = before.chars().count().saturating_sub(SIDE);
    let cut = skip > 0 || line_start.is_none() && floor > 0;
    let mut text: String = if cut { "…".to_owned() } else { String::new() };
    text.extend(before.chars().skip(skip));
    let start = text.chars().count();
    text += &Secret::new(&bytes[span.clone()]).masked();
    let end = text.chars().count();
    text.extend(after.chars().take(SIDE));
    if after.chars().count() > SIDE || line_end.is_none() && ceiling < bytes.len() {
        text.push('…');
    }
    Frame { text, from: start, to: end }
}

/// The text of `range` with each of `all` in it replaced by its mask.
fn masked(bytes: &[u8], range: Range<usize>, all: &[Range<usize>]) -> String {
    let mut text = String::new();
    let mut at = range.start;
    let first = all.partition_point(|s| s.end <= range.start);
    for secret in all[first..].iter().take_while(|s| s.start < range.end) {
        if secret.start > at {
            text += &String::from_utf8_lossy(&bytes[at..secret.start]);
        }
        text.push('…');
        at = secret.end.max(at);
    }
    if at < range.end {
        text += &String::from_utf8_lossy(&bytes[at..range.end]);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_neighbouring_secret_is_masked_too() {
        let text = b"a=SECRETONE b=SECRETTWO";
        let frame = make(text, &(2..11), &[2..11, 14..23]);
        assert!(!frame.text.contains("SECRETTWO"), "{}", frame.text);
        assert!(!frame.text.contains("SECRETONE"), "{}", frame.text);
    }
}
