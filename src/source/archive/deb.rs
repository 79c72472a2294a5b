//! The archive of `ar`: Debian packages and static libraries.
//!
//! In flows a stream, out flow its members. The format: ar(5), with the long names of System V (`/123`)
//! and of BSD (`#1/12`).

use std::io::{self, Read};

use super::unpack::{Stop, Unpacker};

/// The magic, and the header of a member.
const MAGIC: usize = 8;
const HEADER: usize = 60;
/// The longest table of names and the longest name that is believed, in bytes.
const NAMES: u64 = 16 << 20;

/// Pushes the members of an `ar` archive.
pub(super) fn unpack(unpacker: &mut Unpacker<'_>, path: &str, input: &mut dyn Read) -> Result<(), Stop> {
    input.read_exact(&mut [0; MAGIC])?;
    let mut names = Vec::new();
    let mut header = [0; HEADER];
    while input.take(1).read(&mut header[..1])? == 1 {
        input.read_exact(&mut header[1..])?;
        let text = |range: std::ops::Range<usize>| String::from_utf8_lossy(&header[range]).trim().to_owned();
        let size: u64 = text(48..58).parse().map_err(|_| Stop::Broken("a member has no size".to_owned()))?;
        if &header[58..60] != b"`\n" {
            return Err(Stop::Broken("a member has no end mark".to_owned()));
        }
        let mut name = text(0..16);
        let mut content = input.take(size);
        if name == "//" {
            names = some(&mut content, size.min(NAMES))?;
        } else if let Some(length) = name.strip_prefix("#1/").and_then(|n| n.parse::<u64>().ok()) {
            let long = some(&mut content, length.min(4096))?;
            name = String::from_utf8_lossy(&long).trim_end_matches('\0').to_owned();
        } else if let Some(at) = name.strip_prefix('/').and_then(|n| n.parse::<usize>().ok()) {
            let long = names.get(at..).unwrap_or_default();
            let end = memchr::memchr2(b'\n', 0, long).unwrap_or(long.len());
            name = String::from_utf8_lossy(&long[..end]).into_owned();
        }
        if !matches!(name.as_str(), "//" | "/" | "/SYM64/") {
            unpacker.member(&format!("{path}!/{}", name.trim_end_matches('/')), &mut content)?;
        }
        // What the member left unread, and the byte that makes its length even.
        io::copy(&mut content, &mut io::sink())?;
        if content.limit() > 0 {
            return Err(Stop::Broken("it ends in the middle of a member".to_owned()));
        }
        io::copy(&mut input.take(size & 1), &mut io::sink())?;
    }
    Ok(())
}

fn some(input: &mut dyn Read, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}
