//! cpio in its "new ASCII" format, which RPM packages and initial RAM disks hold.
//!
//! In flows a stream, out flow its members. The format: cpio(5), `newc`.

use std::io::{self, Read};

use super::unpack::{Stop, Unpacker};

/// The header: a magic of six characters and thirteen numbers in eight hexadecimal digits each.
const HEADER: usize = 110;
/// The name of the member that ends the archive.
const TRAILER: &[u8] = b"TRAILER!!!";
/// The kind of a member, in its mode, and a regular file.
const KIND: u64 = 0o170_000;
const FILE: u64 = 0o100_000;

/// Pushes the members of a cpio archive.
pub(super) fn unpack(unpacker: &mut Unpacker<'_>, path: &str, input: &mut dyn Read) -> Result<(), Stop> {
    let mut header = [0; HEADER];
    loop {
        input.read_exact(&mut header)?;
        if !header.starts_with(b"07070") {
            return Err(Stop::Broken("a member has no magic".to_owned()));
        }
        let number = |n: usize| {
            let digits = std::str::from_utf8(&header[6 + 8 * n..14 + 8 * n]).ok();
            let number = digits.and_then(|d| u64::from_str_radix(d, 16).ok());
            number.ok_or_else(|| Stop::Broken("a number in the header of a member is wrong".to_owned()))
        };
        let (mode, size, length) = (number(1)?, number(6)?, number(11)?);
        let mut name = Vec::new();
        input.take(length.min(4096)).read_to_end(&mut name)?;
        skip(input, padding(HEADER as u64 + length))?;
        while name.last() == Some(&0) {
            name.pop();
        }
        if name == TRAILER {
            return Ok(());
        }
        let mut content = input.take(size);
        if mode & KIND == FILE && size > 0 {
            let name = String::from_utf8_lossy(&name);
            unpacker.member(&format!("{path}!/{}", name.trim_start_matches("./")), &mut content)?;
        }
        io::copy(&mut content, &mut io::sink())?;
        skip(input, padding(size))?;
    }
}

/// How many bytes make a length a multiple of four.
fn padding(length: u64) -> u64 {
    (4 - length % 4) % 4
}

fn skip(input: &mut dyn Read, count: u64) -> io::Result<()> {
    io::copy(&mut input.take(count), &mut io::sink()).map(drop)
}
