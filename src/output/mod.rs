//! Output: one file a format. Each takes a report and a place to write to, and changes neither.

mod calendar;
mod ci;
mod csv;
mod html;
mod human;
mod json;
mod markdown;
mod markup;
mod sanitize;
mod sarif;
mod scrub;
mod story;
mod words;
mod wrap;
mod write;

pub(crate) use markup::markdown as unmarked;
pub use sanitize::{line as sanitized, lines as sanitized_lines};
pub(crate) use wrap::wrap as wrapped;
pub use write::{Format, Options, receipt, summary, write};
