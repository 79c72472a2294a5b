//! Deepens a clone, if it may: the one place that lets git talk to a network, and only when asked with
//! `--fetch`.
//!
//! In flows which names are missing; git itself does the fetching, with whatever credentials the clone has.
//! It never asks for a password.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

/// Fetches the rest of a shallow history, and `names` (ids or `refs/remotes/origin/…`) if they are still missing.
pub(super) fn deepen(folder: &Path, shallow: bool, names: &[String]) -> anyhow::Result<()> {
    if shallow {
        run(folder, &["fetch", "--quiet", "--no-tags", "--unshallow", "origin"])?;
    }
    for name in names {
        let spec = match name.strip_prefix("refs/remotes/origin/") {
            Some("HEAD") => "+HEAD:refs/remotes/origin/HEAD".to_owned(),
            Some(branch) => format!("+refs/heads/{branch}:refs/remotes/origin/{branch}"),
            None => name.clone(),
        };
        run(folder, &["fetch", "--quiet", "--no-tags", "origin", &spec])?;
    }
    Ok(())
}

fn run(folder: &Path, args: &[&str]) -> anyhow::Result<()> {
    let out = Command::new("git")
        .args(args)
        .current_dir(folder)
        .env("GIT_TERMINAL_PROMPT", "0")
        .stdin(Stdio::null())
        .output()
        .context("git cannot be run; skout needs it for --fetch")?;
    if !out.status.success() {
        let said = String::from_utf8_lossy(&out.stderr);
        bail!("git {}: {}", args.join(" "), said.trim());
    }
    Ok(())
}
