//! Words for a person on standard output, from the commands that make no report.

use std::io::{self, Write};

use anyhow::Context;

/// Writes text with no control character but its line ends. A reader that went away is no error.
pub(super) fn say(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    let written = out.write_all(crate::output::sanitized_lines(text).as_bytes()).and_then(|()| {
        if !text.ends_with('\n') {
            out.write_all(b"\n")?;
        }
        out.flush()
    });
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.context("standard output: cannot be written"),
    }
}
