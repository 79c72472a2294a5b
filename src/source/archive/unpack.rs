//! Unpacking: a container's members are pushed as blobs, containers among them are opened in turn.
//!
//! In flows a file or bytes in memory; out flow blobs named `a.zip!/dir/file`, what was left out because
//! of a limit, and trouble that names the container. Nothing is written to disk, but the
//! pack of a git bundle while it is read.

use std::io::{self, Cursor, Read, Seek};
use std::rc::Rc;

use super::kind::Kind;
use super::limits::{self, Allowance, Counted};
use super::{bundle, cpio, deb, mail, pdf, plist, rpm, sevenz, sqlite, stream, tarball, zipped};
use crate::source::pieces::{Outlet, Reader};
use crate::source::source::{Item, SourceError};

/// Bytes that can be read from any place.
pub(crate) trait Seekable: Read + Seek {}

impl<T: Read + Seek> Seekable for T {}

/// Why a container was not read to its end.
#[derive(Debug)]
pub(super) enum Stop {
    /// It is damaged, or cannot be read.
    Broken(String),
    /// It was left out on purpose: too large, too deep, encrypted, an unknown method.
    Skipped(String),
    /// The allowance of the file is used up.
    TooMuch(String),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        match error.to_string() {
            reason if limits::is_too_much(&error) => Self::TooMuch(reason),
            reason if limits::is_refused(&error) => Self::Skipped(reason),
            problem => Self::Broken(problem),
        }
    }
}

/// What one file of the tree is unpacked with.
pub(crate) struct Unpacker<'a> {
    sink: &'a (dyn Fn(Item<'_>) + Sync),
    allowance: Rc<Allowance>,
    depth: usize,
    /// How the bytes of the stream that is open were unpacked.
    forms: Vec<&'static str>,
    readers: Vec<Reader>,
    bytes: u64,
}

impl<'a> Unpacker<'a> {
    /// For a file of `size` bytes.
    pub(crate) fn new(size: u64, sink: &'a (dyn Fn(Item<'_>) + Sync)) -> Self {
        let allowance = Rc::new(Allowance::of(size));
        Self { sink, allowance, depth: 0, forms: Vec::new(), readers: Vec::new(), bytes: 0 }
    }

    /// Opens the container `input`, which stands at its start, and says how many bytes came out. What
    /// goes wrong is said to the sink; `None` if nothing could be had from it, so that its raw bytes
    /// are worth a look.
    pub(crate) fn file(&mut self, kind: Kind, path: &str, input: &mut dyn Seekable) -> Option<u64> {
        let done = self.seekable(kind, path, input);
        let ended = done.is_ok();
        self.tell(path, done);
        (ended || self.bytes > 0).then_some(self.bytes)
    }

    /// The same for a stream that can be read only once.
    pub(crate) fn streamed(&mut self, path: &str, input: &mut dyn Read) -> u64 {
        if let Err(stop) = self.member(path, input) {
            self.tell(path, Err(stop));
        }
        self.bytes
    }

    /// Says what went wrong with the container at `path`.
    pub(super) fn tell(&self, path: &str, done: Result<(), Stop>) {
        match done {
            Ok(()) => {}
            Err(Stop::Broken(problem)) => {
                let trouble = SourceError::new(path, format!("the archive is damaged: {problem}"));
                (self.sink)(Item::Trouble(trouble.advise("repair it, or leave it out with --exclude")));
            }
            Err(Stop::Skipped(reason) | Stop::TooMuch(reason)) => {
                (self.sink)(Item::Skipped { path: path.to_owned(), reason });
            }
        }
    }

    /// Reads a member: pushes it, or opens it if it is a container itself. Only what ends the whole
    /// file is an error; other trouble with a member is told, and the next one follows.
    pub(super) fn member(&mut self, path: &str, input: &mut dyn Read) -> Result<(), Stop> {
        let allowance = Rc::clone(&self.allowance);
        let mut input = Counted { inner: input, allowance: &allowance };
        let mut reader = self.readers.pop().unwrap_or_default();
        let done = self.stream(path, &mut input, &mut reader);
        self.readers.push(reader);
        match done {
            Err(stop @ Stop::TooMuch(_)) => Err(stop),
            other => {
                self.tell(path, other);
                Ok(())
            }
        }
    }

    /// A compressed stream: what is in it has the same name.
    pub(super) fn compressed(
        &mut self,
        form: &'static str,
        path: &str,
        input: &mut dyn Read,
    ) -> Result<(), Stop> {
        let allowance = Rc::clone(&self.allowance);
        let mut input = Counted { inner: input, allowance: &allowance };
        let mut reader = self.readers.pop().unwrap_or_default();
        self.forms.push(form);
        let done = self.stream(path, &mut input, &mut reader);
        self.forms.pop();
        self.readers.push(reader);
        done
    }

    /// Bytes that were taken out of a document.
    pub(super) fn text(&mut self, form: &'static str, path: &str, bytes: &[u8]) -> Result<(), Stop> {
        self.allowance.take(bytes.len() as u64)?;
        self.forms.push(form);
        let mut reader = self.readers.pop().unwrap_or_default();
        let outlet = Outlet { path, unpacked: &self.forms, sink: self.sink };
        let read = reader.read(&mut &bytes[..], outlet);
        self.readers.push(reader);
        self.forms.pop();
        self.bytes += read?;
        Ok(())
    }

    /// Bytes that are text and hold containers: pushed as they are.
    pub(super) fn plain(&mut self, path: &str, input: &mut dyn Read) -> Result<(), Stop> {
        let mut reader = self.readers.pop().unwrap_or_default();
        let read = reader.read(input, Outlet { path, unpacked: &self.forms, sink: self.sink });
        self.readers.push(reader);
        self.bytes += read?;
        Ok(())
    }

    /// What may still come out of the file.
    pub(super) fn allowance(&self) -> Rc<Allowance> {
        Rc::clone(&self.allowance)
    }

    fn stream(&mut self, path: &str, input: &mut dyn Read, reader: &mut Reader) -> Result<(), Stop> {
        let kind = Kind::of(reader.begin(input)?);
        let Some(kind) = kind else {
            let outlet = Outlet { path, unpacked: &self.forms, sink: self.sink };
            self.bytes += reader.rest(input, outlet)?;
            return Ok(());
        };
        if self.depth == limits::DEPTH {
            return Err(Stop::Skipped(format!("lies more than {} archives deep", limits::DEPTH)));
        }
        self.depth += 1;
        let held = reader.held();
        let done = match kind {
            Kind::Gzip
            | Kind::Bzip2
            | Kind::Xz
            | Kind::Lzma
            | Kind::Zstd
            | Kind::Tar
            | Kind::Ar
            | Kind::Cpio
            | Kind::Rpm
            | Kind::Mail
            | Kind::Bundle => self.sequential(kind, path, &mut held.chain(input)),
            _ => self.whole(kind, path, &mut held.chain(input)),
        };
        self.depth -= 1;
        done
    }

    /// A container inside another that has to be read here and there: held in memory.
    fn whole(&mut self, kind: Kind, path: &str, input: &mut dyn Read) -> Result<(), Stop> {
        let mut bytes = Vec::new();
        input.take(limits::HELD as u64 + 1).read_to_end(&mut bytes)?;
        if bytes.len() > limits::HELD {
            let limit = limits::HELD >> 20;
            return Err(Stop::Skipped(format!("is an archive of more than {limit} MB inside another")));
        }
        self.seekable(kind, path, &mut Cursor::new(bytes))
    }

    fn seekable(&mut self, kind: Kind, path: &str, input: &mut dyn Seekable) -> Result<(), Stop> {
        match kind {
            Kind::Zip => zipped::unpack(self, path, input),
            Kind::SevenZip => sevenz::unpack(self, path, input),
            Kind::Sqlite => sqlite::unpack(self, path, input),
            Kind::SqliteLog => sqlite::log(self, path, input),
            Kind::Plist => plist::unpack(self, path, input),
            Kind::Pdf => pdf::unpack(self, path, input),
            other => self.sequential(other, path, input),
        }
    }

    fn sequential(&mut self, kind: Kind, path: &str, mut input: &mut dyn Read) -> Result<(), Stop> {
        match kind {
            Kind::Tar => tarball::unpack(self, path, &mut input),
            Kind::Ar => deb::unpack(self, path, input),
            Kind::Cpio => cpio::unpack(self, path, input),
            Kind::Rpm => rpm::unpack(self, path, input),
            Kind::Bundle => bundle::unpack(self, path, input),
            Kind::Mail => mail::unpack(self, path, input),
            other => stream::unpack(self, other, path, input),
        }
    }
}
