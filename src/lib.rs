//! skout finds leaked credentials in working trees and git history.

pub mod blob;
pub mod cli;
pub mod detect;
pub mod finding;
pub mod glob;
pub mod output;
pub mod policy;
pub mod report;
pub mod rule;
pub mod scan;
pub mod secret;
pub mod source;
