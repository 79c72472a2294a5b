//! Text that was packed by gzip before it was encoded, as releases of Helm and the user data of machines are.
//!
//! In flow bytes and the place where the base64 of a gzip stream begins; out flows what is packed in it. A long stream is
//! read as far as an encoded run is followed. Nothing says where a packed byte is, so what is pointed at is near it.

use std::io::Read;

use super::base64;
use super::tape::{Tape, Window};

/// The most that is unpacked, in bytes.
const MOST: u64 = 64 * 1024;

/// Unpacks the stream that begins at `at`.
pub(crate) fn gzip(bytes: &[u8], at: usize) -> Window {
    let run = base64::run(bytes, at, 0);
    let covers = run.covers;
    let Some(packed) = run.decoded else { return Window { covers, decoded: None } };
    let Some(skipped) = packed.bytes.windows(3).position(|b| b == b"\x1f\x8b\x08") else {
        return Window { covers, decoded: None };
    };
    let mut text = Vec::new();
    let stream = flate2::read::GzDecoder::new(&packed.bytes[skipped..]);
    // A run that was cut short ends in an error; what came before it counts.
    let ended = stream.take(MOST).read_to_end(&mut text).is_ok();
    if text.is_empty() && !ended {
        return Window { covers, decoded: None };
    }
    let mut tape = Tape::new(at, text.len());
    let length = packed.span.end - at;
    text.iter().enumerate().for_each(|(n, byte)| tape.push(*byte, at + n * length / text.len()));
    Window { covers, decoded: Some(tape.finish("gzip", packed.span.end)) }
}

#[cfg(test)]
mod tests {
    use ::base64::Engine as _;
    use ::base64::engine::general_purpose::STANDARD;

    use super::*;

    #[test]
    fn a_stream_is_unpacked_as_far_as_it_goes() {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        std::io::Write::write_all(&mut packer, b"password: hunter2\n").unwrap();
        let whole = format!("data: {}\n", STANDARD.encode(packer.finish().unwrap()));
        let shown = |text: &str| {
            let decoded = gzip(text.as_bytes(), 6).decoded?;
            assert!(decoded.span.end <= text.len() && decoded.map.is_sorted());
            Some(String::from_utf8(decoded.bytes).unwrap())
        };
        assert_eq!(shown(&whole).as_deref(), Some("password: hunter2\n"));
        assert_eq!(shown(&whole[..whole.len() - 10]).as_deref(), Some("password: hunter2\n"));
        assert_eq!(shown("data: H4sIAandmore"), None);
    }
}
