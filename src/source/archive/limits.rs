//! Limits of unpacking, so that a bomb costs a message and nothing more.
//!
//! In flow the sizes of what is unpacked; out flows an error once it is too much.

use std::cell::Cell;
use std::io::{self, Read};

/// How deep containers may lie in each other.
pub(super) const DEPTH: usize = 8;

/// How much may come out of one file in the tree: this many times its size, and never less than this many
/// bytes. Logs reach 50; 42.zip has a factor of 10⁸.
const TIMES: u64 = 200;
const LEAST: u64 = 256 << 20;

/// The largest container inside another that is held in memory to be opened, in bytes.
pub(super) const HELD: usize = 32 << 20;

/// Why nothing more is unpacked.
#[derive(Debug, thiserror::Error)]
#[error("unpacks to more than {0} MB, which looks like an archive made to do harm")]
pub(super) struct TooMuch(u64);

/// Why a container is left out whole, as an error that a stream can carry.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Refused(pub(super) String);

/// What may still come out of one file.
#[derive(Debug)]
pub(super) struct Allowance {
    all: u64,
    left: Cell<u64>,
}

impl Allowance {
    /// The allowance of a file of `size` bytes.
    pub(super) fn of(size: u64) -> Self {
        let all = size.saturating_mul(TIMES).max(LEAST);
        Self { all, left: Cell::new(all) }
    }

    /// Takes off `bytes`.
    pub(super) fn take(&self, bytes: u64) -> io::Result<()> {
        let left = self.left.get().checked_sub(bytes);
        self.left.set(left.unwrap_or(0));
        left.map(drop).ok_or_else(|| io::Error::other(TooMuch(self.all >> 20)))
    }
}

/// Whether an error says that the allowance is used up.
pub(super) fn is_too_much(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|e| e.is::<TooMuch>())
}

/// Whether an error says that the container is left out.
pub(super) fn is_refused(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|e| e.is::<Refused>())
}

/// A stream whose bytes count.
pub(super) struct Counted<'a, R> {
    pub(super) inner: R,
    pub(super) allowance: &'a Allowance,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.allowance.take(n as u64)?;
        Ok(n)
    }
}
