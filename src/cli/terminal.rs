//! The terminal: whether to colour and how wide a line may be. In flow options and the environment, out flow
//! two plain answers; it asks the terminal only if there is one.

use std::env;
use std::io::{IsTerminal, stdout};

use anyhow::bail;

/// Columns assumed where no terminal says otherwise.
const COLUMNS: usize = 80;

/// Lines longer than this are hard to read, however wide the window.
const WIDEST: usize = 120;

/// Whether to colour what goes to standard output, by `--color`, NO_COLOR (no-color.org), CLICOLOR_FORCE
/// (bixense.com/clicolors), TERM, and whether it is a terminal, in that order.
///
/// # Errors
/// `--color` with a word that is none of auto, always, never.
pub(super) fn colour(wish: &str) -> anyhow::Result<bool> {
    let set = |name: &str| env::var_os(name).is_some_and(|v| !v.is_empty());
    Ok(match wish {
        "always" => true,
        "never" => false,
        "auto" if set("NO_COLOR") => false,
        "auto" if env::var_os("CLICOLOR_FORCE").is_some_and(|v| !v.is_empty() && v != "0") => true,
        "auto" => stdout().is_terminal() && env::var_os("TERM").is_none_or(|t| t != "dumb"),
        other => bail!("--color {other}: use auto, always or never"),
    })
}

/// How many columns a line may have: what COLUMNS says, else the terminal, else 80; never fewer than 40.
pub(super) fn width() -> usize {
    let said = env::var("COLUMNS").ok().and_then(|c| c.trim().parse::<usize>().ok()).filter(|&c| c > 0);
    let asked = || stdout().is_terminal().then(|| console::Term::stdout().size_checked()).flatten();
    let columns = said.or_else(|| asked().map(|(_, columns)| usize::from(columns)));
    columns.unwrap_or(COLUMNS).clamp(40, WIDEST)
}
