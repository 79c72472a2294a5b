//! Judges: one doubt a file, cheapest first, each with a name and a reason.

mod boundary;
mod chance;
mod checksum;
mod code;
mod commit;
mod court;
mod crowd;
mod double;
mod entropy;
mod label;
mod login;
mod own_name;
mod phrase;
mod placeholder;
mod public_half;
mod published;
mod readable;
mod reference;
mod rig;
mod shape;
mod shown;
mod structure;
mod temporary;
mod twin;
mod vector;

pub(super) use boundary::{COLOUR, coloured};
pub use court::{COURT, Judge, Verdict};
