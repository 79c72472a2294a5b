//! Output: one file a format. Each takes a report and a place to write to, and changes neither.

mod human;
mod json;
mod sanitize;
mod scrub;
mod story;
mod words;
mod wrap;
mod write;

pub use sanitize::{line as sanitized, lines as sanitized_lines};
pub use write::{Format, Options, receipt, write};
