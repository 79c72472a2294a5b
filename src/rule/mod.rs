//! Rules: what a credential looks like, how bad it is, what to do, and the proof that the rule works.

pub mod example;
mod nearest;
mod part;
pub(crate) mod phrase;
#[allow(clippy::module_inception, reason = "a file is named after its one main type")]
pub mod rule;
pub mod schema;
pub mod set;
pub mod shape;

pub(crate) mod builtin;

pub use nearest::{did_you_mean, nearest};
pub use rule::{Confidence, Judged, Rule, RuleId, Severity, Syntax};
pub use schema::RuleError;
pub use set::{RuleSet, Selection};
