//! Containers: archives, compressed streams, packages and documents, opened to any reasonable depth.
//!
//! One file a format. Which it is, the first bytes say, never the name.

mod bundle;
mod cpio;
mod deb;
mod fonts;
mod kind;
mod limits;
mod mail;
mod office;
mod pdf;
mod plist;
mod record;
mod rpm;
mod schema;
mod sevenz;
mod sqlite;
mod stream;
mod tarball;
mod unpack;
mod zipped;

pub(crate) use kind::Kind;
pub(crate) use unpack::Unpacker;
