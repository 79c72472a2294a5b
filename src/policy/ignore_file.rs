//! `.skoutignore`: fingerprints and paths that do not count, one a line.
//!
//! In flows the text, out flows for a finding the entry that covers it, and which entries are out of
//! date. Order and repetition mean nothing, so two versions of the file merge by keeping the lines of both.

use std::collections::HashMap;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use super::date::Date;
use super::policy::PolicyError;
use crate::finding::Stale;
use crate::glob::GlobSet;
use crate::secret::Fingerprint;

/// The file's name, at the root of the repository.
pub const IGNORE_FILE: &str = ".skoutignore";

/// What an entry covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// One secret, everywhere or in files that match a pattern.
    Fingerprint {
        /// What the secret is known by.
        fingerprint: Fingerprint,
        /// The rule under which it was found.
        rule: Option<String>,
        /// Only in files that match (gitignore syntax).
        path: Option<String>,
    },
    /// Every finding in files that match (gitignore syntax).
    Path(String),
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The line of the file, from 1.
    pub line: usize,
    /// What it covers.
    pub subject: Subject,
    /// The last day on which it holds.
    pub until: Option<Date>,
    /// Why.
    pub reason: String,
}

impl Entry {
    /// The entry as written, without its reason.
    pub fn short(&self) -> String {
        let mut text = match &self.subject {
            Subject::Path(pattern) => pattern.clone(),
            Subject::Fingerprint { fingerprint, rule, path } => {
                let mut text = fingerprint.to_string();
                let options = [("rule", rule), ("path", path)];
                for (name, value) in options {
                    if let Some(value) = value {
                        text += &format!(" {name}={}", quoted(value));
                    }
                }
                text
            }
        };
        if let Some(day) = self.until {
            text += &format!(" until={day}");
        }
        text
    }

    /// The line to write into the file.
    pub fn text(&self) -> String {
        let reason = if self.reason.is_empty() { String::new() } else { format!(" reason={}", self.reason) };
        self.short() + &reason
    }
}

fn quoted(value: &str) -> String {
    if value.contains([' ', '\t', '"']) { format!("\"{value}\"") } else { value.to_owned() }
}

/// The entries of one file, ready to be asked.
#[derive(Debug)]
pub struct IgnoreFile {
    name: String,
    today: Date,
    entries: Vec<Entry>,
    used: Vec<AtomicBool>,
    /// For entries with a path, the pattern, compiled when it is first asked.
    globs: Vec<OnceLock<GlobSet>>,
    known: HashMap<Fingerprint, Vec<usize>>,
    paths: GlobSet,
    by_pattern: HashMap<String, usize>,
}

impl IgnoreFile {
    /// Reads the text of the file called `name`.
    ///
    /// # Errors
    /// The first line that cannot be understood.
    pub fn parse(name: &str, text: &str, today: Date) -> Result<Self, PolicyError> {
        let entries = read_entries(name, text)?;
        let wrong = |e: &Entry, problem: String| PolicyError::at(name, e.line, problem);
        let (mut known, mut by_pattern) = (HashMap::new(), HashMap::new());
        let (mut covers, mut takes_back) = (Vec::new(), Vec::new());
        for (n, entry) in entries.iter().enumerate() {
            match &entry.subject {
                Subject::Fingerprint { fingerprint, path, .. } => {
                    known.entry(fingerprint.clone()).or_insert_with(Vec::new).push(n);
                    if let Some(pattern) = path {
                        GlobSet::check(pattern).map_err(|e| wrong(entry, e.to_string()))?;
                    }
                }
                Subject::Path(pattern) => {
                    GlobSet::check(pattern).map_err(|e| wrong(entry, e.to_string()))?;
                    if !expired(entry, today) {
                        let list = if pattern.starts_with('!') { &mut takes_back } else { &mut covers };
                        list.push(pattern.as_str());
                        by_pattern.insert(pattern.clone(), n);
                    }
                }
            }
        }
        // What takes back comes last, so that the order of the lines does not matter.
        covers.append(&mut takes_back);
        let paths = GlobSet::new(covers).map_err(|e| PolicyError::at(name, 1, e.to_string()))?;
        let globs = entries.iter().map(|_| OnceLock::new()).collect();
        let used = entries.iter().map(|_| AtomicBool::new(false)).collect();
        Ok(Self { name: name.to_owned(), today, entries, used, globs, known, paths, by_pattern })
    }

    /// All entries, in the order of the file.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The rules that entries name.
    pub(crate) fn rules(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().filter_map(|e| match &e.subject {
            Subject::Fingerprint { rule, .. } => rule.as_deref(),
            Subject::Path(_) => None,
        })
    }

    /// Why a secret with this fingerprint does not count in the file at `path`, if it does not.
    pub(crate) fn covers(&self, fingerprint: &Fingerprint, path: &str) -> Option<String> {
        let fits = |n: &&usize| {
            let entry = &self.entries[**n];
            let inside = || match &entry.subject {
                // A pattern that was read but would not compile covers nothing.
                Subject::Fingerprint { path: Some(glob), .. } => {
                    let compile = || GlobSet::new([glob.as_str()]).unwrap_or_default();
                    self.globs[**n].get_or_init(compile).matches(path)
                }
                _ => true,
            };
            !expired(entry, self.today) && inside()
        };
        let n = *self.known.get(fingerprint)?.iter().find(fits)?;
        Some(self.reason(n))
    }

    /// Why nothing counts in the file at `path`, if nothing does.
    pub(crate) fn covers_path(&self, path: &str) -> Option<String> {
        let pattern = self.paths.matching(path)?;
        Some(self.reason(*self.by_pattern.get(pattern)?))
    }

    fn reason(&self, n: usize) -> String {
        self.used[n].store(true, Relaxed);
        let entry = &self.entries[n];
        let place = format!("{}:{}", self.name, entry.line);
        if entry.reason.is_empty() { place } else { format!("{place}: {}", entry.reason) }
    }

    /// Entries that are expired; with `scope` (what was scanned, whole, in words) also those that
    /// matched nothing in it.
    pub fn stale(&self, scope: Option<&str>) -> Vec<Stale> {
        let stale = |(n, entry): (usize, &Entry)| {
            let idle = !self.used[n].load(Relaxed) && !takes_back(entry);
            let problem = match (entry.until.filter(|_| expired(entry, self.today)), scope) {
                (Some(day), _) => format!("expired on {day}"),
                (None, Some(scope)) if idle => format!("matches nothing in {scope}"),
                _ => return None,
            };
            Some(Stale { place: format!("{}:{}", self.name, entry.line), entry: entry.short(), problem })
        };
        self.entries.iter().enumerate().filter_map(stale).collect()
    }
}

fn takes_back(entry: &Entry) -> bool {
    matches!(&entry.subject, Subject::Path(pattern) if pattern.starts_with('!'))
}

fn expired(entry: &Entry, today: Date) -> bool {
    entry.until.is_some_and(|day| day < today)
}

fn read_entries(name: &str, text: &str) -> Result<Vec<Entry>, PolicyError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut entries = Vec::new();
    for (n, line) in text.lines().enumerate() {
        let read = read_entry(n + 1, line).map_err(|problem| PolicyError::at(name, n + 1, problem))?;
        entries.extend(read);
    }
    Ok(entries)
}

/// Reads one line; `None` for a blank one and a comment.
///
/// # Errors
/// What is wrong with the line, in words.
pub(crate) fn read_entry(line: usize, text: &str) -> Result<Option<Entry>, String> {
    let text = text.trim();
    if text.is_empty() || text.starts_with('#') {
        return Ok(None);
    }
    if ["<<<<<<<", "=======", ">>>>>>>"].iter().any(|mark| text.starts_with(mark)) {
        return Err("git left the mark of a conflict; delete it and keep the lines of both sides".into());
    }
    let (first, rest) = text.split_once([' ', '\t']).unwrap_or((text, ""));
    let hex = first.len() >= 16 && first.bytes().all(|b| b.is_ascii_hexdigit());
    let (subject, options) = if hex {
        let fingerprint = Fingerprint::parse(&first.to_ascii_lowercase()).ok_or_else(|| {
            format!(
                "'{first}' is no fingerprint: it has {} of 32 digits 0-9a-f (for a path, write ./{first})",
                first.len()
            )
        })?;
        (Subject::Fingerprint { fingerprint, rule: None, path: None }, rest)
    } else {
        let options = ["reason=", "until="].iter().filter_map(|o| option_at(text, o)).min();
        let (pattern, options) = text.split_at(options.unwrap_or(text.len()));
        let pattern = pattern.trim_end();
        (Subject::Path(pattern.strip_prefix("./").unwrap_or(pattern).to_owned()), options)
    };
    let mut entry = Entry { line, subject, until: None, reason: String::new() };
    read_options(&mut entry, options)?;
    Ok(Some(entry))
}

/// Where an option begins behind a blank.
fn option_at(text: &str, option: &str) -> Option<usize> {
    text.match_indices(option).map(|(n, _)| n).find(|n| text[..*n].ends_with([' ', '\t']))
}

fn read_options(entry: &mut Entry, text: &str) -> Result<(), String> {
    let mut rest = text.trim();
    while !rest.is_empty() {
        let Some((name, value)) = rest.split_once('=') else {
            return Err(format!("'{rest}' is no option; there are rule=, path=, until= and reason="));
        };
        let (value, after) = match (name, value.strip_prefix('"')) {
            (_, Some(open)) => open.split_once('"').ok_or_else(|| format!("{name}=\" is never closed"))?,
            ("reason", None) => (value, ""),
            (_, None) => value.split_once([' ', '\t']).unwrap_or((value, "")),
        };
        rest = after.trim_start();
        match (name, &mut entry.subject) {
            ("reason", _) => value.trim().clone_into(&mut entry.reason),
            ("until", _) => {
                let day = Date::parse(value);
                entry.until =
                    Some(day.ok_or_else(|| format!("'{value}' is no date; write until=YYYY-MM-DD"))?);
            }
            ("rule", Subject::Fingerprint { rule, .. }) => *rule = Some(value.to_owned()),
            ("path", Subject::Fingerprint { path, .. }) => *path = Some(value.to_owned()),
            _ => {
                return Err(format!(
                    "there is no option '{name}'; there are rule=, path=, until= and reason="
                ));
            }
        }
    }
    Ok(())
}

/// The text of the file with one entry more, among its like; unchanged if the same subject is there
/// already with the same day. Comments and the other lines stay as they are.
pub fn with_entry(text: &str, new: &Entry) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    let read = |line: &&str| read_entry(0, line).ok().flatten();
    let same = lines.iter().position(|l| read(l).is_some_and(|e| e.subject == new.subject));
    let line = new.text();
    if let Some(n) = same {
        lines[n] = &line;
    } else {
        let fits = |l: &&str| read(l).is_some_and(|e| rank(&e) > rank(new));
        let at = lines.iter().position(fits).unwrap_or(lines.len());
        lines.insert(at, &line);
    }
    lines.join("\n") + "\n"
}

fn rank(entry: &Entry) -> (bool, String) {
    (matches!(entry.subject, Subject::Path(_)), entry.text())
}

/// The text of the file without the lines in `gone` (from 1) and without repetitions.
pub fn without_lines(text: &str, gone: &[usize]) -> String {
    let mut seen = std::collections::BTreeSet::new();
    let mut kept = String::new();
    for (n, line) in text.lines().enumerate() {
        let entry = read_entry(n + 1, line).ok().flatten();
        let repeated = entry.is_some_and(|e| !seen.insert(e.text()));
        if !gone.contains(&(n + 1)) && !repeated {
            kept += line;
            kept.push('\n');
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;
    use proptest::prelude::*;

    fn today() -> Date {
        Date::parse("2026-06-01").unwrap()
    }

    fn file(text: &str) -> IgnoreFile {
        IgnoreFile::parse(".skoutignore", text, today()).unwrap()
    }

    fn print(text: &str) -> Fingerprint {
        Secret::new(text.as_bytes()).fingerprint("x")
    }

    #[test]
    fn a_fingerprint_may_be_bound_to_a_path_and_a_day() {
        let a = print("a");
        let text = format!("{a} path=tests/** reason=sample\n{} until=2026-05-31\n", print("b"));
        let file = file(&text);
        assert_eq!(file.covers(&a, "tests/x.py").as_deref(), Some(".skoutignore:1: sample"));
        assert_eq!(file.covers(&a, "src/x.py"), None);
        assert_eq!(file.covers(&print("b"), "src/x.py"), None);
        assert!(IgnoreFile::parse("x", &a.to_string().to_uppercase(), today()).is_ok(), "in capitals");
        let stale = file.stale(None);
        assert_eq!((stale.len(), stale[0].problem.as_str()), (1, "expired on 2026-05-31"));
    }

    #[test]
    fn a_path_covers_what_is_below_and_can_be_taken_back_in_any_order() {
        let file = file("!/docs/live.md\n/docs/*  until=2999-01-01 reason=samples only\n");
        assert!(file.covers_path("docs/a.md").is_some_and(|r| r.ends_with("samples only")));
        assert_eq!(file.covers_path("docs/live.md"), None);
        assert_eq!(file.covers_path("src/docs/x"), None);
    }

    #[test]
    fn an_entry_that_did_nothing_is_told_when_everything_was_scanned() {
        let a = print("a");
        let file = file(&format!("{a}\nvendor/\n"));
        assert!(file.stale(None).is_empty());
        file.covers(&a, "x");
        let stale = file.stale(Some("the working tree"));
        assert_eq!((stale.len(), stale[0].entry.as_str()), (1, "vendor/"));
    }

    #[test]
    fn wrong_lines_are_named() {
        for (text, part) in [
            ("\nabcdef0123456789abcdef", ":2: 'abcdef0123456789abcdef' is no fingerprint: it has 22 of 32"),
            ("<<<<<<< HEAD", ":1: git left"),
            ("0123456789abcdef0123456789abcdef untill=2026-01-01", "there is no option 'untill'"),
            ("0123456789abcdef0123456789abcdef until=soon", "'soon' is no date"),
            ("a{b", "cannot be read"),
        ] {
            let error = IgnoreFile::parse(".skoutignore", text, today()).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
    }

    proptest! {
        #[test]
        fn two_versions_merge_by_keeping_the_lines_of_both(
            ours in prop::collection::vec(0u8..20, 0..8),
            theirs in prop::collection::vec(0u8..20, 0..8),
        ) {
            let line = |n: &u8| format!("{} rule=x\n", print(&n.to_string()));
            let merged: String = ours.iter().chain(&theirs).map(line).collect();
            let merged = file(&merged);
            for n in 0u8..20 {
                let wanted = ours.contains(&n) || theirs.contains(&n);
                prop_assert_eq!(merged.covers(&print(&n.to_string()), "a").is_some(), wanted);
            }
        }

        #[test]
        fn an_entry_is_read_as_it_was_written(reason in "[a-z][a-z =]{0,20}[a-z]", path in "[a-z/* ]{1,9}[a-z]") {
            let path = format!("x{path}");
            let subject = Subject::Fingerprint { fingerprint: print("a"), rule: Some("r".into()), path: Some(path) };
            let entry = Entry { line: 1, subject, until: Date::parse("2030-01-01"), reason };
            prop_assert_eq!(read_entry(1, &entry.text()), Ok(Some(entry)));
        }
    }
}
