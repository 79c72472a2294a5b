//! Detection: from the bytes of a blob to findings.

pub mod anchors;
mod assign;
mod bytes;
mod candidate;
mod collect;
mod context;
pub mod decode;
#[allow(clippy::module_inception, reason = "a file is named after its one main type")]
mod detector;
mod exposure;
mod frame;
pub mod judge;
mod keywords;
mod lexicon;
mod link;
mod memo;
mod overlap;
mod pattern;
mod patterns;
mod proof;
mod quiet;
mod reach;
mod said;
mod scene;
mod sweep;
mod tried;
mod url;
mod view;

pub use candidate::Candidate;
pub use detector::{Detector, Settings, Trace};
pub use proof::{Failure, prove};
pub use view::View;
