//! skout finds leaked credentials in working trees and git history: the library behind the program.
//!
#![doc = include_str!("ARCHITECTURE.md")]

pub mod blob;
pub mod cli;
pub mod config;
pub mod detect;
pub mod finding;
pub mod glob;
pub mod install;
pub mod output;
pub mod policy;
pub mod report;
pub mod rule;
pub mod scan;
pub mod secret;
pub mod source;
