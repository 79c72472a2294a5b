//! The command line: arguments in, an exit status out. One file a family of commands.

mod args;
mod ci;
mod completions;
mod exit;
mod explain;
mod git;
mod hook;
mod install;
mod legacy;
mod mask;
mod memory;
mod migrate;
mod policy;
mod progress;
mod project;
mod redact;
mod refusal;
mod reports;
mod rules;
mod rules_docs;
mod run;
mod say;
mod scan;
mod session;
mod terminal;

pub use run::main;
