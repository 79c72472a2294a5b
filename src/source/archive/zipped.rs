//! zip, and every format that is a zip by another name.
//!
//! In flows something that can be read here and there, out flow its members. Encrypted members are left
//! out and named.

use zip::ZipArchive;
use zip::result::ZipError;

use super::unpack::{Seekable, Stop, Unpacker};

/// Pushes the members of a zip.
pub(super) fn unpack(unpacker: &mut Unpacker<'_>, path: &str, input: &mut dyn Seekable) -> Result<(), Stop> {
    let mut archive = ZipArchive::new(input).map_err(stop)?;
    for n in 0..archive.len() {
        let name = match archive.name_for_index(n) {
            Some(Ok(name)) => name.into_owned(),
            _ => n.to_string(),
        };
        let name = format!("{path}!/{name}");
        match archive.by_index(n) {
            Ok(entry) if entry.is_dir() => {}
            Ok(mut entry) => unpacker.member(&name, &mut entry)?,
            Err(error) => unpacker.tell(&name, Err(stop(error))),
        }
    }
    Ok(())
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
