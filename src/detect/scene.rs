//! The scene of a scan: what all candidates of one blob share, worked out once and only if asked for.
//!
//! In flow a blob and the keyword table; out flow the kind of the file and where keywords stand.

use std::cell::OnceCell;
use std::ops::Range;

use super::anchors::{Anchors, Hit};
use super::lexicon::{FileKind, place};
use crate::blob::Blob;

/// What the candidates of one blob share.
#[derive(Debug)]
pub struct Scene<'b> {
    blob: &'b Blob<'b>,
    file: OnceCell<FileKind>,
    test: OnceCell<bool>,
    hits: OnceCell<Vec<Hit>>,
}

impl<'b> Scene<'b> {
    /// The scene of `blob`; costs nothing until it is asked something.
    pub fn of(blob: &'b Blob<'b>) -> Self {
        Self { blob, file: OnceCell::new(), test: OnceCell::new(), hits: OnceCell::new() }
    }

    /// What kind of file it is.
    pub(crate) fn file(&self) -> FileKind {
        *self.file.get_or_init(|| place::kind(self.blob.path))
    }

    /// Whether the file belongs to tests or examples.
    pub(crate) fn is_test(&self) -> bool {
        *self.test.get_or_init(|| place::is_test(self.blob.path))
    }

    /// The keywords that begin in `range` of the blob, in order.
    pub(crate) fn keywords(&self, table: &Anchors, range: &Range<usize>) -> &[Hit] {
        let all = self.hits.get_or_init(|| table.search(self.blob.bytes));
        let from = all.partition_point(|h| h.at < range.start);
        let to = all.partition_point(|h| h.at < range.end);
        &all[from..to]
    }
}
