//! `skout explain`: why something was found, or why it was not.

mod command;

pub(super) use command::{ExplainArgs, run};
