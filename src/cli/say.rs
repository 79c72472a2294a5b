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
        Err(error) if gone(&error) => Ok(()),
        other => other.context("standard output: cannot be written"),
    }
}

/// Whether the reader of standard output went away (`| head`), which is no trouble.
pub(super) fn gone(error: &io::Error) -> bool {
    /// "No process is on the other end of the pipe" (Windows system error codes); the library has no kind for it.
    const PIPE_NOT_CONNECTED: i32 = 233;
    error.kind() == io::ErrorKind::BrokenPipe
        || cfg!(windows) && error.raw_os_error() == Some(PIPE_NOT_CONNECTED)
}
