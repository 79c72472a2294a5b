//! `skout scan`: files, folders, standard input.

use std::collections::HashSet;
use std::io;
use std::path::{Component, Path, PathBuf};

use anyhow::bail;

use super::args::ScanArgs;
use super::exit::Exit;
use super::mask::masked;
use super::session::Session;
use crate::source::{FileOptions, Files, Stdin};

/// Runs it.
pub(super) fn run(args: &ScanArgs) -> anyhow::Result<Exit> {
    if args.paths.iter().any(|p| p.as_os_str() == "-") {
        if args.paths.len() > 1 {
            bail!("'-' (standard input) cannot be scanned together with other paths");
        }
        let session = Session::of_paths(&args.common, &[])?;
        let name = args.stdin_filename.as_deref().unwrap_or("stdin");
        return session.run(&Stdin::new(io::stdin(), name));
    }
    if args.stdin_filename.is_some() {
        bail!("--stdin-filename: standard input is read only if the path is '-'; add it");
    }
    let mut paths = if args.paths.is_empty() { vec![".".into()] } else { args.paths.clone() };
    // What is named twice is read once.
    let mut seen = HashSet::new();
    let plain = |path: &PathBuf| path.components().filter(|c| *c != Component::CurDir).collect::<PathBuf>();
    paths.retain(|path| seen.insert(plain(path)));
    if let Some(missing) = paths.iter().find(|p| p.symlink_metadata().is_err()) {
        bail!("{}", not_there(&missing.to_string_lossy()));
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

/// That a path does not exist, and what may have been meant by it.
fn not_there(name: &str) -> String {
    let word = name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    let file = name.rsplit_once(':').map(|(file, _)| file.rsplit_once(':').map_or(file, |(file, _)| file));
    let more = if word {
        ", and no command of this name; `skout --help` lists them".to_owned()
    } else if name.contains("://") {
        format!("; clone it first: git clone {name}")
    } else if file.is_some_and(|file| Path::new(file).is_file()) {
        format!("; for what stands on one line: skout explain {name}")
    } else if masked(name) != name {
        "; a text is read from standard input: skout -".to_owned()
    } else {
        String::new()
    };
    format!("{name}: there is no such file or folder{more}")
}
