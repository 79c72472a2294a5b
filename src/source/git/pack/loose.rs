//! Loose objects: one file each (gitrepository-layout, "objects").
//!
//! In flows a folder of objects; out flow ids and, one at a time, contents. The size an object states is
//! checked against what is there.

use std::fs;
use std::path::{Path, PathBuf};

use libdeflater::{DecompressionError, Decompressor};

use super::entry::Kind;
use crate::blob::ObjectId;

/// An object in a file of its own.
#[derive(Debug, Clone)]
pub(super) struct Loose {
    /// Its id, which is its name.
    pub(super) id: ObjectId,
    path: PathBuf,
}

/// All loose objects below a folder of objects, in the order of ids.
pub(super) fn list(objects: &Path) -> std::io::Result<Vec<Loose>> {
    let mut found = Vec::new();
    for folder in fs::read_dir(objects)? {
        let folder = folder?;
        let name = folder.file_name();
        let Some(first) = name.to_str().filter(|name| name.len() == 2).and_then(hex) else { continue };
        for file in fs::read_dir(folder.path())? {
            let file = file?;
            let name = file.file_name();
            let rest = name.to_str().and_then(hex).unwrap_or_default();
            if let Some(id) = ObjectId::from_bytes(&[&first[..], &rest].concat()) {
                found.push(Loose { id, path: file.path() });
            }
        }
    }
    found.sort_by_key(|loose| loose.id);
    Ok(found)
}

/// What an object is, its bytes, and where its content begins in them.
type Unpacked = (Kind, Vec<u8>, usize);

/// The object of this id, if it has a file of its own below a folder of objects; or what is wrong with the file.
pub(in super::super) fn read(objects: &Path, id: ObjectId) -> Option<Result<Unpacked, String>> {
    let name = id.to_string();
    let path = objects.join(&name[..2]).join(&name[2..]);
    path.symlink_metadata().ok()?;
    let mut bytes = Vec::new();
    let read = Loose { id, path }.read(&mut Decompressor::new(), &mut bytes);
    Some(read.map(|(kind, from)| (kind, bytes, from)))
}

/// The ids of all loose objects below a folder of objects, in order.
pub(in super::super) fn ids(objects: &Path) -> std::io::Result<Vec<ObjectId>> {
    Ok(list(objects)?.iter().map(|loose| loose.id).collect())
}

fn hex(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    (0..text.len()).step_by(2).map(|n| u8::from_str_radix(&text[n..n + 2], 16).ok()).collect()
}

impl Loose {
    /// Reads the object into `out` and says what it is and where in `out` its content begins.
    pub(super) fn read(
        &self,
        inflater: &mut Decompressor,
        out: &mut Vec<u8>,
    ) -> Result<(Kind, usize), String> {
        let packed = fs::read(&self.path).map_err(|error| format!("its file cannot be read: {error}"))?;
        let mut room = (packed.len() * 4).max(4096);
        let most = packed.len().saturating_mul(1040) + 4096;
        let length = loop {
            out.resize(room, 0);
            match inflater.zlib_decompress(&packed, out) {
                Ok(length) => break length,
                Err(DecompressionError::InsufficientSpace) if room < most => {
                    room = room.saturating_mul(2).min(most)
                }
                Err(_) => return Err("its file is damaged".to_owned()),
            }
        };
        out.truncate(length);
        head(out).ok_or_else(|| "its file is damaged".to_owned())
    }
}

/// Reads `blob 12\0` and checks the number.
fn head(bytes: &[u8]) -> Option<(Kind, usize)> {
    let end = memchr::memchr(0, bytes.get(..32.min(bytes.len()))?)?;
    let (kind, size) = std::str::from_utf8(&bytes[..end]).ok()?.split_once(' ')?;
    let kind = match kind {
        "blob" => Kind::Blob,
        "tree" => Kind::Tree,
        "commit" => Kind::Commit,
        "tag" => Kind::Tag,
        _ => return None,
    };
    (size.parse::<usize>().ok()? == bytes.len() - end - 1).then_some((kind, end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_must_tell_the_true_size() {
        assert_eq!(head(b"blob 3\0abc"), Some((Kind::Blob, 7)));
        for wrong in [&b"blob 4\0abc"[..], b"blob 3 abc", b"flob 3\0abc", b"", b"blob -1\0"] {
            assert_eq!(head(wrong), None);
        }
    }
}
