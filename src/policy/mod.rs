//! Policy: what is found and does not count, each time with a reason.

mod inline;
#[allow(clippy::module_inception, reason = "a file is named after its one main type")]
mod policy;

pub use inline::Comments;
pub use policy::{Decision, Policy};
