//! Ignore comments: markers in the scanned text that set a finding aside.
//!
//! In flow a blob's bytes, out flows for a place the marker that covers it. Only asked for blobs with findings.

use crate::blob::Blob;
use crate::finding::Place;
use crate::rule::Rule;

/// The markers of one blob.
#[derive(Debug)]
pub struct Comments {
    /// Lines that a marker covers, with the marker.
    lines: Vec<(u64, &'static str)>,
}

/// Markers that cover the line they stand on.
const SAME_LINE: &[&str] = &[
    "skout:allow",
    "gitleaks:allow",
    "gitleaks:ignore",
    "betterleaks:allow",
    "trufflehog:ignore",
    "kingfisher:ignore",
    "pragma: allowlist secret",
    "pragma: whitelist secret",
    "secretlint-disable-line",
    "ggignore",
];

impl Comments {
    /// Reads the markers of a blob.
    pub(crate) fn read(blob: &Blob<'_>) -> Self {
        let mut lines = Vec::new();
        for marker in SAME_LINE {
            for at in memchr::memmem::find_iter(blob.bytes, marker.as_bytes()) {
                lines.push((blob.position(at).line, *marker));
            }
        }
        Self { lines }
    }

    /// No markers are honoured.
    pub(crate) fn none() -> Self {
        Self { lines: Vec::new() }
    }

    /// Why the finding at `place` does not count, if a marker covers it.
    pub fn decide(&self, _rule: &Rule, place: &Place) -> Option<String> {
        let covers = |line: u64| (place.start.line..=place.end.line).contains(&line);
        self.lines
            .iter()
            .find(|(line, _)| covers(*line))
            .map(|(_, marker)| format!("inline comment '{marker}'"))
    }
}
