//! A baseline: secrets that are known already, so that only new ones count.
//!
//! In flows a baseline file or a report of schema `skout/v1`, out flows whether a fingerprint is known.
//! The file is JSON, one line a secret, sorted by fingerprint: no secret, no line number, no time, so
//! that it merges line by line and does not change when code moves.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::policy::PolicyError;
use crate::secret::Fingerprint;

/// One known secret, as a line of the file. The rule and the path are for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// What it is known by.
    pub fingerprint: String,
    /// The rule it was found by.
    #[serde(default)]
    pub rule: String,
    /// Where it stood first when it was added.
    #[serde(default)]
    pub path: String,
}

/// Known secrets by fingerprint.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    known: BTreeMap<Fingerprint, Known>,
}

/// A report, as far as a baseline needs it.
#[derive(Deserialize)]
struct Document {
    schema: String,
    findings: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    #[serde(default)]
    schema: String,
    #[serde(default)]
    fingerprint: String,
    #[serde(default)]
    rule: String,
    #[serde(default)]
    path: String,
    #[serde(default)]
    locations: Vec<Location>,
}

#[derive(Deserialize)]
struct Location {
    path: String,
}

impl Row {
    fn known(self) -> Option<(Fingerprint, Known)> {
        let fingerprint = Fingerprint::parse(&self.fingerprint)?;
        let first = self.locations.into_iter().next().map(|l| l.path);
        let path = first.unwrap_or(self.path);
        Some((fingerprint, Known { fingerprint: self.fingerprint, rule: self.rule, path }))
    }
}

impl Baseline {
    /// Reads a baseline, or a JSON or JSON Lines report of schema `skout/v1`.
    ///
    /// # Errors
    /// Neither of them, or the first line that is wrong.
    pub fn parse(name: &str, text: &str) -> Result<Self, PolicyError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut baseline = Self::default();
        if let Ok(document) = serde_json::from_str::<Document>(text) {
            if document.schema != "skout/v1" {
                let problem = format!("the schema is '{}'; a baseline needs skout/v1", document.schema);
                return Err(PolicyError::at(name, 1, problem));
            }
            baseline.known.extend(document.findings.into_iter().filter_map(Row::known));
            return Ok(baseline);
        }
        for (n, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let wrong = |problem: &str| PolicyError::at(name, n + 1, problem.to_owned());
            if ["<<<<<<<", "=======", ">>>>>>>"].iter().any(|mark| line.starts_with(mark)) {
                return Err(wrong(
                    "git left the mark of a conflict; delete it and keep the lines of both sides",
                ));
            }
            let row: Row = serde_json::from_str(line).map_err(|_| {
                wrong("this is no line of a baseline; `skout baseline create` makes one, a JSON report serves too")
            })?;
            // The last line of a JSON Lines report is about the scan.
            if row.schema == "skout/v1" && row.fingerprint.is_empty() {
                continue;
            }
            let known = row.known().ok_or_else(|| wrong("'fingerprint' must have 32 digits 0-9a-f"))?;
            baseline.known.insert(known.0, known.1);
        }
        Ok(baseline)
    }

    /// Adds a secret; one that is known keeps its line, so that the file changes as little as can be.
    pub fn add(&mut self, fingerprint: Fingerprint, rule: &str, path: &str) {
        let line = || Known { fingerprint: fingerprint.to_string(), rule: rule.into(), path: path.into() };
        self.known.entry(fingerprint.clone()).or_insert_with(line);
    }

    /// Keeps only the secrets that `other` knows too.
    pub fn keep(&mut self, other: &Self) {
        self.known.retain(|fingerprint, _| other.contains(fingerprint));
    }

    /// Whether the secret is known.
    pub fn contains(&self, fingerprint: &Fingerprint) -> bool {
        self.known.contains_key(fingerprint)
    }

    /// The lines, by fingerprint.
    pub fn lines(&self) -> impl Iterator<Item = &Known> {
        self.known.values()
    }

    /// How many secrets are known.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether no secret is known.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// The text of the file.
    pub fn text(&self) -> String {
        let line = |k: &Known| serde_json::to_string(k).expect("three strings are always JSON") + "\n";
        self.known.values().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    fn print(text: &str) -> Fingerprint {
        Secret::new(text.as_bytes()).fingerprint("x")
    }

    #[test]
    fn what_is_written_is_read_and_sorted() {
        let mut baseline = Baseline::default();
        for secret in ["a", "b", "c"] {
            baseline.add(print(secret), "rule", "src/a \"quoted\".js");
        }
        let text = baseline.text();
        assert_eq!(Baseline::parse("b", &text).unwrap(), baseline);
        let mut sorted: Vec<&str> = text.lines().collect();
        sorted.sort_unstable();
        assert_eq!(sorted.join("\n") + "\n", text);
    }

    #[test]
    fn a_known_secret_keeps_its_line_when_it_moves() {
        let mut baseline = Baseline::default();
        baseline.add(print("a"), "rule", "old.js");
        let before = baseline.text();
        baseline.add(print("a"), "rule", "new.js");
        assert_eq!(baseline.text(), before);
    }

    #[test]
    fn reports_serve_as_baselines() {
        let a = print("a");
        let row = format!(r#"{{"rule":"r","fingerprint":"{a}","locations":[{{"path":"x.js","line":1}}]}}"#);
        let json = format!(r#"{{"schema":"skout/v1","findings":[{row}],"ignored":[]}}"#);
        let lines = format!("{row}\n{{\"schema\":\"skout/v1\",\"scan\":{{}}}}\n");
        for text in [json, lines] {
            let baseline = Baseline::parse("b", &text).unwrap();
            assert!(baseline.contains(&a) && baseline.len() == 1, "{text}");
            assert_eq!(baseline.lines().next().unwrap().path, "x.js");
        }
    }

    #[test]
    fn wrong_lines_are_named() {
        for (text, part) in [
            ("\nnot json", "b:2: this is no line"),
            ("{\"fingerprint\":\"12\"}", "b:1: 'fingerprint' must have"),
            ("======= x", "b:1: git left"),
            ("{\"schema\":\"other/v2\",\"findings\":[]}", "the schema is 'other/v2'"),
        ] {
            let error = Baseline::parse("b", text).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
    }
}
