//! From arguments to an exit status.

use std::process::ExitCode;

use clap::Parser;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::args::{Cli, Command};
use super::exit::Exit;
use super::mask::masked;
use super::{ci, completions, git, hook, install, migrate, policy, redact, rules, scan};

/// Reads the arguments, runs the command, and says on standard error what went wrong.
pub fn main() -> ExitCode {
    super::memory::give_back();
    let cli = match Cli::try_parse_from(super::legacy::rewrite(std::env::args_os())) {
        Ok(cli) => cli,
        Err(error) => return misread(&error),
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

/// Help, the version, or what is wrong with the arguments.
#[allow(clippy::print_stderr, reason = "one of the places that speak to standard error")]
fn misread(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        let _a_reader_that_went_away = error.print();
        return ExitCode::from(Exit::Clean.status());
    }
    let plain = error.render().to_string();
    let shown = masked(&plain);
    match (elsewhere(error), shown == plain) {
        (Some(advice), _) => eprintln!("skout: {advice}"),
        (None, true) => drop(error.print()),
        // As it is, but without its colours.
        (None, false) => eprint!("{shown}"),
    }
    ExitCode::from(Exit::Trouble.status())
}

/// What to say about an option that belongs to another command, or that skout does not have on purpose.
fn elsewhere(error: &clap::Error) -> Option<String> {
    let typed = match error.get(ContextKind::InvalidArg)? {
        ContextValue::String(typed) if error.kind() == ErrorKind::UnknownArgument => typed.as_str(),
        _ => return None,
    };
    let option = typed.split(['=', ' ']).next().unwrap_or_default();
    match option {
        "--staged" | "--range" | "--since" | "--unpushed" | "--branch" => {
            Some(format!("{option} belongs to another command: skout git {option}"))
        }
        "--verify" => Some(
            "--verify: skout uses no network, so it cannot ask the provider whether a key is alive; treat it as \
             alive, and revoke it"
                .to_owned(),
        ),
        _ => None,
    }
}

/// Tells a person something beside the report, on standard error.
#[allow(clippy::print_stderr, reason = "standard output belongs to the report")]
pub(super) fn notify(text: &str) {
    let text = format!("skout: {}", crate::output::sanitized_lines(&masked(text)));
    eprintln!("{}", super::terminal::folded(&text));
}

/// Says on standard error what went wrong, without a secret and without a control character of its own.
#[allow(clippy::print_stderr, reason = "the one place that speaks to standard error")]
pub(super) fn complain(error: &anyhow::Error) {
    eprintln!("skout: {}", crate::output::sanitized_lines(&masked(&format!("{error:#}"))));
}
