//! Progress of a long scan, on standard error and only if a person looks at it. In flow counts from many
//! threads, out flows one line that is taken away again; a scan of half a second shows nothing.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::scan::Progress;

/// How long a scan may take before anything is shown.
const PATIENCE: Duration = Duration::from_millis(500);

/// How often the line is drawn anew.
const TICK: Duration = Duration::from_millis(100);

/// What has been scanned so far.
#[derive(Debug, Default)]
struct Counts {
    blobs: AtomicU64,
    bytes: AtomicU64,
    done: AtomicBool,
}

impl Progress for Counts {
    fn scanned(&self, bytes: u64) {
        self.blobs.fetch_add(1, Relaxed);
        self.bytes.fetch_add(bytes, Relaxed);
    }
}

/// Runs `scan`, showing how far it has come unless `quiet`, in continuous integration, or without a terminal.
pub(super) fn shown<T>(quiet: bool, scan: impl FnOnce(&dyn Progress) -> T) -> T {
    let wanted = !quiet && std::io::stderr().is_terminal() && std::env::var_os("CI").is_none();
    if wanted { watched(ProgressDrawTarget::stderr(), scan) } else { scan(&()) }
}

/// Runs `scan` while a thread of its own draws on `target`.
fn watched<T>(target: ProgressDrawTarget, scan: impl FnOnce(&dyn Progress) -> T) -> T {
    let counts = Counts::default();
    thread::scope(|scope| {
        let painter = scope.spawn(|| paint(&counts, target));
        let _end = End { counts: &counts, painter: painter.thread() };
        scan(&counts)
    })
}

/// Sends the painter home, even if the scan panics.
struct End<'a> {
    counts: &'a Counts,
    painter: &'a thread::Thread,
}

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.counts.done.store(true, Relaxed);
        self.painter.unpark();
    }
}

fn paint(counts: &Counts, target: ProgressDrawTarget) {
    thread::park_timeout(PATIENCE);
    if counts.done.load(Relaxed) {
        return;
    }
    let bar = ProgressBar::with_draw_target(None, target);
    bar.set_position(counts.bytes.load(Relaxed));
    let line = "{spinner} Scanning: {decimal_bytes} read in {msg}, {elapsed}";
    if let Ok(style) = ProgressStyle::with_template(line) {
        bar.set_style(style.tick_chars("-\\|/ "));
    }
    while !counts.done.load(Relaxed) {
        bar.set_position(counts.bytes.load(Relaxed));
        bar.set_message(format!("{} pieces", counts.blobs.load(Relaxed)));
        bar.tick();
        thread::park_timeout(TICK);
    }
    bar.finish_and_clear();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scan_s_answer_comes_through_and_the_painter_goes_home() {
        let answer = watched(ProgressDrawTarget::hidden(), |progress| {
            progress.scanned(3);
            progress.scanned(4);
            7
        });
        assert_eq!(answer, 7);
    }

    #[test]
    fn blobs_and_bytes_are_counted() {
        let counts = Counts::default();
        counts.scanned(3);
        counts.scanned(4);
        assert_eq!((counts.blobs.load(Relaxed), counts.bytes.load(Relaxed)), (2, 7));
    }
}
