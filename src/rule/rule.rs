//! A rule as the detector uses it: its texts are borrowed from the program for the built-in ones, owned for a user's.
//!
//! In flow checked entries (`schema.rs`) or what the build script packed; out flows what detection
//! and reports need to know. It runs nothing. The build script includes this file too.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

pub use super::schema::{Confidence, Judged, Severity, Syntax};
use super::schema::{RuleEntry, RuleError};
use super::shape::Shape;

/// A list of strings that may stand in the program itself.
pub type Strings = Cow<'static, [Cow<'static, str>]>;

/// Which rule of a [`super::RuleSet`], counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RuleId(pub u16);

/// A rule, ready to use. The fields mean what they mean in `schema.rs`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each field is documented once, where it is written: in RuleEntry")]
pub struct Rule {
    #[serde(borrow)]
    pub id: Cow<'static, str>,
    #[serde(borrow)]
    pub name: Cow<'static, str>,
    #[serde(borrow)]
    pub provider: Cow<'static, str>,
    pub severity: Severity,
    pub confidence: Confidence,
    #[serde(borrow)]
    pub family: Cow<'static, str>,
    pub syntax: Syntax,
    pub anchors: Strings,
    #[serde(borrow)]
    pub pattern: Cow<'static, str>,
    /// Bytes to either side of an anchor that the pattern may need.
    pub window: u32,
    /// What all that fits the pattern has in common.
    pub shape: Shape,
    /// Every match begins with the anchor.
    pub starts: bool,
    pub keywords: Strings,
    pub near: u16,
    #[serde(borrow)]
    pub structure: Cow<'static, str>,
    #[serde(borrow)]
    pub checksum: Cow<'static, str>,
    pub entropy: f64,
    pub judged: Judged,
    pub paths: Strings,
    pub brand: bool,
    pub inside_word: bool,
    /// What belongs to the secret, each as `kind: pattern`.
    pub pair: Strings,
    #[serde(borrow)]
    pub impact: Cow<'static, str>,
    #[serde(borrow)]
    pub remedy: Cow<'static, str>,
    pub references: Strings,
    pub matches: Strings,
    pub clean: Strings,
    #[serde(borrow)]
    pub example_path: Cow<'static, str>,
}

impl Rule {
    /// Makes a user's rule from its entry.
    ///
    /// # Errors
    /// What [`RuleEntry::check`] and [`RuleEntry::window`] object to.
    pub fn from_entry(provider: &str, entry: &RuleEntry) -> Result<Self, RuleError> {
        let own = |s: &str| Cow::<'static, str>::Owned(s.to_owned());
        let all = |list: &[String]| list.iter().map(|s| own(s)).collect::<Strings>();
        entry.check()?;
        Ok(Self {
            id: own(&entry.id),
            name: own(&entry.name),
            provider: own(provider),
            severity: entry.severity,
            confidence: entry.confidence,
            family: own(entry.family.as_ref().unwrap_or(&entry.id)),
            syntax: entry.syntax,
            anchors: all(&entry.anchors),
            pattern: own(&entry.pattern),
            window: if entry.pattern.is_empty() { 0 } else { entry.window()? },
            shape: entry.shape()?,
            starts: entry.anchored_at_start(),
            keywords: all(&entry.keywords),
            near: entry.near,
            structure: own(entry.structure.as_deref().unwrap_or("")),
            checksum: own(entry.checksum.as_deref().unwrap_or("")),
            entropy: entry.entropy,
            judged: entry.judged,
            paths: all(&entry.paths),
            brand: entry.brand,
            inside_word: entry.inside_word,
            pair: all(&entry.pair),
            impact: own(&entry.impact),
            remedy: own(&entry.remedy),
            references: all(&entry.references),
            matches: all(&entry.examples.matches),
            clean: all(&entry.examples.clean),
            example_path: own(entry.examples.path.as_deref().unwrap_or("example.txt")),
        })
    }

    /// What the values have in common that it wants: where it says nothing of them, nothing.
    pub fn value_shape(&self) -> Shape {
        if self.pattern.is_empty() { Shape::ANY } else { self.shape }
    }

    /// Whether the rule has no anchor of its own: it is tried on values near its keywords.
    pub fn is_called(&self) -> bool {
        self.syntax == Syntax::Assignment && self.anchors.is_empty()
    }

    /// Whether nothing but its paths calls the rule: it is tried on files that hold nothing but one value.
    pub fn is_file(&self) -> bool {
        self.is_called() && self.keywords.is_empty()
    }

    /// How specific the rule is when two claim the same bytes, 0 (generic) to 3 (a vendor's own shape and name).
    pub fn rank(&self) -> u8 {
        match (self.syntax, self.keywords.is_empty()) {
            (Syntax::Pattern, false) => 3,
            (Syntax::Pattern, true) if self.confidence == Confidence::High => 2,
            (Syntax::Pattern, true) => 1,
            (Syntax::Url, _) => 1,
            (Syntax::Assignment, false) => 2,
            (Syntax::Assignment, true) if self.pattern.is_empty() || self.is_file() => 0,
            (Syntax::Assignment, true) => 2,
        }
    }
}
