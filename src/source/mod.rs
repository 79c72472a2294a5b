//! Sources: where blobs come from. Each pushes what it reads into a sink, in its own threads.

mod archive;
mod excludes;
mod files;
pub mod git;
mod message;
mod origin;
mod pieces;
mod roots;
#[allow(clippy::module_inception, reason = "a file is named after its one main type")]
mod source;
mod stdin;
mod text;
mod walk;

pub use files::{FileOptions, Files};
pub use message::Message;
pub use origin::{CommitInfo, Origin};
pub use source::{Coverage, Item, Source, SourceError};
pub use stdin::Stdin;
pub(crate) use text::{Encoding, Wide, sniff};
