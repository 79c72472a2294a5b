//! Judges: one doubt a file, cheapest first, each with a name and a reason.

mod boundary;
mod checksum;
mod court;
mod placeholder;
mod structure;

pub use court::{COURT, Judge, Verdict};
