//! zip, and every format that is a zip by another name.
//!
//! In flows something that can be read here and there, out flow its members. Encrypted members are left
//! out and named.

use std::io::Read;

use libdeflater::Decompressor;
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use super::office;
use super::unpack::{Seekable, Stop, Unpacker};

/// Members up to this size are inflated in one go, in bytes: twice as fast as piece by piece.
const IN_ONE: u64 = 8 << 20;

/// No deflate stream gives more bytes for one than this (RFC 1951: at most 258 for two bits).
const MOST_GROWTH: u64 = 1032;

/// Buffers for members that are inflated in one go.
struct Whole {
    inflater: Decompressor,
    packed: Vec<u8>,
    bytes: Vec<u8>,
}

/// Pushes the members of a zip.
pub(super) fn unpack(unpacker: &mut Unpacker<'_>, path: &str, input: &mut dyn Seekable) -> Result<(), Stop> {
    let mut archive = ZipArchive::new(input).map_err(stop)?;
    let (mut sheets, mut strings) = (Vec::new(), Vec::new());
    let mut whole = Whole { inflater: Decompressor::new(), packed: Vec::new(), bytes: Vec::new() };
    for n in 0..archive.len() {
        let name = match archive.name_for_index(n) {
            Some(Ok(name)) => name.into_owned(),
            _ => n.to_string(),
        };
        let name = format!("{path}!/{name}");
        if let Some(bytes) = whole.inflate(&mut archive, n) {
            unpacker.member(&name, &mut &bytes[..])?;
            if office::is_text(&name) {
                document(unpacker, &name, &office::joined(bytes))?;
            } else if office::is_open(&name) {
                document(unpacker, &name, &office::opened(bytes))?;
            } else if office::is_sheet(&name) {
                sheets.push((n, name));
            } else if name.ends_with(office::STRINGS) {
                strings = office::strings(bytes);
            }
            continue;
        }
        match archive.by_index(n) {
            Ok(entry) if entry.is_dir() => {}
            Ok(mut entry) => unpacker.member(&name, &mut entry)?,
            Err(error) => unpacker.tell(&name, Err(stop(error))),
        }
    }
    // The sheets refer to texts that may come after them.
    for (n, name) in sheets {
        if let Some(bytes) = whole.inflate(&mut archive, n) {
            document(unpacker, &name, &office::rows(bytes, &strings))?;
        }
    }
    Ok(())
}

/// Pushes what the pieces of a document say together.
fn document(unpacker: &mut Unpacker<'_>, name: &str, text: &[u8]) -> Result<(), Stop> {
    if text.is_empty() { Ok(()) } else { unpacker.text("document", name, text) }
}

impl Whole {
    /// The content of a small deflated member; `None` if it is another or anything is odd about it, so that it is to be
    /// read piece by piece.
    fn inflate(&mut self, archive: &mut ZipArchive<&mut dyn Seekable>, n: usize) -> Option<&[u8]> {
        let mut entry = archive.by_index_raw(n).ok()?;
        let (size, packed) = (entry.size(), entry.compressed_size());
        let fits =
            (1..=IN_ONE).contains(&size) && packed <= IN_ONE && size <= packed.saturating_mul(MOST_GROWTH);
        if !fits || entry.compression() != CompressionMethod::Deflated || entry.encrypted() || entry.is_dir()
        {
            return None;
        }
        self.packed.clear();
        entry.read_to_end(&mut self.packed).ok()?;
        self.bytes.resize(size as usize, 0);
        let written = self.inflater.deflate_decompress(&self.packed, &mut self.bytes).ok()?;
        let sound = written as u64 == size && crc32fast::hash(&self.bytes) == entry.crc32();
        sound.then_some(&self.bytes)
    }
}

fn stop(error: ZipError) -> Stop {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => Stop::Skipped("is encrypted".to_owned()),
        ZipError::UnsupportedArchive(what) => Stop::Skipped(format!("cannot be unpacked: {what}")),
        ZipError::CompressionMethodNotSupported(method) => {
            Stop::Skipped(format!("is compressed in a way that is not read yet (method {method})"))
        }
        ZipError::Io(error) => error.into(),
        other => Stop::Broken(other.to_string()),
    }
}
