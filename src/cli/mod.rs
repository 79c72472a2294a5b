//! The command line: arguments in, an exit status out. One file a family of commands.

mod args;
mod baseline;
mod ci;
mod completions;
mod config;
mod exit;
mod git;
mod hook;
mod ignore;
mod install;
mod last;
mod legacy;
mod migrate;
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
mod survey;
mod terminal;

pub use run::main;
