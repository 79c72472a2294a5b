//! Policy: what is found and does not count, each time with a reason.

mod allow;
mod baseline;
mod date;
mod ignore_file;
mod inline;
mod lines;
mod marker;
#[allow(clippy::module_inception, reason = "a file is named after its one main type")]
mod policy;
mod selector;
mod stab;

pub use allow::Allow;
pub use baseline::{Baseline, Known};
pub use date::Date;
pub use ignore_file::{Entry, IGNORE_FILE, IgnoreFile, Subject, with_entry, without_lines};
pub use inline::Comments;
pub use policy::{Decision, Policy, PolicyError};
