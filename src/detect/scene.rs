//! The scene of a scan: what all candidates of one blob share, worked out once and only if asked for.
//!
//! In flows a blob; out flows the kind of its file and what else is asked more than once.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::lexicon::{FileKind, place};
use crate::blob::Blob;
use crate::rule::RuleId;

/// Digests by their first bytes, with the word that each was made of.
pub(crate) type Digests = BTreeMap<[u8; 20], &'static str>;

/// What the candidates of one blob share.
#[derive(Debug)]
pub struct Scene<'b> {
    blob: &'b Blob<'b>,
    file: OnceCell<FileKind>,
    test: OnceCell<bool>,
    /// The digests of words that stand for a secret, once they were asked for: the same for all blobs of a run.
    digests: &'b OnceLock<Digests>,
    /// The rules that were asked whether they apply to files of the blob's name, with the answer.
    applies: RefCell<Vec<(RuleId, bool)>>,
}

impl<'b> Scene<'b> {
    /// The scene of `blob`; costs nothing until it is asked something.
    pub(crate) fn of(blob: &'b Blob<'b>, digests: &'b OnceLock<Digests>) -> Self {
        Self { blob, file: OnceCell::new(), test: OnceCell::new(), digests, applies: RefCell::default() }
    }

    /// Whether a rule applies to files of the blob's name, which `ask` says if nobody asked before: the anchor of a rule
    /// for few files may stand on every line of another one.
    pub(crate) fn applies(&self, id: RuleId, ask: impl FnOnce(&str) -> bool) -> bool {
        let mut known = self.applies.borrow_mut();
        if let Some((_, answer)) = known.iter().find(|(rule, _)| *rule == id) {
            return *answer;
        }
        let answer = ask(self.blob.path);
        known.push((id, answer));
        answer
    }

    /// What kind of file it is.
    pub(crate) fn file(&self) -> FileKind {
        *self.file.get_or_init(|| place::kind(self.blob.name()))
    }

    /// The path by which the file's kind is told.
    pub(crate) fn name(&self) -> &'b str {
        self.blob.name()
    }

    /// Whether it is program code that holds settings.
    pub(crate) fn is_settings(&self) -> bool {
        self.file() == FileKind::Code && place::is_settings(self.blob.name())
    }

    /// Whether the file belongs to tests or examples.
    pub(crate) fn is_test(&self) -> bool {
        *self.test.get_or_init(|| place::is_test(self.blob.name()))
    }

    /// The digests of words that stand for a secret, which `make` works out if nobody asked before.
    pub(crate) fn digests(&self, make: fn() -> Digests) -> &Digests {
        self.digests.get_or_init(make)
    }

    /// Whether it is no program but what tests read: records, recordings, test vectors.
    pub(crate) fn is_test_data(&self) -> bool {
        matches!(self.file(), FileKind::Config | FileKind::Store | FileKind::Other) && self.is_test()
    }
}
