//! A file of git, mapped into memory: the one place that needs `unsafe`.
//!
//! In flows a path; out flow its bytes. Packs and their indexes are mapped because objects lie in them in
//! no order that reading ahead could use, and a copy of a pack in memory would double what a scan needs.

use std::fs::File;
use std::io;
use std::ops::Deref;
use std::path::Path;

use memmap2::Mmap;

/// The bytes of a file that git never changes once it has its name (gitformat-pack: packs are replaced,
/// not rewritten).
#[derive(Debug)]
pub(super) struct Map {
    map: Mmap,
}

impl Map {
    /// Maps a file for reading.
    #[allow(unsafe_code, reason = "a mapping reads each page once and keeps no second copy of the pack")]
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        // SAFETY: the mapping is private and read-only, and git writes a pack under another name and
        // renames it when it is whole. Whoever cuts a pack short in place while it is read can end the
        // process by a bus error, as for git itself; no reference to other memory can arise from it.
        let map = unsafe { Mmap::map(&file)? };
        Ok(Self { map })
    }
}

impl Deref for Map {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.map
    }
}
