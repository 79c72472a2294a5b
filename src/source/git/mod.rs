//! Git as a source: the index, ranges of commits, whole histories.

mod attribution;
pub(crate) mod bundle;
mod cache;
mod commit;
mod emit;
mod facts;
mod graph;
mod history;
mod host;
mod ids;
mod index;
mod ledger;
mod missing;
mod named;
mod odd;
mod pack;
mod range;
mod read;
mod reading;
mod repo;
mod scope;
mod staged;
pub(crate) mod standing;
mod trees;
mod when;
mod woods;

pub use history::{History, HistoryOptions, Include};
pub(crate) use index::tracked;
pub use range::Range;
pub(crate) use repo::trust;
pub use repo::{Extent, git_dir, is_shallow, refs_below, resolve, work_dir};
pub use staged::Staged;
