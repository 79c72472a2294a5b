//! The index as a file: its entries, where it differs from HEAD, which files git tracks.

mod compare;
mod entries;
pub(crate) mod tracked;

pub(super) use compare::differences;
