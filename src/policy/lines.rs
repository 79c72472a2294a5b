//! The lines of a text, as far as ignore comments care: where each begins, whether it holds nothing but a
//! comment, whether its statement goes on below.
//!
//! Only bounded pieces of a line are looked at, so that a line of many megabytes costs no more than a short one.

use std::ops::Range;

/// How many bytes of a line are looked at from either end.
const LOOK: usize = 120;

/// What a comment begins with in the languages people keep secrets in.
const COMMENTS: &[&[u8]] = &[
    b"#", b"//", b"/*", b"*", b"--", b"<!--", b";", b"%", b"'", b"{#", b"{{", b"(*", b"..", b"::", b"!",
    b"REM ", b"rem ", b"@rem ", b"dnl ", b"\"\"\"", b"<%", b"|",
];

/// A text cut into lines, counted from 0. LF, CRLF and a lone CR end a line.
pub(crate) struct Lines<'b> {
    bytes: &'b [u8],
    starts: Vec<usize>,
}

impl<'b> Lines<'b> {
    pub(crate) fn of(bytes: &'b [u8]) -> Self {
        let mut starts = vec![0];
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            if bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n') {
                starts.push(at + 1);
            }
        }
        Self { bytes, starts }
    }

    /// How many lines there are, at least one.
    pub(crate) fn count(&self) -> usize {
        self.starts.len()
    }

    /// The line that holds the byte at `offset`.
    pub(crate) fn at(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset) - 1
    }

    fn range(&self, line: usize) -> Range<usize> {
        let end = self.starts.get(line + 1).copied().unwrap_or(self.bytes.len());
        self.starts[line]..end
    }

    /// The first bytes of a line, without the blanks before them.
    fn head(&self, line: usize) -> &'b [u8] {
        let range = self.range(line);
        self.bytes[range.start..range.end.min(range.start + LOOK)].trim_ascii()
    }

    /// Whether the line holds nothing but blanks.
    pub(crate) fn blank(&self, line: usize) -> bool {
        self.range(line).len() <= LOOK && self.head(line).is_empty()
    }

    /// Whether the line begins with a comment.
    pub(crate) fn comment(&self, line: usize) -> bool {
        let head = self.head(line);
        COMMENTS.iter().any(|c| head.starts_with(c))
    }

    /// Whether the line begins a comment of HTML or Markdown.
    pub(crate) fn markup(&self, line: usize) -> bool {
        self.head(line).starts_with(b"<!--")
    }

    /// Whether the line opens a fenced block of Markdown.
    pub(crate) fn fence(&self, line: usize) -> bool {
        let head = self.head(line);
        head.starts_with(b"```") || head.starts_with(b"~~~")
    }

    /// Whether the statement on this line goes on below.
    pub(crate) fn goes_on(&self, line: usize) -> bool {
        let range = self.range(line);
        opens(self.bytes[range.start.max(range.end.saturating_sub(LOOK))..range.end].trim_ascii())
    }

    /// The code between the start of the line and `offset`, without the sign that begins the comment
    /// there; at most its last bytes.
    fn code_before(&self, line: usize, offset: usize) -> &'b [u8] {
        let from = self.starts[line].max(offset.saturating_sub(LOOK));
        let mut code = self.bytes[from..offset].trim_ascii();
        for sign in [&b"<!--"[..], b"//", b"/*", b"--", b"{#", b"#", b"%", b";"] {
            if let Some(cut) = code.strip_suffix(sign) {
                code = cut.trim_ascii();
                break;
            }
        }
        code
    }

    /// Whether the code before `offset` goes on below.
    pub(crate) fn goes_on_before(&self, line: usize, offset: usize) -> bool {
        opens(self.code_before(line, offset))
    }

    /// Whether the code before `offset` only closes what was opened above.
    pub(crate) fn closes_before(&self, line: usize, offset: usize) -> bool {
        let code = self.code_before(line, offset);
        let closer = |b: &u8| b.is_ascii_whitespace() || b")]};,\"'`".contains(b);
        !code.is_empty() && code.len() < LOOK / 2 && code.iter().all(closer)
    }

    /// Whether a comment begins on the line before `offset`.
    pub(crate) fn comment_before(&self, line: usize, offset: usize) -> bool {
        let from = self.starts[line].max(offset.saturating_sub(LOOK));
        let text = &self.bytes[from..offset];
        let signs: [&[u8]; 6] = [b" #", b" //", b"/*", b" --", b"<!--", b" ;"];
        self.comment(line) || signs.iter().any(|s| memchr::memmem::find(text, s).is_some())
    }
}

/// Whether code that ends like this goes on in the next line.
fn opens(code: &[u8]) -> bool {
    let open = |b: &u8| b"=([{:,\\+|>&?".contains(b);
    code.last().is_some_and(open) || [&b"\"\"\""[..], b"'''", b"`"].iter().any(|q| code.ends_with(q))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_line_end_begins_a_line() {
        let lines = Lines::of(b"a\r\nb\rc\nd");
        assert_eq!((lines.count(), lines.at(0), lines.at(3), lines.at(5), lines.at(7)), (4, 0, 1, 2, 3));
    }

    #[test]
    fn comments_of_many_languages_are_told_from_code() {
        for text in ["# x", "  // x", "/* x", "-- x", "<!-- x", "; x", "% x", "REM x", "{# x", "(* x", "' x"]
        {
            assert!(Lines::of(text.as_bytes()).comment(0), "{text}");
        }
        for text in ["key = 1 # x", "password: a", ""] {
            assert!(!Lines::of(text.as_bytes()).comment(0), "{text}");
        }
    }

    #[test]
    fn open_and_closing_ends_are_seen_before_a_comment() {
        let text = b"call( # m";
        assert!(Lines::of(text).goes_on_before(0, 8));
        assert!(Lines::of(b"  )  // m").closes_before(0, 8));
        assert!(!Lines::of(b"x)  // m").closes_before(0, 7));
    }
}
