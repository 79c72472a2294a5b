//! The last door before any format: every string of a report in which a found secret still stands (a file
//! name that is the key, a commit message, an error) gets the mask in its place. In flows a report, out
//! flows a copy that can be shown; it changes nothing when nothing was found.

use aho_corasick::{AhoCorasick, MatchKind};

use crate::finding::{Finding, Place};
use crate::report::{Ignored, Receipt, Report, Stale};
use crate::source::SourceError;

/// Secrets shorter than this are too likely to be part of ordinary words to be replaced in names.
const SHORTEST: usize = 8;

/// The report with every found secret masked wherever it stands.
pub(super) fn scrub<'r>(report: &Report<'r>) -> Option<Report<'r>> {
    let scrubber = Scrubber::new(&report.findings)?;
    let text = |t: &str| scrubber.text(t);
    let receipt = &report.receipt;
    let mut coverage = receipt.coverage.clone();
    coverage.scope = text(&coverage.scope);
    Some(Report {
        rules: report.rules,
        findings: report.findings.iter().map(|f| scrubber.finding(f)).collect(),
        ignored: report.ignored.iter().map(|i| scrubber.ignored(i)).collect(),
        stale: report.stale.iter().map(|s| scrubber.stale(s)).collect(),
        receipt: Receipt {
            coverage,
            rules: receipt.rules,
            skipped: receipt.skipped.iter().map(|(p, r)| (text(p), text(r))).collect(),
            errors: receipt.errors.iter().map(|e| scrubber.error(e)).collect(),
        },
    })
}

struct Scrubber {
    search: AhoCorasick,
    masks: Vec<String>,
}

impl Scrubber {
    fn new(findings: &[Finding]) -> Option<Self> {
        let long: Vec<&Finding> = findings.iter().filter(|f| telling(f.secret.reveal())).collect();
        if long.is_empty() {
            return None;
        }
        let search = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(long.iter().map(|f| f.secret.reveal()))
            .ok()?;
        Some(Self { search, masks: long.iter().map(|f| f.secret.masked()).collect() })
    }

    fn text(&self, text: &str) -> String {
        if !self.search.is_match(text) {
            return text.to_owned();
        }
        let bytes = self.search.replace_all_bytes(text.as_bytes(), &self.masks);
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn finding(&self, finding: &Finding) -> Finding {
        let mut copy = finding.clone();
        copy.reasons.iter_mut().for_each(|r| r.text = self.text(&r.text));
        copy.linked.iter_mut().for_each(|l| l.text = self.text(&l.text));
        copy.places.iter_mut().for_each(|p| self.place(p));
        copy
    }

    fn place(&self, place: &mut Place) {
        place.path = self.text(&place.path);
        if self.search.is_match(&place.frame.text) {
            let part = |from: usize, to: usize| -> String {
                place.frame.text.chars().skip(from).take(to.saturating_sub(from)).collect()
            };
            let before = self.text(&part(0, place.frame.from));
            let mask = self.text(&part(place.frame.from, place.frame.to));
            let after = self.text(&part(place.frame.to, usize::MAX));
            place.frame.from = before.chars().count();
            place.frame.to = place.frame.from + mask.chars().count();
            place.frame.text = before + &mask + &after;
        }
        let Some(origin) = place.origin.as_deref_mut() else { return };
        origin.path = self.text(&origin.path);
        origin.refs.iter_mut().for_each(|r| *r = self.text(r));
        origin.link = origin.link.as_ref().map(|l| self.text(l));
        for commit in origin.introduced.iter_mut().chain(origin.removed.iter_mut()) {
            commit.author = self.text(&commit.author);
            commit.committer = self.text(&commit.committer);
            commit.summary = self.text(&commit.summary);
        }
    }

    fn ignored(&self, ignored: &Ignored) -> Ignored {
        let mut copy = ignored.clone();
        copy.reason = self.text(&copy.reason);
        self.place(&mut copy.place);
        copy
    }

    fn stale(&self, stale: &Stale) -> Stale {
        Stale {
            place: self.text(&stale.place),
            entry: self.text(&stale.entry),
            problem: self.text(&stale.problem),
        }
    }

    fn error(&self, error: &SourceError) -> SourceError {
        SourceError {
            place: self.text(&error.place),
            problem: self.text(&error.problem),
            advice: self.text(&error.advice),
        }
    }
}

/// Whether a secret is long and odd enough that its bytes elsewhere are the secret and not a word:
/// `postgres` as a password must not turn `docker/postgres/init.sql` into a path that does not exist.
fn telling(secret: &[u8]) -> bool {
    secret.len() >= SHORTEST && !secret.iter().all(u8::is_ascii_lowercase)
}
