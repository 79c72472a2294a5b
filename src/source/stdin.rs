//! Standard input as a source.

use std::io::{self, Read};
use std::sync::Mutex;

use super::archive::{Kind, Unpacker};
use super::pieces::{Outlet, Reader};
use super::source::{Coverage, Item, Source, SourceError};

/// One stream of bytes, read once, in bounded memory.
pub struct Stdin<R> {
    input: Mutex<R>,
    name: String,
}

impl<R: Read + Send> Stdin<R> {
    /// Reads `input` and reports it under `name`.
    pub fn new(input: R, name: impl Into<String>) -> Self {
        Self { input: Mutex::new(input), name: name.into() }
    }
}

impl<R: Read + Send> Stdin<R> {
    fn read(&self, input: &mut R, sink: &(dyn Fn(Item<'_>) + Sync)) -> io::Result<u64> {
        let mut reader = Reader::default();
        match Kind::of(reader.begin(input)?) {
            None => reader.rest(input, Outlet { path: &self.name, unpacked: &[], sink }),
            Some(_) => {
                let size = reader.held().len() as u64;
                Ok(Unpacker::new(size, sink).streamed(&self.name, &mut reader.held().chain(input)))
            }
        }
    }
}

impl<R: Read + Send> Source for Stdin<R> {
    fn each(&self, sink: &(dyn Fn(Item<'_>) + Sync)) -> Coverage {
        let mut input = self.input.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let bytes = match self.read(&mut *input, sink) {
            Ok(bytes) => bytes,
            Err(error) => {
                sink(Item::Trouble(SourceError::new(&self.name, error)));
                0
            }
        };
        Coverage {
            kind: "stdin",
            scope: "standard input".into(),
            files: 1,
            blobs: 1,
            bytes,
            nothing_to_do: bytes == 0,
            ..Coverage::default()
        }
    }
}
