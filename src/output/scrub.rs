//! The last door before any format: every string of a report in which a found secret still stands (a file
//! name that is the key, a commit message, an error) gets the mask in its place. In flows a report, out
//! flows a copy that can be shown; it changes nothing when nothing was found.

use std::collections::HashMap;

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

/// A text that is not part of the report, with every found secret masked.
pub(super) fn text(report: &Report<'_>, text: &str) -> String {
    Scrubber::new(&report.findings).map_or_else(|| text.to_owned(), |scrubber| scrubber.text(text))
}

/// The secrets by their first eight bytes. A search automaton over them would cost more than the scan when
/// a file holds hundreds of thousands; this costs a few bytes a secret and one bit test a byte of text.
struct Scrubber {
    /// For each secret its bytes and its mask.
    secrets: Vec<(Vec<u8>, String)>,
    by_start: HashMap<u64, Vec<usize>>,
    /// A bit for the hash of each start; a power of two of them.
    filter: Vec<u64>,
}

/// The first eight bytes of `text` as a number.
fn start_of(text: &[u8]) -> Option<u64> {
    text.first_chunk().map(|first: &[u8; SHORTEST]| u64::from_le_bytes(*first))
}

impl Scrubber {
    fn new(findings: &[Finding]) -> Option<Self> {
        let long = findings.iter().filter(|f| telling(f.secret.reveal()));
        let secrets: Vec<(Vec<u8>, String)> =
            long.map(|f| (f.secret.reveal().to_vec(), f.secret.masked())).collect();
        if secrets.is_empty() {
            return None;
        }
        let words = (secrets.len() / 4).next_power_of_two().max(64);
        let mut scrubber = Self { secrets: Vec::new(), by_start: HashMap::new(), filter: vec![0; words] };
        for (n, (secret, _)) in secrets.iter().enumerate() {
            let Some(start) = start_of(secret) else { continue };
            let bit = scrubber.bit(start);
            scrubber.filter[bit / 64] |= 1 << (bit % 64);
            scrubber.by_start.entry(start).or_default().push(n);
        }
        scrubber.secrets = secrets;
        Some(scrubber)
    }

    /// The place of a start in the filter (multiplicative hashing; Knuth, vol. 3, 6.4).
    fn bit(&self, start: u64) -> usize {
        let bits = self.filter.len() * 64;
        (start.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - bits.trailing_zeros())) as usize
    }

    /// The longest secret that begins `text`.
    fn secret_at(&self, text: &[u8]) -> Option<&(Vec<u8>, String)> {
        let start = start_of(text)?;
        let bit = self.bit(start);
        if self.filter[bit / 64] >> (bit % 64) & 1 == 0 {
            return None;
        }
        let standing = self.by_start.get(&start)?.iter().map(|n| &self.secrets[*n]);
        standing.filter(|(secret, _)| text.starts_with(secret)).max_by_key(|(secret, _)| secret.len())
    }

    /// Whether a secret stands anywhere in `text`.
    fn stands_in(&self, text: &str) -> bool {
        let bytes = text.as_bytes();
        (0..bytes.len()).any(|at| self.secret_at(&bytes[at..]).is_some())
    }

    fn text(&self, text: &str) -> String {
        if !self.stands_in(text) {
            return text.to_owned();
        }
        let (bytes, mut shown, mut at) = (text.as_bytes(), Vec::new(), 0);
        while at < bytes.len() {
            match self.secret_at(&bytes[at..]) {
                Some((secret, mask)) => {
                    shown.extend_from_slice(mask.as_bytes());
                    at += secret.len();
                }
                None => {
                    shown.push(bytes[at]);
                    at += 1;
                }
            }
        }
        String::from_utf8_lossy(&shown).into_owned()
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
        if self.stands_in(&place.frame.text) {
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
