//! Anchors: the literals that announce a possible secret, found in one pass over the bytes.

mod actions;
#[allow(unreachable_pub, reason = "the build script includes this file")]
mod choice;
#[allow(unreachable_pub, reason = "the build script includes this file")]
mod frequency;
#[cfg(target_arch = "x86_64")]
mod gather;
#[allow(unreachable_pub, reason = "the build script includes this file")]
mod literal;
mod search;
#[allow(unreachable_pub, reason = "the build script includes this file")]
mod table;

pub use actions::{Action, Anchors};
pub use search::Hit;
