//! Ignore comments: what the markers of one text set aside.
//!
//! In flow a blob, its findings and the rules; out flows, for a place, the marker that covers it, and
//! which markers of ours are out of date. Only asked for blobs with findings: nothing is read twice.

use std::cell::Cell;
use std::collections::BTreeMap;

use super::date::Date;
use super::lines::Lines;
use super::marker::{self, Marker, Reach};
use super::selector::Selector;
use super::stab::Stretches;
use crate::blob::{Blob, BlobKind, Position};
use crate::finding::{Finding, Place, Stale};
use crate::rule::{RuleId, RuleSet};

/// The markers of one blob, resolved to lines and rules.
#[derive(Debug, Default)]
pub struct Comments {
    path: String,
    /// The line of the file with which the blob begins; the stretches count from it.
    first: u64,
    markers: Vec<Resolved>,
    /// Markers for every rule, by lines.
    any: Stretches,
    /// Markers for one rule, by lines.
    ruled: BTreeMap<RuleId, Stretches>,
}

/// A marker and what it came to.
#[derive(Debug)]
struct Resolved {
    marker: Marker,
    line: u64,
    /// What is the matter with it, if it is not obeyed.
    problem: Option<String>,
    used: Cell<bool>,
    /// Whether the blob answers for the marker, or a neighbouring piece of the file does.
    fresh: bool,
}

/// The findings of a blob, for questions about lines. Lines count from 0 at the start of the blob.
struct Found {
    any: Stretches,
    ruled: BTreeMap<RuleId, Stretches>,
    ids: Vec<RuleId>,
    /// Start and end of each secret, sorted.
    spans: Vec<(Position, Position)>,
}

impl Found {
    fn new(findings: &[Finding], first: u64) -> Self {
        let mut found =
            Self { any: Stretches::default(), ruled: BTreeMap::new(), ids: Vec::new(), spans: Vec::new() };
        for (n, finding) in findings.iter().enumerate() {
            let (from, to) = lines_of(finding.first_place());
            let (from, to) = (from.saturating_sub(first), to.saturating_sub(first));
            found.any.add(from, to, n as u32);
            found.ruled.entry(finding.rule).or_default().add(from, to, n as u32);
            found.spans.push((finding.first_place().start, finding.first_place().end));
        }
        found.any.close();
        found.ruled.values_mut().for_each(Stretches::close);
        found.ids = found.ruled.keys().copied().collect();
        found.spans.sort_unstable();
        found
    }

    /// Whether a secret of one of `rules` (of any, if `None`) touches these lines.
    fn on(&self, (from, to): (u64, u64), rules: Option<&[RuleId]>) -> bool {
        match rules {
            None => self.any.touching(from, to).is_some(),
            Some(ids) => ids.iter().any(|id| self.ruled[id].touching(from, to).is_some()),
        }
    }

    /// The secret that holds this place, if one does.
    fn around(&self, at: Position) -> Option<(Position, Position)> {
        let before = self.spans.partition_point(|(start, _)| *start <= at);
        self.spans[..before].last().copied().filter(|(_, end)| at < *end)
    }

    /// Whether a secret begins on the same line behind this place.
    fn behind(&self, at: Position) -> bool {
        let before = self.spans.partition_point(|(start, _)| *start <= at);
        self.spans.get(before).is_some_and(|(start, _)| start.line == at.line)
    }
}

/// First and last line of a place; a secret that ends with a line end does not reach into the next line.
fn lines_of(place: &Place) -> (u64, u64) {
    let reaches = place.end.column > 1 || place.end.line == place.start.line;
    (place.start.line, if reaches { place.end.line } else { place.end.line - 1 })
}

/// Resolves the markers of one blob.
struct Reading<'r> {
    found: Found,
    rules: &'r RuleSet,
    today: Date,
    fresh: std::ops::Range<usize>,
    comments: Comments,
}

impl Reading<'_> {
    /// The rules a marker names, as far as they found something; `None` for every rule.
    fn ids(&self, marker: &Marker) -> Option<Vec<RuleId>> {
        if marker.rules.is_empty() {
            return None;
        }
        let among = |name: &String| Selector::new(name).among(&self.found.ids, self.rules);
        let mut ids: Vec<RuleId> = marker.rules.iter().flat_map(among).collect();
        ids.sort_unstable();
        ids.dedup();
        Some(ids)
    }

    /// Adds a marker that stands on `line` of the file and speaks about the lines `from..=to` of the blob.
    fn add(&mut self, marker: Marker, line: u64, (from, to): (u64, u64)) {
        let ids = self.ids(&marker);
        let unknown = marker.rules.iter().find(|name| !Selector::new(name).known(self.rules));
        let nameless = unknown.map(|name| format!("there is no rule '{name}'; `skout rules list` shows all"));
        let mut problem = marker.broken.clone().or(nameless);
        if let Some(day) = marker.until.filter(|day| *day < self.today && problem.is_none()) {
            // One that has nothing left to cover is only unused.
            problem = self.found.on((from, to), ids.as_deref()).then(|| format!("expired on {day}"));
        } else if problem.is_none() {
            let number = self.comments.markers.len() as u32;
            match ids {
                None => self.comments.any.add(from, to, number),
                Some(ids) => ids
                    .iter()
                    .for_each(|id| self.comments.ruled.entry(*id).or_default().add(from, to, number)),
            }
        }
        let fresh = self.fresh.contains(&marker.span.start);
        self.comments.markers.push(Resolved { marker, line, problem, used: Cell::new(false), fresh });
    }

    /// The lines a marker on `line` speaks about, given what was found near it.
    fn stretch(&self, marker: &Marker, line: usize, lines: &Lines<'_>) -> (u64, u64) {
        let ids = self.ids(marker);
        let on = |n: usize| self.found.on((n as u64, n as u64), ids.as_deref());
        let (from, to) = match marker.reach {
            Reach::File => return (0, u64::MAX),
            Reach::NextLine => (line + 1, below(line, lines, &on)),
            _ if on(line) => (line, line),
            Reach::LineOrNext => (line, below(line, lines, &on)),
            _ => moved(line, marker.span.start, lines, &on),
        };
        (from as u64, to as u64)
    }

    /// Ends the blocks that `end` ends: those with the same rules, or all of its kind.
    fn close(&mut self, end: &Marker, line: usize, open: &mut Vec<(Marker, Position, usize)>) {
        let ends = |m: &Marker| m.own == end.own && (end.rules.is_empty() || m.rules == end.rules);
        let (ended, still) = std::mem::take(open).into_iter().partition(|(m, _, _)| ends(m));
        *open = still;
        let ended: Vec<(Marker, Position, usize)> = ended;
        for (begun, place, from) in ended {
            self.add(begun, place.line, (from as u64, line as u64));
        }
    }
}

/// How many lines of comment may stand between a marker and what it speaks about.
const STACKED: usize = 3;

/// The line below `line` that a comment on it speaks about: further comments and the opening of a fenced
/// block are passed over, and a statement that goes on is followed for one line.
fn below(line: usize, lines: &Lines<'_>, on: &dyn Fn(usize) -> bool) -> usize {
    let passed = |n: usize| lines.comment(n) || lines.fence(n) || lines.blank(n) && lines.markup(line);
    let mut n = line + 1;
    while n < lines.count() && n <= line + STACKED && !on(n) && passed(n) {
        n += 1;
    }
    let goes_on = n < lines.count() && !on(n) && lines.goes_on(n);
    n + usize::from(goes_on)
}

/// Where the secret is that a marker was written for, when none stands on the marker's own line: below a
/// comment, below an open bracket, above a closing one; above a comment with nothing below, where
/// formatters put what stood at the end of a line.
fn moved(line: usize, at: usize, lines: &Lines<'_>, on: &dyn Fn(usize) -> bool) -> (usize, usize) {
    let above = line.checked_sub(1).filter(|n| on(*n));
    if lines.comment(line) {
        let next = below(line, lines, on);
        return match above {
            Some(above) if !(line + 1..=next).any(on) => (above, line),
            _ => (line, next),
        };
    }
    if lines.goes_on_before(line, at) && on(line + 1) {
        return (line, line + 1);
    }
    match above {
        Some(above) if lines.closes_before(line, at) => (above, line),
        _ => (line, line),
    }
}

impl Comments {
    /// Reads the markers of a blob in which `findings` were found. A marker inside a secret is a part of
    /// it and says nothing.
    pub(crate) fn read(blob: &Blob<'_>, findings: &[Finding], rules: &RuleSet, today: Date) -> Self {
        let markers = if blob.kind == BlobKind::Binary { Vec::new() } else { marker::find(blob.bytes) };
        if markers.is_empty() {
            return Self::default();
        }
        let lines = Lines::of(blob.bytes);
        let found = Found::new(findings, blob.start.line);
        let comments = Self { path: blob.path.to_owned(), first: blob.start.line, ..Self::default() };
        let mut reading = Reading { found, rules, today, fresh: blob.fresh.clone(), comments };
        let mut open: Vec<(Marker, Position, usize)> = Vec::new();
        let (mut at, mut position) = (0, blob.start);
        for mut marker in markers {
            position = position.after(&blob.bytes[at..marker.span.start]);
            at = marker.span.start;
            let line = lines.at(at);
            let within = reading.found.around(position);
            if within.is_some_and(|(a, b)| a.line == b.line || !lines.comment_before(line, at)) {
                continue;
            }
            if reading.found.behind(position) {
                marker.reason.clear();
            }
            match marker.reach {
                Reach::Start => open.push((marker, position, line)),
                Reach::End => reading.close(&marker, line, &mut open),
                _ => {
                    let stretch = reading.stretch(&marker, line, &lines);
                    reading.add(marker, position.line, stretch);
                }
            }
        }
        for (begun, place, from) in open {
            reading.add(begun, place.line, (from as u64, u64::MAX));
        }
        let mut comments = reading.comments;
        comments.any.close();
        comments.ruled.values_mut().for_each(Stretches::close);
        comments
    }

    /// Why the finding of `rule` at `place` does not count, if a marker covers it.
    pub fn decide(&self, rule: RuleId, place: &Place) -> Option<String> {
        if self.markers.is_empty() {
            return None;
        }
        let (from, to) = lines_of(place);
        let (from, to) = (from.saturating_sub(self.first), to.saturating_sub(self.first));
        let ruled = self.ruled.get(&rule).and_then(|r| r.touching(from, to));
        let number = ruled.or_else(|| self.any.touching(from, to))?;
        let covering = &self.markers[number as usize];
        covering.used.set(true);
        let marker = &covering.marker;
        Some(match marker.reason.as_str() {
            "" => format!("inline comment '{}'", marker.word),
            reason => format!("inline comment '{}': {reason}", marker.word),
        })
    }

    /// Our markers that do nothing, after every finding was asked about: expired and broken ones, and
    /// with `unused` those that cover no finding.
    pub(crate) fn stale(&self, unused: bool) -> Vec<Stale> {
        let stale = |r: &Resolved| {
            let idle = (unused && !r.used.get()).then(|| "covers no finding any more".to_owned());
            let problem = r.problem.clone().or(idle)?;
            let entry = [&[r.marker.word.to_owned()][..], &r.marker.rules].concat().join(" ");
            Some(Stale { place: format!("{}:{}", self.path, r.line), entry, problem })
        };
        self.markers.iter().filter(|r| r.marker.own && r.fresh).filter_map(stale).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Frame, Status};
    use crate::rule::{Confidence, Severity};
    use crate::secret::Secret;

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    /// A finding for every `KEY<rule number>` in the text.
    fn findings(blob: &Blob<'_>, secrets: &[(&str, u16)]) -> Vec<Finding> {
        let mut all = Vec::new();
        for (text, rule) in secrets {
            for at in memchr::memmem::find_iter(blob.bytes, text.as_bytes()) {
                let place = Place {
                    path: blob.path.to_owned(),
                    start: blob.position(at),
                    end: blob.position(at + text.len()),
                    decoded: Vec::new(),
                    frame: Frame::default(),
                    object: None,
                    origin: None,
                    exposure: None,
                };
                let secret = Secret::new(text.as_bytes());
                all.push(Finding {
                    rule: RuleId(*rule),
                    fingerprint: secret.fingerprint("x"),
                    aliases: Vec::new(),
                    secret,
                    severity: Severity::High,
                    confidence: Confidence::High,
                    reasons: Vec::new(),
                    places: vec![place],
                    linked: Vec::new(),
                    status: Status::Unverified,
                });
            }
        }
        all
    }

    /// Which of the secrets `KEY0` (rule 0) and `KEY1` (rule 1) are set aside, in the order of the text.
    fn decided(text: &str) -> Vec<bool> {
        let blob = Blob::whole("a", text.as_bytes());
        let rules = RuleSet::builtin();
        let mut found = findings(&blob, &[("KEY0", 0), ("KEY1", 1), ("KEY\nEND", 0)]);
        found.sort_by_key(|f| f.first_place().start);
        let comments = Comments::read(&blob, &found, &rules, day("2026-06-01"));
        found.iter().map(|f| comments.decide(f.rule, f.first_place()).is_some()).collect()
    }

    #[test]
    fn a_marker_speaks_for_its_own_line() {
        for marker in ["gitleaks:allow", "trufflehog:ignore", "pragma: allowlist secret", "ggignore"] {
            assert_eq!(
                decided(&format!("a=KEY0\nb=KEY0 // {marker}\nc=KEY0")),
                [false, true, false],
                "{marker}"
            );
        }
    }

    #[test]
    fn a_comment_above_speaks_for_the_line_below() {
        for open in ["# ", "// ", "-- ", "<!-- ", "/* ", "; "] {
            let text = format!("a=KEY0\n{open}skout:allow\nb=KEY0\nc=KEY0\n");
            assert_eq!(decided(&text), [false, true, false], "{open}");
        }
        assert_eq!(decided("# skout:allow\n# and more\nb=KEY0"), [true]);
        assert_eq!(decided("<!-- skout:allow-next-line -->\n```sh\nexport A=KEY0\nB=KEY0"), [true, false]);
        assert_eq!(decided("x=1 # pragma: allowlist nextline secret\nb=KEY0\nc=KEY0"), [true, false]);
        assert_eq!(decided("x=1 // kingfisher:ignore\nb=KEY0\nc=KEY0"), [true, false]);
        assert_eq!(decided("x=1 // gitleaks:allow\nb=KEY0"), [false]);
    }

    #[test]
    fn a_marker_that_a_formatter_moved_is_still_obeyed() {
        assert_eq!(decided("const a = // gitleaks:allow\n  \"KEY0\";\nb=KEY0"), [true, false]);
        assert_eq!(decided("a = call(\n  KEY0\n)  # gitleaks:allow\nb=KEY0"), [true, false]);
        assert_eq!(decided("b=KEY0\na=KEY0\n// gitleaks:allow\nlet x = 1;"), [false, true]);
        assert_eq!(decided("# skout:allow\nconst a =\n  KEY0"), [true]);
    }

    #[test]
    fn blocks_and_files_are_covered() {
        let text = "a=KEY0\n# skout:allow-start\nb=KEY0\nc=KEY1\n# skout:allow-end\nd=KEY0";
        assert_eq!(decided(text), [false, true, true, false]);
        let text = "/* secretlint-disable */\nb=KEY0\n/* secretlint-enable */\nd=KEY0";
        assert_eq!(decided(text), [true, false]);
        assert_eq!(decided("a=KEY0\n\n\n# skout:allow-file\n\nb=KEY1"), [true, true]);
    }

    #[test]
    fn a_secret_of_many_lines_is_covered_from_either_end() {
        assert_eq!(decided("k = f(1,\nKEY\nEND\n) # gitleaks:allow"), [true]);
        assert_eq!(decided("x: | # gitleaks:allow\nKEY\nEND\n"), [true]);
        assert_eq!(decided("x = KEY\nEND # gitleaks:allow\n"), [true]);
    }

    #[test]
    fn a_marker_inside_the_secret_is_a_part_of_it() {
        let text = "u=a:gitleaks:allow@h";
        let blob = Blob::whole("a", text.as_bytes());
        let found = findings(&blob, &[("a:gitleaks:allow@h", 0)]);
        let comments = Comments::read(&blob, &found, &RuleSet::builtin(), day("2026-06-01"));
        assert_eq!(comments.decide(found[0].rule, found[0].first_place()), None);
    }

    #[test]
    fn a_marker_with_a_rule_covers_only_that_rule() {
        let rules = RuleSet::builtin();
        let id = rules.get(RuleId(1)).id.clone();
        assert_eq!(decided(&format!("a=KEY0 KEY1 # skout:allow [{id}]")), [false, true]);
        assert_eq!(decided("a=KEY0 # skout:allow [no-such-rule]"), [false]);
    }

    #[test]
    fn what_is_expired_broken_or_unused_is_told() {
        let text = "a=KEY0 # skout:allow until=2026-05-31\nb=KEY0 # skout:allow until=2026-06-01\n\
                    c=KEY0 # skout:allow no-such-rule\nd=KEY0 # skout:allow until=soon\nx # skout:allow\n";
        let blob = Blob::whole("a", text.as_bytes());
        let found = findings(&blob, &[("KEY0", 0)]);
        let comments = Comments::read(&blob, &found, &RuleSet::builtin(), day("2026-06-01"));
        let kept: Vec<bool> =
            found.iter().map(|f| comments.decide(f.rule, f.first_place()).is_none()).collect();
        assert_eq!(kept, [true, false, true, true]);
        let problems: Vec<String> =
            comments.stale(true).into_iter().map(|s| s.place + " " + &s.problem).collect();
        assert_eq!(problems.len(), 4, "{problems:?}");
        assert!(problems[0].starts_with("a:1 expired on 2026-05-31"), "{problems:?}");
        assert!(problems[3].starts_with("a:5 covers no finding"), "{problems:?}");
        assert_eq!(comments.stale(false).len(), 3);
    }

    #[test]
    fn a_reason_does_not_carry_a_secret() {
        let text = "/* skout:allow reason=x a=KEY0";
        let blob = Blob::whole("a", text.as_bytes());
        let found = findings(&blob, &[("KEY0", 0)]);
        let comments = Comments::read(&blob, &found, &RuleSet::builtin(), day("2026-06-01"));
        let reason = comments.decide(found[0].rule, found[0].first_place()).unwrap();
        assert!(!reason.contains("KEY0"), "{reason}");
    }
}
