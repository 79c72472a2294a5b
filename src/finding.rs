//! A finding: one secret, why it is believed to be one, and every place where it stands.
//!
//! In flows what detection is sure of; out flows what policy and reports work with. It owns its
//! bytes, so it outlives the blob it was found in.

use crate::blob::{ObjectId, Position};
use crate::rule::{Confidence, RuleId, Severity};
use crate::secret::{Fingerprint, Secret};
use crate::source::Origin;

/// One secret with all its places.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The most specific rule that claims it.
    pub rule: RuleId,
    /// The secret itself.
    pub secret: Secret,
    /// What ignore entries and baselines know it by.
    pub fingerprint: Fingerprint,
    /// The same under the families of other rules that claimed it, which entries may know it by, too.
    pub aliases: Vec<Fingerprint>,
    /// How bad a leak is, here.
    pub severity: Severity,
    /// How sure we are.
    pub confidence: Confidence,
    /// Why it is believed, most telling first.
    pub reasons: Vec<Reason>,
    /// Where it stands, the introducing place first.
    pub places: Vec<Place>,
    /// Secrets and ids that belong to it (`AKIA…` to its secret key), masked if secret.
    pub linked: Vec<Linked>,
    /// What is known about the key being alive.
    pub status: Status,
}

/// One reason to believe, or to doubt, with the judge that gives it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reason {
    /// The judge.
    pub judge: &'static str,
    /// What it says, in a few words.
    pub text: String,
}

/// Something that belongs to a secret and was found near it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linked {
    /// What it is: `id`, `host`, `user`, `account`.
    pub kind: String,
    /// Its text; masked if it is a secret.
    pub text: String,
}

/// An ignore entry that no longer does anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale {
    /// The file it stands in, with its line (`.skoutignore:3`).
    pub place: String,
    /// The entry, as written, without its reason.
    pub entry: String,
    /// What is the matter (`expired on 2026-01-01`, `matches nothing in the working tree`).
    pub problem: String,
}

/// One place where a secret stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file, as reported.
    pub path: String,
    /// Where it begins.
    pub start: Position,
    /// One past its last character.
    pub end: Position,
    /// How it was encoded, outermost first.
    pub decoded: Vec<&'static str>,
    /// The lines it stands on, every secret in them masked.
    pub frame: Frame,
    /// The git object it was read from.
    pub object: Option<ObjectId>,
    /// Its story in the history.
    pub origin: Option<Box<Origin>>,
    /// Where it is exposed beyond the repository, in words (`shipped to browsers`).
    pub exposure: Option<&'static str>,
}

/// A piece of source text round a secret, with every secret in it masked. May hold control characters
/// of the file: whoever prints it must escape them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frame {
    /// The text of the line, shortened to what is near the secret.
    pub text: String,
    /// Where the mask begins in `text`, in code points from 0.
    pub from: usize,
    /// One past its end.
    pub to: usize,
}

/// What is known about a key being alive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Status {
    /// Nobody asked.
    #[default]
    Unverified,
    /// It works.
    Live(String),
    /// The provider knows it and lets it do little or nothing (restricted, out of credit, throttled).
    Restricted(String),
    /// It does not work any more.
    Dead(String),
    /// The answer does not tell.
    Unknown(String),
}

impl Status {
    /// The word for it in reports.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Unverified => "unverified",
            Self::Live(_) => "live",
            Self::Restricted(_) => "restricted",
            Self::Dead(_) => "dead",
            Self::Unknown(_) => "unknown",
        }
    }
}

impl Finding {
    /// The place to name first. Every finding has one.
    pub fn first_place(&self) -> &Place {
        &self.places[0]
    }
}
