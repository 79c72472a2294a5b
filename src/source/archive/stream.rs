//! Compressed streams: gzip, bzip2, xz, LZMA, Zstandard.
//!
//! In flows a compressed stream, out flows what is in it, under the same name. Several streams one after
//! the other are read as one, as the tools of these formats do.

use std::io::{self, BufRead, BufReader, Read};

use ruzstd::decoding::errors::FrameDecoderError;

use super::kind::Kind;
use super::limits::Refused;
use super::unpack::{Stop, Unpacker};

/// The largest window of a Zstandard stream that is accepted, in bytes: what its `--ultra` levels use less
/// than. A larger one is refused, not allocated.
const WINDOW: u64 = 32 << 20;

/// How much memory an LZMA stream may need, in KiB: as much as the highest level of `xz` takes.
const LZMA: u32 = 66 << 10;

/// Pushes what is in a compressed stream.
pub(super) fn unpack(
    unpacker: &mut Unpacker<'_>,
    kind: Kind,
    path: &str,
    input: &mut dyn Read,
) -> Result<(), Stop> {
    let mut input = BufReader::with_capacity(32 * 1024, input);
    match kind {
        Kind::Gzip => {
            let mut inside = flate2::bufread::MultiGzDecoder::new(input);
            unpacker.compressed("gzip", path, &mut inside)
        }
        Kind::Bzip2 => {
            let mut inside = bzip2::bufread::MultiBzDecoder::new(input);
            unpacker.compressed("bzip2", path, &mut inside)
        }
        Kind::Xz => {
            let mut inside = lzma_rust2::XzReader::new(input, true);
            unpacker.compressed("xz", path, &mut inside)
        }
        Kind::Lzma => {
            let mut inside = lzma_rust2::LzmaReader::new_mem_limit(input, LZMA, None).map_err(too_large)?;
            unpacker.compressed("lzma", path, &mut inside)
        }
        _ => unpacker.compressed("zstd", path, &mut Frames { input: &mut input, frame: None }),
    }
}

type Decoder = ruzstd::decoding::FrameDecoder;

/// The frames of a Zstandard stream (RFC 8878), one after the other.
struct Frames<'a, R> {
    input: &'a mut R,
    frame: Option<Box<Decoder>>,
}

impl<R: BufRead> Read for Frames<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        use ruzstd::decoding::BlockDecodingStrategy;
        loop {
            let Some(frame) = &mut self.frame else {
                if self.input.fill_buf()?.is_empty() {
                    return Ok(0);
                }
                let mut frame = Decoder::new();
                frame.set_max_window_size(WINDOW);
                frame.init(&mut self.input).map_err(refused)?;
                self.frame = Some(Box::new(frame));
                continue;
            };
            let n = frame.read(buffer)?;
            if n > 0 {
                return Ok(n);
            }
            if frame.is_finished() {
                self.frame = None;
                continue;
            }
            let some = BlockDecodingStrategy::UptoBytes(buffer.len().max(1));
            frame.decode_blocks(&mut self.input, some).map_err(io::Error::other)?;
        }
    }
}

/// A stream that cannot be begun: refused for its window, or damaged.
fn too_large(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::OutOfMemory => {
            io::Error::other(Refused("needs more than 66 MB of memory to be unpacked".into()))
        }
        _ => error,
    }
}

/// A frame that cannot be begun: refused for its window, or damaged.
fn refused(error: FrameDecoderError) -> io::Error {
    match error {
        FrameDecoderError::WindowSizeTooBig { requested, .. } => {
            let reason = format!("needs {} MB of memory to be unpacked", requested >> 20);
            io::Error::other(Refused(reason))
        }
        other => io::Error::other(other),
    }
}
