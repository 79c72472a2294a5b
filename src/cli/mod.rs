//! The command line: arguments in, an exit status out. One file a family of commands.

mod args;
mod exit;
mod run;
mod scan;
mod session;

pub use run::main;
