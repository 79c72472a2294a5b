//! What names, paths and the letters of a value tell: the small knowledge the judges share.

pub(crate) mod chance;
pub(crate) mod name;
pub(crate) mod place;
pub(crate) mod words;

pub(crate) use name::{Kind, Name};
pub(crate) use place::FileKind;
