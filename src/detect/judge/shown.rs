//! Does the value stand in a text that shows how something is used? A literal that is called `EXAMPLES`, a request to
//! nobody's host.
//!
//! In flows a candidate; out flows less confidence where the text round it says that the value shows what one looks
//! like. What proves itself is looked at only where it is user and password of such a request.

use super::{Verdict, double};
use crate::detect::Candidate;
use crate::detect::lexicon::{FileKind, name, place};
use crate::rule::Judged;

/// How far before a value the literal that it stands in may begin, in bytes. Less than what a change in a history reaches.
const LITERAL: usize = 6 * 1024;

/// How far to either side of a value a command may go on, in bytes.
const COMMAND: usize = 400;

/// What a literal is called that shows how something is used, by the last word of its name. The first three are those of
/// the modules of Ansible, whose documentation is made from them.
const SHOWS: &[&[u8]] = &[
    b"examples",
    b"documentation",
    b"return",
    b"example",
    b"doc",
    b"docs",
    b"docstring",
    b"usage",
    b"help",
    b"sample",
    b"samples",
];

/// How the address of a host begins that nobody else reaches, or that somebody is to put in place of it.
const NOBODY: &[&[u8]] = &[
    b"://localhost",
    b"://127.0.0.1",
    b"://0.0.0.0",
    b"://[::1]",
    b"://example.",
    b"://my-",
    b"://my.",
    b"://your",
    b"://www.my-",
    b"://www.your",
    b".example.com",
    b".example.org",
];

/// What sends a request.
const CLIENTS: &[&[u8]] =
    &[b"curl ", b"wget ", b"http GET ", b"http POST ", b"http PUT ", b"http PATCH ", b"http DELETE "];

/// How far before a value the block of code may begin that a page shows it in, in bytes.
const BLOCK: usize = 2048;

/// Lowers what is only shown.
pub(super) fn judge(c: &mut Candidate<'_>) -> Verdict {
    let text = if in_a_literal(c) {
        "stands in a literal whose name says that it shows how something is used"
    } else if in_a_saved_page(c) {
        "stands in a page that was saved for tests, and was sent to everybody who asked for it"
    } else if in_a_block(c) {
        "stands in a block of code that a page shows to everybody"
    } else if asks_nobody(c) {
        "goes to one's own machine or to a made-up host, in documentation or a comment"
    } else {
        return Verdict::Pass;
    };
    c.doubt("shown", text);
    Verdict::Pass
}

/// Whether the value, which has no shape of its own, stands in a literal of several lines that shows something. Asked of
/// the file as it is: what was put together from it has lost the literal's name.
fn in_a_literal(c: &Candidate<'_>) -> bool {
    let plain = c.kind().is_some() || c.key.is_some() || c.rule.judged == Judged::Hash;
    if c.proven || !plain || c.scene.file() != FileKind::Code {
        return false;
    }
    let at = c.view.in_blob(c.span.clone()).start;
    called(&c.view.blob.bytes[at.saturating_sub(LITERAL)..at]).is_some_and(shows)
}

/// Whether the value, which nothing but its name tells, stands in a page of the web or a feed that tests read. What has a
/// shape of its own is a key wherever it stands.
fn in_a_saved_page(c: &Candidate<'_>) -> bool {
    !c.proven && c.kind().is_some() && c.scene.is_test() && place::is_sent(c.scene.name())
}

/// Whether the value stands in a block of code that a program's page shows.
fn in_a_block(c: &Candidate<'_>) -> bool {
    if c.proven || c.kind().is_none() || c.scene.file() != FileKind::Code {
        return false;
    }
    is_open(&c.view.bytes[c.span.start.saturating_sub(BLOCK)..c.span.start])
}

/// Whether `before` ends inside of an element for code of several lines. Comments of Java have `<pre>` alone.
fn is_open(before: &[u8]) -> bool {
    let Some(open) = memchr::memmem::rfind(before, b"<pre><code") else { return false };
    memchr::memmem::find(&before[open..], b"</pre>").is_none()
}

/// What the literal between three quotes is called in which `before` ends: `EXAMPLES = r"""…`. If the last such quotes
/// close a literal, no name and sign stand before them.
fn called(before: &[u8]) -> Option<&[u8]> {
    let at = [&b"\"\"\""[..], b"'''"].iter().filter_map(|q| memchr::memmem::rfind(before, q)).max()?;
    let line = &before[..at];
    let line = &line[memchr::memrchr(b'\n', line).map_or(0, |n| n + 1)..];
    let raw = line.iter().rev().take_while(|b| b.is_ascii_alphabetic()).count();
    let name = line[..line.len() - raw].trim_ascii_end().strip_suffix(b"=")?;
    Some(name.trim_ascii())
}

/// Whether the last word of a name is one of those that say so.
fn shows(text: &[u8]) -> bool {
    let last = name::split(text).pop().map_or(&[][..], |word| &text[word]);
    SHOWS.iter().any(|word| last.eq_ignore_ascii_case(word))
}

/// Whether the value goes with a request to a host that is nobody's, where requests are only shown.
fn asks_nobody(c: &Candidate<'_>) -> bool {
    let basic = c.rule.structure == "basic-auth";
    let shown = c.scene.is_test() || c.scene.file() == FileKind::Docs || double::in_comment(c);
    if !basic && (c.proven || c.kind().is_none()) || !shown {
        return false;
    }
    let span = c.view.in_blob(c.span.clone());
    let command = command(c.view.blob.bytes, span.start, span.end);
    let holds = |word: &[u8]| memchr::memmem::find(command, word).is_some();
    CLIENTS.iter().any(|client| holds(client)) && NOBODY.iter().any(|host| holds(host))
}

/// The command that goes from `start` to `end` and on: its line, and those that a backslash joins to it.
fn command(bytes: &[u8], start: usize, end: usize) -> &[u8] {
    let first = start.saturating_sub(COMMAND);
    let mut from = start;
    while let Some(at) = memchr::memrchr(b'\n', &bytes[first..from]) {
        if !bytes[first..first + at].trim_ascii_end().ends_with(b"\\") {
            from = first + at + 1;
            return &bytes[from..last(bytes, end)];
        }
        from = first + at;
    }
    &bytes[first..last(bytes, end)]
}

/// Where the command ends that a value ending at `end` stands in.
fn last(bytes: &[u8], end: usize) -> usize {
    let most = bytes.len().min(end + COMMAND);
    let mut to = end;
    while let Some(at) = memchr::memchr(b'\n', &bytes[to..most]) {
        if !bytes[to..to + at].trim_ascii_end().ends_with(b"\\") {
            return to + at;
        }
        to += at + 1;
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_is_called_by_the_name_before_it() {
        for text in
            ["EXAMPLES = r\"\"\"\n- a: 1\n  token: ", "x = 1\nSOME_EXAMPLE = '''\nkey: ", "Usage=\"\"\"x "]
        {
            assert!(called(text.as_bytes()).is_some_and(shows), "{text}");
        }
        for text in [
            "EXAMPLES = r\"\"\"\n- a: 1\n\"\"\"\ntoken = \"",
            "QUERY = '''\nselect ",
            "def f():\n    \"\"\"Says x: ",
            "EXAMPLES = [\"",
        ] {
            assert!(!called(text.as_bytes()).is_some_and(shows), "{text}");
        }
    }

    #[test]
    fn a_block_of_code_is_open_until_it_closes() {
        assert!(is_open(b"<p>x</p><pre><code class=\"a\">key: "));
        assert!(
            !is_open(b"<pre><code>key</code></pre> key: ")
                && !is_open(b" * <pre>{ key: ")
                && !is_open(b"key: ")
        );
    }

    #[test]
    fn a_command_goes_on_behind_a_backslash() {
        let text = b"see\ncurl \\\n  -u a:b \\\n  http://x/\nhttp://y/\n";
        let at = memchr::memmem::find(text, b"a:b").unwrap();
        assert_eq!(command(text, at + 2, at + 3), b"curl \\\n  -u a:b \\\n  http://x/");
        let at = memchr::memmem::find(text, b"y/").unwrap();
        assert_eq!(command(text, at, at + 1), b"http://y/");
    }
}
