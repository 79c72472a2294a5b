//! A commit or tag, read from its raw bytes.
//!
//! In flows an object as git stores it (see gitformat-signature and `git cat-file commit`); out flow its
//! parts, borrowed. Nothing is looked up.

use git2::Oid;

use super::super::origin::CommitInfo;
use super::repo::{object_id, parse_id};

/// The parts of a commit.
#[derive(Debug, Clone)]
pub(super) struct Commit<'a> {
    /// The tree of its files.
    pub(super) tree: Oid,
    /// Its parents, in order.
    pub(super) parents: Vec<Oid>,
    author: &'a [u8],
    committer: &'a [u8],
    /// The message, everything after the first empty line.
    pub(super) message: &'a [u8],
}

impl<'a> Commit<'a> {
    /// Reads a commit; `None` if the bytes are no commit.
    pub(super) fn parse(raw: &'a [u8]) -> Option<Self> {
        let (head, message) = split(raw);
        let mut commit =
            Self { tree: Oid::ZERO_SHA1, parents: Vec::new(), author: b"", committer: b"", message };
        for line in head.split(|b| *b == b'\n') {
            match line.split_at_checked(line.iter().position(|b| *b == b' ').unwrap_or(line.len())) {
                Some((b"tree", id)) if commit.tree.is_zero() => commit.tree = hex(id)?,
                Some((b"parent", id)) => commit.parents.push(hex(id)?),
                Some((b"author", who)) if commit.author.is_empty() => commit.author = who.trim_ascii(),
                Some((b"committer", who)) if commit.committer.is_empty() => {
                    commit.committer = who.trim_ascii();
                }
                _ => {}
            }
        }
        (!commit.tree.is_zero()).then_some(commit)
    }

    /// When it was committed, in seconds since 1970.
    pub(super) fn time(&self) -> i64 {
        signature(self.committer).1
    }

    /// What a report says of it.
    pub(super) fn info(&self, id: Oid) -> Option<CommitInfo> {
        info(id, (self.author, self.committer), self.message)
    }
}

/// What a report says of a tag: whoever made it stands for author and committer. `None` if it does not say who that was.
pub(super) fn tag_info(id: Oid, raw: &[u8]) -> Option<CommitInfo> {
    let (head, message) = split(raw);
    let tagger = head.split(|b| *b == b'\n').find_map(|line| line.strip_prefix(b"tagger "))?.trim_ascii();
    info(id, (tagger, tagger), message)
}

fn info(id: Oid, (author, committer): (&[u8], &[u8]), message: &[u8]) -> Option<CommitInfo> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (author, time, offset) = signature(author);
    let summary = message.trim_ascii_start().split(|b| *b == b'\n').next().unwrap_or_default();
    Some(CommitInfo {
        id: object_id(id)?,
        author: text(author),
        committer: text(signature(committer).0),
        date: super::when::iso(time, offset),
        time,
        summary: text(summary),
    })
}

/// The object a tag names, and its message; `None` if the bytes are no tag.
pub(super) fn tag(raw: &[u8]) -> Option<(Oid, &[u8])> {
    let (head, message) = split(raw);
    let object = head.split(|b| *b == b'\n').find_map(|line| line.strip_prefix(b"object "))?;
    Some((hex(object)?, message))
}

/// Head lines and message.
fn split(raw: &[u8]) -> (&[u8], &[u8]) {
    match memchr::memmem::find(raw, b"\n\n") {
        Some(at) => (&raw[..at], &raw[at + 2..]),
        None => (raw, b""),
    }
}

fn hex(text: &[u8]) -> Option<Oid> {
    parse_id(std::str::from_utf8(text.trim_ascii()).ok()?)
}

/// `Name <mail> 1700000000 +0100` as name with mail, seconds, minutes east of Greenwich.
fn signature(text: &[u8]) -> (&[u8], i64, i32) {
    let Some(end) = memchr::memrchr(b'>', text) else { return (text, 0, 0) };
    let rest = std::str::from_utf8(&text[end + 1..]).unwrap_or_default();
    let mut parts = rest.split_ascii_whitespace();
    let time = parts.next().and_then(|t| t.parse().ok()).unwrap_or(0);
    let zone: i32 = parts.next().and_then(|z| z.parse().ok()).unwrap_or(0);
    (&text[..=end], time, zone / 100 * 60 + zone % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RAW: &str = "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nparent 1111111111111111111111111111111111111111\n\
        author A <a@x> 86400 +0130\ncommitter C <c@x> 90000 -0030\ngpgsig x\n y\n\nSubject\n\nbody\n";

    #[test]
    fn a_commit_gives_its_parts() {
        let commit = Commit::parse(RAW.as_bytes()).unwrap();
        assert_eq!(commit.parents.len(), 1);
        assert_eq!(commit.time(), 90000);
        assert_eq!(commit.message, b"Subject\n\nbody\n");
        let info = commit.info(commit.tree).unwrap();
        assert_eq!((info.author.as_str(), info.date.as_str()), ("A <a@x>", "1970-01-02T01:30:00+01:30"));
        assert_eq!(info.summary, "Subject");
    }

    #[test]
    fn what_is_no_commit_is_refused() {
        assert!(Commit::parse(b"").is_none());
        assert!(Commit::parse(b"tree xyz\n\n").is_none());
    }
}
