//! `skout migrate`: from the configuration of other scanners to skout's own. One file a kind of source.

mod command;
mod gitleaks;
mod pattern;
mod places;
mod plan;
mod reading;
mod secretlint;
mod yaml;

pub(super) use command::{MigrateArgs, run};
