//! tar, in all its dialects.
//!
//! In flows a stream, out flow its regular files. Links are left out: what they name is a member itself.

use std::io::Read;

use super::unpack::{Stop, Unpacker};

/// Pushes the members of a tar.
pub(super) fn unpack(unpacker: &mut Unpacker<'_>, path: &str, input: &mut dyn Read) -> Result<(), Stop> {
    let mut archive = tar::Archive::new(input);
    for entry in archive.entries()? {
        let mut entry = entry?;
        if !entry.header().entry_type().is_dir() && entry.size() > 0 {
            let name = format!("{path}!/{}", String::from_utf8_lossy(&entry.path_bytes()));
            unpacker.member(&name, &mut entry)?;
        }
    }
    Ok(())
}
