//! RPM packages: a lead, two headers, and a compressed cpio archive.
//!
//! In flows a stream, out flow the files of the payload. The format: RPM's documentation, "Package format V4".

use std::io::{self, Read};

use super::unpack::{Stop, Unpacker};

/// The lead, which only its length matters of.
const LEAD: u64 = 96;
/// What a header structure begins with.
const MAGIC: &[u8; 4] = b"\x8e\xad\xe8\x01";

/// Pushes the files of an RPM package.
pub(super) fn unpack(unpacker: &mut Unpacker<'_>, path: &str, input: &mut dyn Read) -> Result<(), Stop> {
    skip(input, LEAD)?;
    let signature = header(input)?;
    skip(input, (8 - signature % 8) % 8)?;
    header(input)?;
    unpacker.compressed("rpm", path, input)
}

/// Reads over a header structure, and says how long its content is.
fn header(input: &mut dyn Read) -> Result<u64, Stop> {
    let mut start = [0; 16];
    input.read_exact(&mut start)?;
    if !start.starts_with(MAGIC) {
        return Err(Stop::Broken("a header has no magic".to_owned()));
    }
    let number =
        |at: usize| u64::from(u32::from_be_bytes([start[at], start[at + 1], start[at + 2], start[at + 3]]));
    let length = number(8) * 16 + number(12);
    skip(input, length)?;
    Ok(length)
}

fn skip(input: &mut dyn Read, count: u64) -> io::Result<()> {
    io::copy(&mut input.take(count), &mut io::sink()).map(drop)
}
