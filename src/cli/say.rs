//! Words for a person on standard output, from the commands that make no report.

use std::io::{self, Write};

use anyhow::Context;

/// Writes text with no control character but its line ends. A reader that went away is no error.
pub(super) fn say(text: &str) -> anyhow::Result<()> {
    let end = if text.ends_with('\n') { "" } else { "\n" };
    pass(format!("{}{end}", crate::output::sanitized_lines(text)).as_bytes())
}

/// Writes bytes as they are. A reader that went away is no error.
pub(super) fn pass(bytes: &[u8]) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
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
