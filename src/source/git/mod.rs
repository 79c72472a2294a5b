//! Git as a source: the index, ranges of commits, whole histories.

mod attribution;
mod cache;
mod commit;
mod emit;
mod facts;
mod filter;
mod graph;
mod history;
mod holders;
mod host;
mod names;
mod pack;
mod range;
mod read;
mod reading;
mod repo;
mod staged;
pub(crate) mod tracked;
mod trees;
mod when;
mod woods;

pub use history::{History, HistoryOptions, Include};
pub use names::{is_shallow, refs_below, resolve};
pub use range::Range;
pub use repo::{git_dir, work_dir};
pub use staged::Staged;
