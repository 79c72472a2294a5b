//! Pieces: a stream of bytes cut into blobs, so that a file of any size needs the same little memory.
//!
//! In flows anything that can be read; out flow blobs that overlap, each answering for its own part. A
//! reader is used for one file after the other; it never knows where the bytes come from.

use std::io::{self, Read};

use super::source::Item;
use super::text::{self, Encoding};
use crate::blob::{Blob, BlobKind, Position};

/// How much of a file is in memory at once, in bytes. Larger pieces were not measured to be faster.
const PIECE: usize = 1024 * 1024;

/// How many bytes a piece sees of each neighbour: longer than any secret with its context.
const OVERLAP: usize = 32 * 1024;

/// Where the blobs of a stream go, and under which name.
#[derive(Clone, Copy)]
pub(crate) struct Outlet<'a> {
    /// The path to report.
    pub(crate) path: &'a str,
    /// How the bytes were unpacked, outermost first.
    pub(crate) unpacked: &'a [&'static str],
    /// Who takes the blobs.
    pub(crate) sink: &'a (dyn Fn(Item<'_>) + Sync),
}

/// A reused buffer and the cutting of a stream into pieces.
pub(crate) struct Reader {
    buffer: Vec<u8>,
    filled: usize,
    piece: usize,
    overlap: usize,
}

impl Default for Reader {
    fn default() -> Self {
        Self::with_sizes(PIECE, OVERLAP)
    }
}

impl Reader {
    /// A reader for pieces of `piece` bytes of which `overlap` are shared to either side. A piece holds
    /// at least three overlaps, or it would not get on.
    fn with_sizes(piece: usize, overlap: usize) -> Self {
        debug_assert!(piece >= 3 * overlap, "a piece holds at least three overlaps");
        Self { buffer: Vec::new(), filled: 0, piece, overlap }
    }

    /// Reads `input` to its end, pushes it piece by piece, and says how many bytes there were.
    pub(crate) fn read(&mut self, input: &mut dyn Read, outlet: Outlet<'_>) -> io::Result<u64> {
        self.begin(input)?;
        self.rest(input, outlet)
    }

    /// Reads the first piece of `input`, and shows it.
    pub(crate) fn begin(&mut self, input: &mut dyn Read) -> io::Result<&[u8]> {
        self.filled = 0;
        self.fill(input)?;
        Ok(self.held())
    }

    /// The first piece, after [`Reader::begin`].
    pub(crate) fn held(&self) -> &[u8] {
        &self.buffer[..self.filled]
    }

    /// Pushes the piece that [`Reader::begin`] has read, and all that follows.
    pub(crate) fn rest(&mut self, input: &mut dyn Read, outlet: Outlet<'_>) -> io::Result<u64> {
        let mut read = self.filled as u64;
        let encoding = text::sniff(&self.buffer[..self.filled]);
        self.drop_front(encoding.mark());
        let mut start = Position::START;
        let mut kept = 0;
        loop {
            let last = read_all(self.filled, self.piece, encoding);
            let bytes = &self.buffer[..self.filled];
            let cut = if last { bytes.len() } else { self.cut(encoding) };
            let keep = if last { 0 } else { encoding.whole(bytes, cut.saturating_sub(self.overlap)) };
            start = push(Piece { bytes, kept, cut, keep, start }, encoding, outlet);
            if last {
                return Ok(read);
            }
            kept = cut - keep;
            self.drop_front(keep);
            read += self.fill(input)? as u64;
        }
    }

    /// Forgets the first `count` bytes.
    fn drop_front(&mut self, count: usize) {
        if count > 0 {
            self.buffer.copy_within(count..self.filled, 0);
            self.filled -= count;
        }
    }

    /// Reads until the buffer holds a piece or the input ends; returns how many bytes came.
    fn fill(&mut self, input: &mut dyn Read) -> io::Result<usize> {
        let held = self.filled;
        while self.filled < self.piece {
            if self.filled == self.buffer.len() {
                let grown = (self.buffer.len() * 2).clamp(self.piece.min(64 * 1024), self.piece);
                self.buffer.resize(grown, 0);
            }
            match input.read(&mut self.buffer[self.filled..]) {
                Ok(0) => break,
                Ok(n) => self.filled += n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(self.filled - held)
    }

    /// Where a full piece stops answering: at a line end if there is one, always on a whole character.
    fn cut(&self, encoding: Encoding) -> usize {
        let bytes = &self.buffer[..self.filled];
        let latest = bytes.len() - self.overlap;
        let early = latest - self.overlap / 2;
        let line = match encoding {
            Encoding::Bytes(..) => memchr::memrchr(b'\n', &bytes[early..latest]),
            Encoding::Wide(..) => None,
        };
        line.map_or_else(|| encoding.whole(bytes, latest), |n| early + n + 1)
    }
}

/// Whether a buffer of `filled` bytes out of `piece` holds the end of the input. The byte order mark
/// that was dropped may leave the first piece short.
fn read_all(filled: usize, piece: usize, encoding: Encoding) -> bool {
    filled + encoding.mark() < piece
}

/// One buffer full.
struct Piece<'a> {
    bytes: &'a [u8],
    /// Bytes at the start that the piece before answered for.
    kept: usize,
    /// Where it stops answering.
    cut: usize,
    /// Where the next piece begins.
    keep: usize,
    start: Position,
}

/// Pushes a piece and returns the position at which the next one begins.
fn push(piece: Piece<'_>, encoding: Encoding, outlet: Outlet<'_>) -> Position {
    let blob = |bytes, kind, fresh, unpacked| {
        let path = outlet.path;
        (outlet.sink)(Item::Blob(Blob {
            path,
            below: 0,
            bytes,
            kind,
            start: piece.start,
            fresh,
            object: None,
            unpacked,
        }));
    };
    match encoding {
        Encoding::Bytes(kind, _) => {
            blob(piece.bytes, kind, piece.kept..piece.cut, outlet.unpacked);
            piece.start.after(&piece.bytes[..piece.keep])
        }
        Encoding::Wide(wide, _) => {
            let text = wide.text(piece.bytes);
            let length = |to: usize| wide.length(&piece.bytes[..to]);
            let mut forms = outlet.unpacked.to_vec();
            forms.push(wide.name());
            blob(text.as_bytes(), BlobKind::Text, length(piece.kept)..length(piece.cut), &forms);
            piece.start.after(&text.as_bytes()[..length(piece.keep)])
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use proptest::prelude::*;

    use super::*;

    /// Every token `K…E` with the position it is found at, by pieces of the given size.
    fn tokens(input: &[u8], piece: usize, overlap: usize) -> Vec<(Position, String)> {
        let found = Mutex::new(Vec::new());
        let sink = |item: Item<'_>| {
            let Item::Blob(blob) = item else { panic!("only blobs come from a stream") };
            for (at, _) in blob.bytes.iter().enumerate().filter(|(_, b)| **b == b'K') {
                let end = blob.bytes[at..].iter().position(|b| *b == b'E');
                let token = end.map(|end| &blob.bytes[at..=at + end]);
                if let Some(token) = token.filter(|t| blob.fresh.contains(&at) && t.len() <= overlap / 2) {
                    let text = String::from_utf8_lossy(token).into_owned();
                    found.lock().unwrap().push((blob.position(at), text));
                }
            }
        };
        let outlet = Outlet { path: "a", unpacked: &[], sink: &sink };
        let mut input = input;
        let length = input.len();
        let read = Reader::with_sizes(piece, overlap).read(&mut input, outlet).unwrap();
        assert_eq!(read, length as u64);
        found.into_inner().unwrap()
    }

    fn encode(text: &str, form: usize) -> Vec<u8> {
        let utf16 = |text: &str, bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect();
        match form {
            0 => text.as_bytes().to_vec(),
            1 => format!("\u{feff}{text}").into_bytes(),
            2 => text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(0xff)).collect(),
            3 => utf16(&format!("\u{feff}{text}"), u16::to_le_bytes),
            _ => utf16(&format!("\u{feff}{text}"), u16::to_be_bytes),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]
        #[test]
        fn pieces_find_what_the_whole_finds(
            parts in prop::collection::vec(prop_oneof![
                "K[a-z]{0,20}E", "[ -J]{0,60}", "\\PC{0,9}", "[\u{1F511}\u{1F512}]{1,20}",
                Just("\n".to_owned()), Just("\r\n".to_owned()), Just("\r".to_owned()), Just("\u{e9}\u{fc}".to_owned()),
            ], 0..120),
            form in 0..5usize,
            piece in 240..700usize,
        ) {
            let input = encode(&parts.concat(), form);
            let whole = tokens(&input, 1 << 20, 80);
            prop_assert_eq!(tokens(&input, piece & !1, 80), whole);
        }
    }

    #[test]
    fn an_empty_stream_is_one_empty_blob() {
        assert_eq!(tokens(b"", 400, 80), Vec::new());
    }
}
