//! From arguments to an exit status.

use std::process::ExitCode;

use clap::Parser;

use super::args::{Cli, Command};
use super::exit::Exit;
use super::{ci, completions, git, hook, install, migrate, policy, redact, rules, scan};

/// Reads the arguments, runs the command, and says on standard error what went wrong.
pub fn main() -> ExitCode {
    super::memory::give_back();
    let cli = match Cli::try_parse_from(super::legacy::rewrite(std::env::args_os())) {
        Ok(cli) => cli,
        Err(error) => {
            let status = if error.use_stderr() { Exit::Trouble } else { Exit::Clean };
            let _ = error.print();
            return ExitCode::from(status.status());
        }
    };
    let done = match &cli.command {
        None => scan::run(&cli.scan),
        Some(Command::Scan(args)) => scan::run(args),
        Some(Command::Hook(args)) => hook::run(args),
        Some(Command::Ci(args)) => ci::run(args),
        Some(Command::Install(args)) => install::install(args),
        Some(Command::Uninstall(args)) => install::uninstall(args),
        Some(Command::Doctor) => install::doctor(),
        Some(Command::Completions(args)) => completions::completions(args),
        Some(Command::Man) => completions::man(),
        Some(Command::Baseline(args)) => policy::baseline(args),
        Some(Command::Ignore(args)) => policy::ignore(args),
        Some(Command::Migrate(args)) => migrate::run(args),
        Some(Command::Config(args)) => policy::config(args),
        Some(Command::Rules(args)) => rules::run(args),
        Some(Command::Explain(args)) => super::explain::run(args),
        Some(Command::Redact(args)) => redact::run(args),
        Some(Command::Git(args)) => git::run(args),
    };
    match done {
        Ok(exit) => ExitCode::from(exit.status()),
        Err(error) => {
            complain(&error);
            ExitCode::from(Exit::Trouble.status())
        }
    }
}

/// Tells a person something beside the report, on standard error.
#[allow(clippy::print_stderr, reason = "standard output belongs to the report")]
pub(super) fn notify(text: &str) {
    let text = format!("skout: {}", crate::output::sanitized_lines(text));
    eprintln!("{}", super::terminal::folded(&text));
}

/// Says on standard error what went wrong, without a control character of its own.
#[allow(clippy::print_stderr, reason = "the one place that speaks to standard error")]
pub(super) fn complain(error: &anyhow::Error) {
    eprintln!("skout: {}", crate::output::sanitized_lines(&format!("{error:#}")));
}
