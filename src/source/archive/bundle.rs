//! Git bundles: a header that names refs, and a pack.
//!
//! In flows the bundle, out flow the files and messages of its commits. The format: git's documentation,
//! gitformat-bundle. A bundle that builds on commits it does not hold is read as far as that goes, and
//! the receipt says so.

use std::io::{BufRead, BufReader, Read};

use super::limits;
use super::unpack::{Stop, Unpacker};
use crate::source::git::bundle::{self, Fault, Piece};

/// The longest line of a header that is believed, in bytes.
const LINE: u64 = 64 * 1024;

/// Pushes the files and messages of a bundle.
pub(super) fn unpack(unpacker: &mut Unpacker<'_>, path: &str, input: &mut dyn Read) -> Result<(), Stop> {
    let allowance = unpacker.allowance();
    let mut input = BufReader::new(input);
    let (mut tips, mut wanted) = (Vec::new(), 0usize);
    loop {
        let mut line = Vec::new();
        (&mut input).take(LINE).read_until(b'\n', &mut line)?;
        let Some(text) = line.strip_suffix(b"\n") else {
            return Err(Stop::Broken("its header does not end".to_owned()));
        };
        match text.first() {
            None => break,
            Some(b'#') => {}
            Some(b'@') if text.starts_with(b"@object-format=") && !text.ends_with(b"=sha1") => {
                let reason =
                    "is a git bundle with SHA-256 ids: clone it, and scan the clone with `skout git`";
                return Err(Stop::Skipped(reason.to_owned()));
            }
            Some(b'@') if text.starts_with(b"@filter=") => wanted += 1,
            Some(b'@') => {}
            Some(b'-') => wanted += 1,
            Some(_) => tips.push(String::from_utf8_lossy(&text[..text.len().min(40)]).into_owned()),
        }
    }
    let done = bundle::each(&mut input, &tips, &mut |piece| match piece {
        Piece::Text(name, bytes) => unpacker.member(&format!("{path}!/{name}"), &mut &bytes[..]),
        Piece::TooLarge(name, size) => {
            let reason = format!("is too large to be unpacked, {} MB", size >> 20);
            unpacker.tell(&format!("{path}!/{name}"), Err(Stop::Skipped(reason)));
            allowance.take(0).map_err(Stop::from)
        }
    });
    match done {
        Ok(()) => Ok(()),
        Err(Fault::Visit(stop)) => Err(stop),
        Err(Fault::Read(error)) if limits::is_too_much(&error) => Err(error.into()),
        Err(Fault::Missing) if wanted > 0 => Err(Stop::Broken(
            "it builds on commits that it does not hold; fetch it into a clone that has them \
             (git fetch FILE), and scan that with `skout git`"
                .to_owned(),
        )),
        Err(Fault::Missing) => Err(Stop::Broken("objects are missing in it".to_owned())),
        Err(Fault::Read(error)) => Err(Stop::Broken(error.to_string())),
    }
}
