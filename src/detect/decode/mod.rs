//! Decoding: views of encoded text in which anchors may stand.

pub(crate) mod anchors;
