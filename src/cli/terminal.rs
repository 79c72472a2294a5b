//! The terminal: whether to colour and how wide a line may be. In flow options and the environment, out flow
//! two plain answers; it asks the terminal only if there is one.

use std::env;
use std::io::{IsTerminal, stderr, stdout};

use anyhow::bail;

use crate::output::wrapped;

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

/// A text for standard error, its prose broken to the width of the terminal, if it is one. Lines with two spaces inside hold
/// a command to copy, and stay whole.
pub(super) fn folded(text: &str) -> String {
    if stderr().is_terminal() { fold(text, width_of_errors()) } else { text.to_owned() }
}

fn width_of_errors() -> usize {
    let columns = console::Term::stderr().size_checked().map(|(_, columns)| usize::from(columns));
    columns.unwrap_or(COLUMNS).clamp(40, WIDEST)
}

fn fold(text: &str, columns: usize) -> String {
    let line = |line: &str| {
        let body = line.trim_start();
        if body.contains("  ") {
            return line.to_owned();
        }
        let indent = line.len() - body.len();
        // Below the words of a numbered step.
        let hang = indent + if body.starts_with(|c: char| c.is_ascii_digit()) { 3 } else { 0 };
        let lines = wrapped(body, columns - hang.min(columns / 2));
        " ".repeat(indent) + &lines.join(&format!("\n{}", " ".repeat(hang)))
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_broken_and_commands_are_not() {
        let text = "one two three four\n 1. five six seven eight\nCopy this:  git commit --no-verify";
        let wanted = "one two three\nfour\n 1. five six\n    seven eight\nCopy this:  git commit --no-verify";
        assert_eq!(fold(text, 16), wanted);
    }
}
