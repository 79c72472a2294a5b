//! A candidate: bytes that a rule takes for a secret, before the judges have spoken.

use std::ops::Range;

use super::assign::Form;
use super::lexicon::{Kind, Name};
use super::scene::Scene;
use super::view::View;
use crate::finding::Reason;
use crate::rule::{Confidence, Rule, RuleId};

/// Bytes that a rule takes for a secret. Borrowed; it never leaves `detect/`.
#[derive(Debug)]
pub struct Candidate<'v> {
    /// The rule's id.
    pub id: RuleId,
    /// The rule.
    pub rule: &'v Rule,
    /// The bytes it was found in.
    pub view: &'v View<'v>,
    /// What all candidates of the blob share.
    pub scene: &'v Scene<'v>,
    /// The secret.
    pub span: Range<usize>,
    /// The whole match, with what announces the secret.
    pub whole: Range<usize>,
    /// For an assignment, the name that is assigned to.
    pub key: Option<Range<usize>>,
    /// What that name says, if it names a credential.
    pub(crate) said: Option<Name>,
    /// For an assignment, how name and value stand together.
    pub(crate) form: Form,
    /// How sure the judges are so far.
    pub confidence: Confidence,
    /// A judge has proved the shape: later judges of style keep silent.
    pub proven: bool,
    /// How near the nearest keyword of the rule stands, in bytes; `None` if it has none.
    pub distance: Option<usize>,
    /// What the judges said.
    pub reasons: Vec<Reason>,
}

impl<'v> Candidate<'v> {
    /// The bytes taken for a secret.
    pub fn secret(&self) -> &'v [u8] {
        &self.view.bytes[self.span.clone()]
    }

    /// The name that is assigned to; empty if there is none.
    pub fn name(&self) -> &'v [u8] {
        self.key.clone().map_or(&[], |key| &self.view.bytes[key])
    }

    /// What kind of credential a value without a shape of its own is judged as; `None` if the rule's
    /// pattern gives the shape.
    pub(crate) fn kind(&self) -> Option<Kind> {
        self.said.as_ref().map(|name| name.kind)
    }

    /// The byte before the whole match.
    pub fn before(&self) -> Option<u8> {
        self.span.start.checked_sub(1).map(|n| self.view.bytes[n])
    }

    /// The byte after the secret.
    pub fn after(&self) -> Option<u8> {
        self.view.bytes.get(self.span.end).copied()
    }

    /// The path of the file.
    pub fn path(&self) -> &'v str {
        self.view.blob.path
    }

    /// Makes the candidate surer, up to high, and says why.
    pub fn raise(&mut self, judge: &'static str, text: impl Into<String>) {
        self.confidence = match self.confidence {
            Confidence::Low => Confidence::Medium,
            _ => Confidence::High,
        };
        self.reasons.push(Reason { judge, text: text.into() });
    }

    /// Leaves the candidate for those who ask for everything, and says why.
    pub fn doubt(&mut self, judge: &'static str, text: impl Into<String>) {
        self.confidence = Confidence::Low;
        self.reasons.push(Reason { judge, text: text.into() });
    }

    /// Makes the candidate less sure by one level, down to low, and says why.
    pub fn lower(&mut self, judge: &'static str, text: impl Into<String>) {
        self.confidence = match self.confidence {
            Confidence::High => Confidence::Medium,
            _ => Confidence::Low,
        };
        self.reasons.push(Reason { judge, text: text.into() });
    }
}
