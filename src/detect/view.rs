//! A view: bytes to search, and how they map back to the bytes of the blob.
//!
//! The first view of a blob is the blob itself. Decoding makes further ones, each with a map to the view
//! it was made from.

use std::cell::OnceCell;
use std::ops::Range;

use super::keywords::Keywords;
use crate::blob::Blob;

/// Bytes to search.
#[derive(Debug)]
pub struct View<'b> {
    /// The blob all this is about.
    pub blob: &'b Blob<'b>,
    /// The bytes, decoded if the view is.
    pub bytes: &'b [u8],
    /// For a decoded view, what it was made from and how.
    pub parent: Option<Parent<'b>>,
    /// How many decodings lie between the view and the blob.
    pub depth: u8,
    /// Where manifests of a Secret say what they are, once that is known.
    manifests: OnceCell<Vec<usize>>,
    /// Where keywords stand, as far as that was asked.
    pub(super) keywords: Keywords,
}

/// What a decoded view was made from.
#[derive(Debug)]
pub struct Parent<'b> {
    /// The view that was decoded.
    pub view: &'b View<'b>,
    /// The name of the encoding (`base64`).
    pub form: &'static str,
    /// The part of the parent's bytes that was decoded.
    pub span: Range<usize>,
    /// For decoded byte `n`, where its encoded form begins in the parent's bytes; one entry more than
    /// there are decoded bytes, the last being the end.
    pub map: Vec<u32>,
}

impl<'b> View<'b> {
    /// The blob itself.
    pub fn of(blob: &'b Blob<'b>) -> Self {
        Self::new(blob, blob.bytes, None, 0)
    }

    /// What was decoded from `parent`.
    pub(super) fn decoded(bytes: &'b [u8], parent: Parent<'b>) -> Self {
        let (blob, depth) = (parent.view.blob, parent.view.depth + 1);
        Self::new(blob, bytes, Some(parent), depth)
    }

    fn new(blob: &'b Blob<'b>, bytes: &'b [u8], parent: Option<Parent<'b>>, depth: u8) -> Self {
        Self { blob, bytes, parent, depth, manifests: OnceCell::new(), keywords: Keywords::default() }
    }

    /// Notes where manifests of a Secret, whose values are views of their own, say what they are. Once a view.
    pub(super) fn note_manifests(&self, at: Vec<usize>) {
        self.manifests.get_or_init(|| at);
    }

    /// Where manifests of a Secret say what they are.
    pub(super) fn manifests(&self) -> &[usize] {
        self.manifests.get().map_or(&[], Vec::as_slice)
    }

    /// The bytes of the blob that stand for `span` of this view.
    pub fn in_blob(&self, span: Range<usize>) -> Range<usize> {
        match &self.parent {
            None => span,
            Some(parent) => {
                let last = parent.map.len() - 1;
                let at = |n: usize| parent.span.start + parent.map[n.min(last)] as usize;
                parent.view.in_blob(at(span.start)..at(span.end))
            }
        }
    }

    /// The decodings between the blob's file and this view, outermost first.
    pub fn forms(&self) -> Vec<&'static str> {
        match &self.parent {
            None => self.blob.unpacked.to_vec(),
            Some(parent) => {
                let mut forms = parent.view.forms();
                forms.push(parent.form);
                forms
            }
        }
    }
}
