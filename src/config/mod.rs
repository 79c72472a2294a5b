//! Configuration: what a project says about its scans, in `skout.toml`.

mod check;
mod file;
mod find;

pub use check::{Config, ConfigError};
pub use file::SCHEMA;
pub use find::{NAMES, find, load};
