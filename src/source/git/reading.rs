//! What a history scan does with every object that is read.
//!
//! In flow objects with what they have of their bases; out flow blobs, messages and names for the sink, the
//! links between commits, and ids that trees name and the store does not hold. Of an object whose base is
//! clean, only the surroundings of its seams are looked at first.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use git2::Oid;

use super::super::source::SourceError;
use super::commit::{self, Commit};
use super::emit::{Emitter, Note};
use super::graph::Link;
use super::pack::{Changes, Kind, Object, Store, Visit};
use crate::blob::ObjectId;

/// A name shorter than this holds no secret.
const SHORTEST_NAME: usize = 20;

/// What has been learned from the objects.
#[derive(Default)]
pub(super) struct Learned {
    /// Commits and tags.
    pub(super) links: HashMap<Oid, Link>,
    /// Names of files that are long enough to hold a secret.
    names: HashSet<Vec<u8>>,
    /// Objects that a tree names and that are not there.
    pub(super) missing: HashSet<ObjectId>,
    /// Objects in which something was found, or which cannot be read.
    pub(super) unclean: HashSet<ObjectId>,
    /// Whether a secret stands in the name of a file.
    pub(super) named: bool,
    /// Clean blobs, and their bytes.
    pub(super) clean: (u64, u64),
}

/// Reads a history.
pub(super) struct Reading<'a> {
    emitter: &'a Emitter<'a>,
    store: &'a Store,
    messages: bool,
    clean_blobs: AtomicU64,
    clean_bytes: AtomicU64,
    learned: Mutex<Learned>,
}

impl<'a> Reading<'a> {
    /// Pushes through `emitter` what `store` holds; messages only if wanted.
    pub(super) fn new(emitter: &'a Emitter<'a>, store: &'a Store, messages: bool) -> Self {
        let (clean_blobs, clean_bytes) = (AtomicU64::new(0), AtomicU64::new(0));
        Self { emitter, store, messages, clean_blobs, clean_bytes, learned: Mutex::default() }
    }

    /// What was learned, once everything is read.
    pub(super) fn finish(self) -> Learned {
        let clean = (self.clean_blobs.into_inner(), self.clean_bytes.into_inner());
        let learned = self.learned.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        Learned { clean, ..learned }
    }

    fn learned(&self) -> std::sync::MutexGuard<'_, Learned> {
        self.learned.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn blob(&self, object: &Object<'_>, base: Option<(&Note, &Changes)>) -> Note {
        let note = self.emitter.traced(object.bytes, object.id, base);
        if note.clean {
            self.count_clean(object);
        } else {
            self.learned().unclean.insert(object.id);
        }
        note
    }

    fn count_clean(&self, object: &Object<'_>) {
        self.clean_blobs.fetch_add(1, Relaxed);
        self.clean_bytes.fetch_add(object.bytes.len() as u64, Relaxed);
    }

    fn commit(&self, object: &Object<'_>) -> bool {
        let (Some(commit), Some(id)) = (Commit::parse(object.bytes), super::repo::oid(&object.id)) else {
            self.broken(object.id, "it is no commit".to_owned());
            return false;
        };
        let (tree, parents) = (commit.tree, commit.parents.clone());
        let link = Link::Commit { tree, parents, time: commit.time() };
        self.learned().links.insert(id, link);
        !self.messages || self.emitter.message("commit message", commit.message, object.id)
    }

    fn tag(&self, object: &Object<'_>) -> bool {
        let (Some((target, message)), Some(id)) = (commit::tag(object.bytes), super::repo::oid(&object.id))
        else {
            self.broken(object.id, "it is no tag".to_owned());
            return false;
        };
        self.learned().links.insert(id, Link::Tag(target));
        !self.messages || self.emitter.message("tag message", message, object.id)
    }

    /// Looks at the entries of a tree that its base does not hold.
    fn tree(&self, object: &Object<'_>, changes: Option<&Changes>) -> bool {
        let whole = changes.is_none().then_some(0..usize::MAX);
        let mut fresh = changes.into_iter().flat_map(Changes::seams).chain(whole).peekable();
        let (mut at, mut clean) = (0, true);
        while at < object.bytes.len() {
            let Some((name, end, file)) = entry(object.bytes, at) else {
                self.broken(object.id, "it is no tree".to_owned());
                return false;
            };
            while fresh.next_if(|range| range.end < at).is_some() {}
            if fresh.peek().is_none() {
                break;
            }
            if fresh.peek().is_some_and(|range| range.start <= end) {
                clean &= self.entry(&object.bytes[name], &object.bytes[end - 20..end], file);
            }
            at = end;
        }
        if !clean {
            self.learned().unclean.insert(object.id);
        }
        clean
    }

    /// Looks at one entry; says whether its object is there and nothing stands in its name.
    fn entry(&self, name: &[u8], id: &[u8], here: bool) -> bool {
        let missing = ObjectId::from_bytes(id).filter(|id| here && !self.store.holds(id));
        let mut clean = missing.is_none();
        if let Some(id) = missing {
            self.learned().missing.insert(id);
        }
        if may_hold_secret(name) && self.learned().names.insert(name.to_vec()) {
            let nothing = self.emitter.name(&String::from_utf8_lossy(name), None);
            self.learned().named |= !nothing;
            clean &= nothing;
        }
        clean
    }
}

impl Visit for Reading<'_> {
    type Note = Note;

    fn object(&self, object: &Object<'_>, base: Option<(&Note, &Changes)>) -> Note {
        let clean = match object.kind {
            Kind::Blob => return self.blob(object, base),
            Kind::Tree => self.tree(object, base.filter(|(note, _)| note.clean).map(|(_, changes)| changes)),
            Kind::Commit => self.commit(object),
            Kind::Tag => self.tag(object),
        };
        Note::of(clean)
    }

    fn broken(&self, id: ObjectId, problem: String) {
        self.learned().unclean.insert(id);
        self.emitter.trouble(
            SourceError::new(format!("object {id}"), problem)
                .advise("the repository is damaged: `git fsck --full` says more, a fresh clone mends it"),
        );
    }
}

/// Name and end of the tree entry at `at`, and whether its object belongs to this repository (a commit of a
/// submodule does not). An entry is a mode, a space, a name, NUL and 20 bytes of id.
pub(super) fn entry(tree: &[u8], at: usize) -> Option<(Range<usize>, usize, bool)> {
    let rest = tree.get(at..)?;
    let nul = memchr::memchr(0, rest)?;
    let space = memchr::memchr(b' ', &rest[..nul.min(8)])?;
    let end = nul + 21;
    (end <= rest.len()).then(|| (at + space + 1..at + nul, at + end, &rest[..space] != b"160000"))
}

/// Whether a name is long and has a long enough run of letters and digits.
fn may_hold_secret(name: &[u8]) -> bool {
    let token = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    name.len() >= SHORTEST_NAME
        && name.split(|b| !token(b)).any(|run| run.len() >= 16 && run.iter().any(u8::is_ascii_digit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_of_a_tree_are_told_apart() {
        let mut tree = b"100644 a b\0".to_vec();
        tree.extend([7; 20]);
        tree.extend(b"160000 sub\0");
        tree.extend([8; 20]);
        assert_eq!(entry(&tree, 0), Some((7..10, 31, true)));
        assert_eq!(entry(&tree, 31), Some((38..41, tree.len(), false)));
        assert_eq!(entry(&tree[..40], 31), None);
    }
}
