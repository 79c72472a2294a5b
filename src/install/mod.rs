//! Where skout runs by itself: the hooks that git calls. Puts them in place beside whatever is there,
//! takes them out again without a trace, and says what runs and what does not.

mod doctor;
mod error;
mod file;
mod folder;
mod global;
mod neighbour;
mod script;
mod setup;

pub use doctor::{Check, Verdict, examine};
pub use error::InstallError;
pub use file::{Deed, Done};
pub use folder::HooksFolder;
pub use script::{Hook, PROGRAM};
pub use setup::{Plan, install, uninstall};
