//! The order in which the judges speak.

use super::{
    boundary, chance, checksum, code, commit, crowd, double, entropy, label, own_name, placeholder,
    public_half, published, readable, reference, rig, shape, shown, structure, temporary, twin, vector,
};
use crate::detect::Candidate;

/// What a judge decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing to say.
    Pass,
    /// This is no secret of the rule's kind, and why.
    Reject(String),
    /// This is meant for the public, and why: no other rule may take the same bytes for a secret either.
    Public(String),
}

/// One doubt. A judge may also raise or lower the candidate's confidence, or declare it proven.
#[derive(Debug, Clone, Copy)]
pub struct Judge {
    /// What `skout explain` calls it.
    pub name: &'static str,
    /// Speaks.
    pub judge: fn(&mut Candidate<'_>) -> Verdict,
}

/// All judges, in the order in which they speak: cheapest first, those that prove before those that
/// doubt the style.
pub static COURT: &[Judge] = &[
    Judge { name: "structure", judge: structure::judge },
    Judge { name: "checksum", judge: checksum::judge },
    Judge { name: "boundary", judge: boundary::judge },
    Judge { name: "code", judge: code::judge },
    Judge { name: "reference", judge: reference::judge },
    Judge { name: "own-name", judge: own_name::judge },
    Judge { name: "label", judge: label::judge },
    Judge { name: "shape", judge: shape::judge },
    Judge { name: "commit", judge: commit::judge },
    Judge { name: "public-half", judge: public_half::judge },
    Judge { name: "placeholder", judge: placeholder::judge },
    Judge { name: "entropy", judge: entropy::judge },
    Judge { name: "readable", judge: readable::judge },
    Judge { name: "double", judge: double::judge },
    Judge { name: "chance", judge: chance::judge },
    Judge { name: "crowd", judge: crowd::judge },
    Judge { name: "vector", judge: vector::judge },
    Judge { name: "rig", judge: rig::judge },
    Judge { name: "shown", judge: shown::judge },
    Judge { name: "temporary", judge: temporary::judge },
    Judge { name: "twin", judge: twin::judge },
    Judge { name: "published", judge: published::judge },
];
