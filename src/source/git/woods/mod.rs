//! The trees of a store in memory, and which of them hold what.

mod grove;
mod holders;
#[allow(clippy::module_inception, reason = "a file is named after its one main type")]
mod woods;

pub(super) use holders::Holders;
pub(super) use woods::{Leaves, Woods};
