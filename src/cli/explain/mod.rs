//! `skout explain`: why something was found, or why it was not.

mod command;
mod ground;
mod verdict;

pub(super) use command::{ExplainArgs, run};
