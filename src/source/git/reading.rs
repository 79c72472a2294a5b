//! What a history scan does with every object that is read.
//!
//! In flow objects with what they have of their bases; out flow blobs, messages and names for the sink, the
//! links between commits, and what the trees hold.

use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use git2::Oid;

use super::super::source::SourceError;
use super::commit::{self, Commit};
use super::emit::{Emitter, Note};
use super::graph::{Entry, Link, Links};
use super::named::may_hold_secret;
use super::pack::{Changes, Kind, Object, Store, Visit};
use super::woods::{Leaves, Woods};
use crate::blob::ObjectId;

/// What has been learned from the objects.
#[derive(Default)]
pub(super) struct Learned {
    /// Commits and tags.
    pub(super) links: Links,
    /// The trees that were read.
    pub(super) woods: Woods,
    /// Objects in which something was found, or left out, or which cannot be read.
    pub(super) unclean: HashSet<ObjectId>,
    /// Whether an object cannot be read.
    pub(super) broken: bool,
    /// Whether a secret stands in the name of a file.
    pub(super) named: bool,
    /// Clean blobs, and their bytes.
    pub(super) clean: (u64, u64),
}

/// What is remembered of an object while others made from it are read.
pub(super) enum Memo {
    /// Nothing.
    None,
    /// Of a blob.
    Blob(Note),
    /// Of a tree.
    Tree(Leaves),
}

/// Reads a history.
pub(super) struct Reading<'a> {
    emitter: &'a Emitter<'a>,
    store: &'a Store,
    messages: bool,
    woods: Woods,
    clean_blobs: AtomicU64,
    clean_bytes: AtomicU64,
    learned: Mutex<Learned>,
}

impl<'a> Reading<'a> {
    /// Pushes through `emitter` what `store` holds; messages only if wanted.
    pub(super) fn new(emitter: &'a Emitter<'a>, store: &'a Store, messages: bool) -> Self {
        let (clean_blobs, clean_bytes) = (AtomicU64::new(0), AtomicU64::new(0));
        let woods = Woods::of(store.len());
        Self { emitter, store, messages, woods, clean_blobs, clean_bytes, learned: Mutex::default() }
    }

    /// What was learned, once everything is read.
    pub(super) fn finish(self) -> Learned {
        let clean = (self.clean_blobs.into_inner(), self.clean_bytes.into_inner());
        let mut learned = self.learned.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        learned.links.sort();
        Learned { clean, woods: self.woods, ..learned }
    }

    fn learned(&self) -> std::sync::MutexGuard<'_, Learned> {
        self.learned.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn blob(&self, object: &Object<'_>, base: Option<(&Note, &Changes)>) -> Memo {
        let note = self.emitter.traced(object.bytes, object.id, base);
        if note.clean {
            self.count_clean(object);
            self.woods.forget(object.number);
        } else {
            self.learned().unclean.insert(object.id);
        }
        Memo::Blob(note)
    }

    fn count_clean(&self, object: &Object<'_>) {
        self.clean_blobs.fetch_add(1, Relaxed);
        self.clean_bytes.fetch_add(object.bytes.len() as u64, Relaxed);
    }

    fn commit(&self, object: &Object<'_>) -> Memo {
        let (Some(commit), Some(id)) = (Commit::parse(object.bytes), super::repo::oid(&object.id)) else {
            self.broken(object.id, "it is no commit".to_owned());
            return Memo::None;
        };
        let (message, time) = (commit.message, commit.time());
        self.link((object.number, id), Link::Commit { tree: commit.tree, parents: commit.parents, time });
        if self.messages && !self.emitter.message("commit message", message, object.id) {
            self.learned().unclean.insert(object.id);
        }
        Memo::None
    }

    fn link(&self, object: (u32, Oid), link: Link) {
        let entry = Entry::of(self.store, object, link);
        self.learned().links.insert(entry);
    }

    fn tag(&self, object: &Object<'_>) -> Memo {
        let (Some((target, message)), Some(id)) = (commit::tag(object.bytes), super::repo::oid(&object.id))
        else {
            self.broken(object.id, "it is no tag".to_owned());
            return Memo::None;
        };
        self.link((object.number, id), Link::Tag(target));
        if self.messages && !self.emitter.message("tag message", message, object.id) {
            self.learned().unclean.insert(object.id);
        }
        Memo::None
    }

    /// Takes a tree in, and looks at names that no tree before had.
    fn tree(&self, object: &Object<'_>, base: Option<(&Leaves, &Changes)>) -> Memo {
        let Some((leaves, names)) = self.woods.grow(self.store, object, base) else {
            self.broken(object.id, "it is no tree".to_owned());
            return Memo::None;
        };
        for name in names.iter().filter(|name| may_hold_secret(name)) {
            if !self.emitter.name(&String::from_utf8_lossy(name), None) {
                self.learned().named = true;
            }
        }
        if leaves.absent > 0 {
            self.learned().unclean.insert(object.id);
        }
        Memo::Tree(leaves)
    }
}

impl Visit for Reading<'_> {
    type Note = Memo;

    fn object(&self, object: &Object<'_>, base: Option<(&Memo, &Changes)>) -> Memo {
        match (object.kind, base) {
            (Kind::Blob, Some((Memo::Blob(note), changes))) => self.blob(object, Some((note, changes))),
            (Kind::Blob, _) => self.blob(object, None),
            (Kind::Tree, Some((Memo::Tree(leaves), changes))) => self.tree(object, Some((leaves, changes))),
            (Kind::Tree, _) => self.tree(object, None),
            (Kind::Commit, _) => self.commit(object),
            (Kind::Tag, _) => self.tag(object),
        }
    }

    fn broken(&self, id: ObjectId, problem: String) {
        self.learned().broken = true;
        self.learned().unclean.insert(id);
        self.emitter.trouble(
            SourceError::new(format!("object {id}"), problem)
                .advise("the repository is damaged: `git fsck --full` says more, a fresh clone mends it"),
        );
    }
}
