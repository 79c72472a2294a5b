//! Decoding: views of encoded text in which anchors may stand.
//!
//! A view is made only where an anchor, or an anchor's own encoded form, asks for it.

pub(crate) mod anchors;
pub(crate) mod ask;
mod base64;
mod counted;
mod descend;
mod digits;
mod dump;
mod escape;
mod join;
mod list;
pub(crate) mod manifest;
mod packed;
mod tape;
mod turned;

pub(crate) use descend::descend;
