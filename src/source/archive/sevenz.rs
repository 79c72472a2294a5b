//! 7z.
//!
//! In flows something that can be read here and there, out flow its members. Encrypted archives are left
//! out and named.

use sevenz_rust2::{ArchiveReader, Error, Password};

use super::unpack::{Seekable, Stop, Unpacker};

/// Pushes the members of a 7z archive.
pub(super) fn unpack(unpacker: &mut Unpacker<'_>, path: &str, input: &mut dyn Seekable) -> Result<(), Stop> {
    let mut archive = ArchiveReader::new(input, Password::empty()).map_err(stop)?;
    archive.set_thread_count(1);
    let mut ended = None;
    let done = archive.for_each_entries(|entry, content| {
        if entry.is_directory() || !entry.has_stream() {
            return Ok(true);
        }
        let name = format!("{path}!/{}", entry.name());
        match unpacker.member(&name, content) {
            Ok(()) => Ok(true),
            Err(stop) => {
                ended = Some(stop);
                Ok(false)
            }
        }
    });
    match ended {
        Some(stop) => Err(stop),
        None => done.map_err(stop),
    }
}

fn stop(error: Error) -> Stop {
    match error {
        Error::PasswordRequired | Error::MaybeBadPassword(_) => Stop::Skipped("is encrypted".to_owned()),
        Error::Io(error, _) => error.into(),
        Error::UnsupportedCompressionMethod(method) => {
            Stop::Skipped(format!("is compressed in a way that is not read yet ({method})"))
        }
        other => Stop::Broken(other.to_string()),
    }
}
