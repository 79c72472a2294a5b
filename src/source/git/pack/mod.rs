//! Packs, read whole: every object once, each delta applied once, on several threads.

mod delta;
mod entry;
mod forest;
mod index;
mod loose;
mod map;
mod parts;
mod plant;
mod store;

pub(super) use delta::Changes;
#[cfg(test)]
pub(super) use delta::Copied;
pub(super) use entry::Kind;
pub(super) use forest::{Object, Visit};
pub(super) use loose::{ids as loose_ids, read as read_loose};
pub(super) use store::Store;
