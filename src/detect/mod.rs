//! Detection: from the bytes of a blob to findings.

pub mod anchors;
mod assignment;
mod candidate;
mod context;
pub mod decode;
#[allow(clippy::module_inception, reason = "a file is named after its one main type")]
mod detector;
mod frame;
pub mod judge;
mod overlap;
mod patterns;
mod proof;
mod view;

pub use candidate::Candidate;
pub use detector::{Detector, Settings, Trace};
pub use proof::{Failure, prove};
pub use view::View;
