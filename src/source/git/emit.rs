//! From the bytes of a git object to blobs for the sink.
//!
//! In flow objects; out flow blobs, transcoded where they are UTF-16 or UTF-32, and the counts for the receipt. A
//! Git LFS pointer is replaced by what it points to, or reported.

use std::io::Cursor;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use super::super::archive::{Kind, Unpacker};
use super::super::source::{Item, SourceError};
use super::super::text::{self, Encoding};
use super::pack::Changes;
use crate::blob::{Blob, BlobKind, Mark, ObjectId, Trail};

/// How every Git LFS pointer begins (Git LFS specification, "The Pointer").
const LFS: &[u8] = b"version https://git-lfs.github.com/spec/v1\n";

/// The longest pointer: the specification allows less than 1,024 bytes.
const LFS_LONGEST: usize = 1024;

/// What came of scanning an object.
#[derive(Debug, Default)]
pub(super) struct Note {
    /// Nothing was found.
    pub(super) clean: bool,
    /// What its bytes were scanned as, if they were as they are: an object made from it can use its marks.
    kind: Option<BlobKind>,
    marks: Vec<Mark>,
}

impl Note {
    /// For an object that is not scanned as it is.
    pub(super) fn of(clean: bool) -> Self {
        Self { clean, ..Self::default() }
    }
}

/// Pushes objects into a sink and counts them.
pub(super) struct Emitter<'s> {
    sink: &'s (dyn Fn(Item<'_>) + Sync),
    lfs: PathBuf,
    blobs: AtomicU64,
    bytes: AtomicU64,
}

impl<'s> Emitter<'s> {
    /// For a repository whose git directory is `git_dir`.
    pub(super) fn new(git_dir: &Path, sink: &'s (dyn Fn(Item<'_>) + Sync)) -> Self {
        let lfs = git_dir.join("lfs").join("objects");
        Self { sink, lfs, blobs: AtomicU64::new(0), bytes: AtomicU64::new(0) }
    }

    /// Blobs pushed and their bytes.
    pub(super) fn counts(&self) -> (u64, u64) {
        (self.blobs.load(Relaxed), self.bytes.load(Relaxed))
    }

    /// Counts blobs that an earlier scan has read.
    pub(super) fn add(&self, blobs: u64, bytes: u64) {
        self.blobs.fetch_add(blobs, Relaxed);
        self.bytes.fetch_add(bytes, Relaxed);
    }

    /// Counts a blob that was read and needs no scan.
    pub(super) fn count(&self, bytes: usize) {
        self.blobs.fetch_add(1, Relaxed);
        self.bytes.fetch_add(bytes as u64, Relaxed);
    }

    /// Pushes the content of a file. `path` may be empty when it is not known yet.
    pub(super) fn file(&self, path: &str, bytes: &[u8], object: ObjectId) {
        self.count(bytes.len());
        if is_pointer(bytes) {
            return self.pointer(path, bytes, object);
        }
        self.push(path, bytes, Some(object));
    }

    /// The same, and says what came of it. `base` is what came of the object that it was made from, and how.
    pub(super) fn traced(&self, bytes: &[u8], object: ObjectId, base: Option<(&Note, &Changes)>) -> Note {
        if is_pointer(bytes) {
            self.file("", bytes, object);
            return Note::default();
        }
        self.count(bytes.len());
        let found = AtomicBool::new(false);
        if self.unpack("", bytes, object, Some(&found)) {
            return Note::of(!found.into_inner());
        }
        let is_text = |(base, changes): (&Note, &Changes)| {
            base.kind == Some(BlobKind::Text) && stays_text(bytes, changes)
        };
        let known = base.is_some_and(is_text).then_some(Encoding::Bytes(BlobKind::Text, 0));
        let Encoding::Bytes(kind, 0) = known.unwrap_or_else(|| text::sniff(bytes)) else {
            self.push_text("", bytes, Some(object), Some(&found));
            return Note::of(!found.into_inner());
        };
        let mut trail = Trail::default();
        if let Some((base, changes)) = base.filter(|(base, _)| base.kind.is_some()) {
            let marks = &mut trail.marks;
            changes.carry(&base.marks, Mark::span, |mark, at| marks.push(Mark { at, ..*mark }));
            trail.fresh = Some(changes.seams().collect());
            trail.clean = base.clean && base.kind == Some(kind);
        }
        (self.sink)(Item::Traced(Blob { kind, object: Some(object), ..Blob::whole("", bytes) }, &mut trail));
        Note { clean: !(trail.found || found.into_inner()), kind: Some(kind), marks: trail.marks }
    }

    /// Pushes the message of a commit or tag, and says whether nothing was found in it.
    pub(super) fn message(&self, path: &str, bytes: &[u8], object: ObjectId) -> bool {
        let blob = Blob { kind: BlobKind::Message, object: Some(object), ..Blob::whole(path, bytes) };
        let found = AtomicBool::new(false);
        (self.sink)(Item::Watched(blob, &found));
        !found.load(Relaxed)
    }

    /// Pushes the name of a file, branch or tag, and says whether nothing was found in it.
    pub(super) fn name(&self, name: &str, object: Option<ObjectId>) -> bool {
        let blob = Blob { kind: BlobKind::Name, object, ..Blob::whole(name, name.as_bytes()) };
        let found = AtomicBool::new(false);
        (self.sink)(Item::Watched(blob, &found));
        !found.load(Relaxed)
    }

    /// Reports what is left out on purpose.
    pub(super) fn skipped(&self, path: impl Into<String>, reason: impl Into<String>) {
        (self.sink)(Item::Skipped { path: path.into(), reason: reason.into() });
    }

    /// Reports what should have been read and was not.
    pub(super) fn trouble(&self, error: SourceError) {
        (self.sink)(Item::Trouble(error));
    }

    /// Pushes content.
    fn push(&self, path: &str, bytes: &[u8], object: Option<ObjectId>) {
        if !object.is_some_and(|object| self.unpack(path, bytes, object, None)) {
            self.push_text(path, bytes, object, None);
        }
    }

    /// Pushes content that is no container.
    fn push_text(&self, path: &str, bytes: &[u8], object: Option<ObjectId>, found: Option<&AtomicBool>) {
        let send = |blob| match found {
            Some(found) => (self.sink)(Item::Watched(blob, found)),
            None => (self.sink)(Item::Blob(blob)),
        };
        match text::sniff(bytes) {
            Encoding::Bytes(kind, mark) => send(Blob { kind, object, ..Blob::whole(path, &bytes[mark..]) }),
            Encoding::Wide(wide, mark) => {
                let text = wide.text(&bytes[mark..]);
                send(Blob { object, unpacked: &[wide.name()], ..Blob::whole(path, text.as_bytes()) });
            }
        }
    }

    /// Pushes what is in a container, and says whether anything could be had from it. What was left
    /// out of it counts as found, so that the next scan says so, too.
    fn unpack(&self, path: &str, bytes: &[u8], object: ObjectId, found: Option<&AtomicBool>) -> bool {
        let Some(kind) = Kind::of(bytes) else { return false };
        let name = if path.is_empty() { format!("object {object}") } else { path.to_owned() };
        let sink = |item: Item<'_>| match (item, found) {
            (Item::Blob(blob), None) => (self.sink)(Item::Blob(Blob { object: Some(object), ..blob })),
            (Item::Blob(blob), Some(found)) => {
                (self.sink)(Item::Watched(Blob { object: Some(object), ..blob }, found));
            }
            (other, _) => {
                found.into_iter().for_each(|found| found.store(true, Relaxed));
                (self.sink)(other);
            }
        };
        let mut unpacker = Unpacker::new(bytes.len() as u64, &sink);
        unpacker.file(kind, &name, &mut Cursor::new(bytes)).is_some()
    }

    /// Scans what a Git LFS pointer points to, if it has been fetched.
    fn pointer(&self, path: &str, bytes: &[u8], object: ObjectId) {
        let name = if path.is_empty() { format!("object {object}") } else { path.to_owned() };
        let content = lfs_id(bytes).map(|id| self.lfs.join(&id[..2]).join(&id[2..4]).join(id));
        match content.map(std::fs::read) {
            Some(Ok(content)) => self.push(path, &content, Some(object)),
            _ => self.trouble(
                SourceError::new(name, "the content is kept in Git LFS and has not been fetched")
                    .advise("fetch it with `git lfs fetch --all`, then scan again"),
            ),
        }
    }
}

/// Whether an object that is made from text looks like text for the same reasons, so that only what it has anew is to be
/// looked at.
fn stays_text(bytes: &[u8], changes: &Changes) -> bool {
    let head = &bytes[..bytes.len().min(text::SNIFF)];
    let plain = |part: Range<usize>| memchr::memchr(0, &head[part]).is_none();
    let mut at = 0;
    for copy in changes.copies.iter().take_while(|copy| copy.at < head.len()) {
        let end = head.len().min(copy.at + copy.length);
        // Nobody has looked at what the base has behind its own head.
        if copy.from + (end - copy.at) > text::SNIFF || !plain(at..copy.at) {
            return false;
        }
        at = end;
    }
    // A mark at the start says something else.
    plain(at..head.len()) && !matches!(head.first(), Some(0xEF | 0xFE | 0xFF))
}

fn is_pointer(bytes: &[u8]) -> bool {
    bytes.len() < LFS_LONGEST && bytes.starts_with(LFS)
}

/// The id in a pointer: 64 hexadecimal digits.
fn lfs_id(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    let id = text.lines().find_map(|line| line.strip_prefix("oid sha256:"))?;
    (id.len() == 64 && id.bytes().all(|b| b.is_ascii_hexdigit())).then_some(id)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::pack::Copied;
    use super::*;

    proptest! {
        #[test]
        fn what_stays_text_is_text(
            zeros in prop::collection::vec(text::SNIFF..12_000, 0..4),
            parts in prop::collection::vec(
                (0..12_000usize, 0..9_000usize, prop::collection::vec(prop_oneof![50 => Just(b'b'), 1 => any::<u8>()], 0..40)),
                0..6,
            ),
        ) {
            let mut base = [b'a'; 12_000];
            zeros.into_iter().for_each(|at| base[at] = 0);
            let (mut bytes, mut changes) = (Vec::new(), Changes::default());
            for (from, length, inserted) in parts {
                let from = from.min(base.len());
                let length = length.min(base.len() - from);
                changes.copies.extend((length > 0).then_some(Copied { at: bytes.len(), from, length }));
                bytes.extend_from_slice(&base[from..from + length]);
                bytes.extend(inserted);
            }
            if stays_text(&bytes, &changes) {
                prop_assert_eq!(text::sniff(&bytes), Encoding::Bytes(BlobKind::Text, 0));
            }
        }
    }

    #[test]
    fn text_that_a_line_is_added_to_stays_text() {
        let copy = |at, from, length| Copied { at, from, length };
        let mut changes = Changes::default();
        changes.copies.extend([copy(0, 0, 100), copy(104, 100, 100)]);
        assert!(stays_text(&[b'x'; 204], &changes));
        let mut binary = [b'x'; 204];
        binary[102] = 0;
        assert!(!stays_text(&binary, &changes));
    }

    #[test]
    fn only_a_whole_id_leads_to_a_file() {
        let id = "0123456789abcdef".repeat(4);
        let pointer =
            |id: &str| format!("version https://git-lfs.github.com/spec/v1\noid sha256:{id}\nsize 3\n");
        assert_eq!(lfs_id(pointer(&id).as_bytes()), Some(id.as_str()));
        assert_eq!(lfs_id(pointer("../../../../etc/passwd").as_bytes()), None);
    }
}
