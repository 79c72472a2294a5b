//! `skout redact`: standard input to standard output with every secret masked.

mod command;
mod stream;
mod wide;

pub(super) use command::{RedactArgs, run};
pub(super) use stream::redact;
