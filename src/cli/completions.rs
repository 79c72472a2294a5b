//! `skout completions SHELL` and `skout man`, both made from the definition of the command line.

use std::io::Write;

use clap::{Args, CommandFactory};
use clap_complete::{Shell, generate};

use super::args::Cli;
use super::exit::Exit;
use super::say::pass;

/// `skout completions`.
#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// The shell.
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

/// Writes the completions of a shell to standard output.
pub(super) fn completions(args: &CompletionsArgs) -> anyhow::Result<Exit> {
    let mut text = Vec::new();
    generate(args.shell, &mut Cli::command(), "skout", &mut text);
    pass(&text).map(|()| Exit::Clean)
}

/// Writes the manual page, every command in it, to standard output.
pub(super) fn man() -> anyhow::Result<Exit> {
    let mut text = Vec::new();
    let mut all = Cli::command();
    all.build();
    let page = clap_mangen::Man::new(all.clone());
    page.render(&mut text)?;
    for command in all.get_subcommands().filter(|c| !c.is_hide_set() && c.get_name() != "help") {
        let name = format!("skout {}", command.get_name());
        writeln!(text, ".SH \"{}\"", name.to_uppercase())?;
        let page = clap_mangen::Man::new(command.clone().bin_name(name));
        page.render_description_section(&mut text)?;
        page.render_options_section(&mut text)?;
    }
    pass(&text).map(|()| Exit::Clean)
}
