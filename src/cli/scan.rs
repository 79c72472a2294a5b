//! `skout scan`: files, folders, standard input.

use std::io;

use anyhow::bail;

use super::args::ScanArgs;
use super::exit::Exit;
use super::session::Session;
use crate::source::{FileOptions, Files, Stdin};

/// Runs it.
pub(super) fn run(args: &ScanArgs) -> anyhow::Result<Exit> {
    if args.paths.iter().any(|p| p.as_os_str() == "-") {
        if args.paths.len() > 1 {
            bail!("'-' (standard input) cannot be scanned together with other paths");
        }
        let session = Session::of_paths(&args.common, &[])?;
        return session.run(&Stdin::new(io::stdin(), args.stdin_filename.clone()));
    }
    let paths = if args.paths.is_empty() { vec![".".into()] } else { args.paths.clone() };
    if let Some(missing) = paths.iter().find(|p| p.symlink_metadata().is_err()) {
        let name = missing.display();
        // A word alone may have been meant as a command.
        let word = name.to_string().bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        let more = if word { ", and no command of this name; `skout --help` lists them" } else { "" };
        bail!("{name}: there is no such file or folder{more}");
    }
    let session = Session::of_paths(&args.common, &paths)?;
    let options = FileOptions {
        gitignore: !args.no_gitignore,
        exclude: session.exclude.clone(),
        include: session.include.clone(),
        jobs: args.common.jobs,
    };
    session.run(&Files::new(paths, options))
}
