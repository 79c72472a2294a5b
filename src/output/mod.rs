//! Output: one file a format. Each takes a report and a place to write to, and changes neither.

mod human;
mod json;
mod write;

pub use write::{Format, Options, write};
