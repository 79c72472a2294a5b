//! Assignments in every common syntax: what name a value is given, and by which form of words.

mod call;
mod counted;
mod foreign;
mod grid;
pub(crate) mod loose;
mod markup;
mod operator;
mod quiet;
mod read;
mod serial;
mod spaced;
pub(crate) mod table;
mod value;

pub(crate) use quiet::{decided, looks_at};
pub(crate) use read::{Assignment, Form, read};
pub(crate) use value::LONGEST;
