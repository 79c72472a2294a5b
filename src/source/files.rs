//! Files and folders as a source: walked in parallel, read in pieces of bounded size.
//!
//! In flow paths; out flow blobs. Ignored files are left out, unless git tracks them. It follows no
//! symbolic link out of the tree and never reads `.git`.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use ignore::{DirEntry, WalkBuilder, WalkState};

use super::source::{Coverage, Item, Source, SourceError};
use super::text::{self, Encoding};
use crate::blob::{Blob, BlobKind, Position};
use crate::glob::GlobSet;

/// How much of a file is in memory at once.
const PIECE: usize = 4 * 1024 * 1024;

/// How many bytes two neighbouring pieces share: longer than any secret with its context.
const OVERLAP: usize = 64 * 1024;

/// What to walk and how.
#[derive(Debug, Clone)]
pub struct FileOptions {
    /// Leave out what ignore files name (unless git tracks it).
    pub gitignore: bool,
    /// Patterns of files to leave out.
    pub exclude: GlobSet,
    /// If not empty, only files that match.
    pub include: GlobSet,
    /// Threads; 0 means one a core.
    pub jobs: usize,
    /// Files (relative to the working folder) that are scanned although ignore files name them:
    /// those that git tracks.
    pub tracked: Vec<PathBuf>,
}

/// A set of files and folders.
#[derive(Debug)]
pub struct Files {
    paths: Vec<PathBuf>,
    options: FileOptions,
}

#[derive(Default)]
struct Tally {
    files: AtomicU64,
    bytes: AtomicU64,
}

impl Files {
    /// The files at and below `paths`.
    pub fn new(paths: Vec<PathBuf>, options: FileOptions) -> Self {
        Self { paths, options }
    }

    fn walker(&self) -> Option<WalkBuilder> {
        let (first, rest) = self.paths.split_first()?;
        let mut walk = WalkBuilder::new(first);
        rest.iter().for_each(|path| {
            walk.add(path);
        });
        walk.hidden(false)
            .git_ignore(self.options.gitignore)
            .git_global(self.options.gitignore)
            .git_exclude(self.options.gitignore)
            .ignore(self.options.gitignore)
            .parents(self.options.gitignore)
            .require_git(false)
            .follow_links(false)
            .threads(self.options.jobs)
            .filter_entry(|entry| entry.file_name() != ".git" || entry.depth() == 0);
        Some(walk)
    }

    /// Whether the options leave the file out.
    fn excluded(&self, name: &str) -> bool {
        self.options.exclude.matches(name)
            || !self.options.include.is_empty() && !self.options.include.matches(name)
    }

    fn file(&self, path: &Path, reader: &mut Reader, tally: &Tally, sink: &(dyn Fn(Item<'_>) + Sync)) {
        let name = name_of(path);
        if self.excluded(&name) {
            return;
        }
        let result = File::open(path).and_then(|mut file| reader.read(&mut file, &name, sink));
        match result {
            Ok(bytes) => {
                tally.files.fetch_add(1, Relaxed);
                tally.bytes.fetch_add(bytes, Relaxed);
            }
            Err(error) => sink(Item::Trouble(unreadable(&name, &error))),
        }
    }

    fn entry(
        &self,
        entry: Result<DirEntry, ignore::Error>,
        reader: &mut Reader,
        tally: &Tally,
        sink: &(dyn Fn(Item<'_>) + Sync),
    ) {
        match entry {
            Err(error) => sink(Item::Trouble(SourceError::new("the folder walk", error))),
            Ok(entry) => {
                let kind = entry.file_type();
                let linked = entry.depth() == 0 && entry.path().is_file();
                if kind.is_some_and(|k| k.is_file()) || linked {
                    self.file(entry.path(), reader, tally, sink);
                }
            }
        }
    }
}

impl Source for Files {
    fn each(&self, sink: &(dyn Fn(Item<'_>) + Sync)) -> Coverage {
        let tally = Tally::default();
        if let Some(walk) = self.walker() {
            let tally = &tally;
            walk.build_parallel().run(|| {
                let mut reader = Reader::default();
                Box::new(move |entry| {
                    self.entry(entry, &mut reader, tally, sink);
                    WalkState::Continue
                })
            });
        }
        Coverage {
            kind: "tree",
            scope: self.paths.iter().map(|p| name_of(p)).collect::<Vec<_>>().join(", "),
            files: tally.files.load(Relaxed),
            blobs: tally.files.load(Relaxed),
            bytes: tally.bytes.load(Relaxed),
            ..Coverage::default()
        }
    }
}

/// The name a file is reported under: `/` between parts, no leading `./`.
fn name_of(path: &Path) -> String {
    let name = path.to_string_lossy();
    let name = if std::path::MAIN_SEPARATOR == '/' { name.into_owned() } else { name.replace('\\', "/") };
    name.strip_prefix("./").map_or_else(|| name.clone(), str::to_owned)
}

fn unreadable(name: &str, error: &io::Error) -> SourceError {
    let trouble = SourceError::new(name, format!("cannot be read: {error}"));
    match error.kind() {
        io::ErrorKind::PermissionDenied => trouble.advise("make it readable, or leave it out with --exclude"),
        _ => trouble,
    }
}

/// A reused buffer and the cutting of a stream into pieces.
#[derive(Default)]
pub(crate) struct Reader {
    buffer: Vec<u8>,
}

impl Reader {
    /// Reads `input` to its end, pushes it piece by piece, and says how many bytes there were.
    pub(crate) fn read(
        &mut self,
        input: &mut dyn Read,
        name: &str,
        sink: &(dyn Fn(Item<'_>) + Sync),
    ) -> io::Result<u64> {
        let mut total = self.fill(input, 0)?;
        let encoding = text::sniff(&self.buffer[..total]);
        let mut start = Position::START;
        let mut kept = 0;
        let mut read = total as u64;
        {
            let (Encoding::Bytes(_, mark) | Encoding::Utf16(_, mark)) = encoding;
            self.buffer.copy_within(mark..total, 0);
            total -= mark;
        }
        loop {
            let last = total < PIECE;
            let cut = if last { total } else { piece_end(&self.buffer[..total], encoding) };
            let from = start;
            let piece = Piece { name, from, kept, cut };
            start = piece.push(&self.buffer[..total], encoding, sink);
            if last {
                return Ok(read);
            }
            // What the next piece needs to see of this one.
            let keep = cut.saturating_sub(OVERLAP) & !1;
            self.buffer.copy_within(keep..total, 0);
            kept = cut - keep;
            let held = total - keep;
            total = self.fill(input, held)?;
            read += (total - held) as u64;
        }
    }

    /// Reads until the buffer holds a piece or the input ends; returns how many bytes it holds.
    fn fill(&mut self, input: &mut dyn Read, held: usize) -> io::Result<usize> {
        let mut total = held;
        loop {
            if self.buffer.len() < PIECE && total == self.buffer.len() {
                let grown = (self.buffer.len() * 2).clamp(OVERLAP, PIECE);
                self.buffer.resize(grown, 0);
            }
            if total == PIECE {
                return Ok(total);
            }
            match input.read(&mut self.buffer[total..]) {
                Ok(0) => return Ok(total),
                Ok(n) => total += n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
    }
}

/// Where a piece stops answering: at a line end near its end if there is one, always on a whole unit.
fn piece_end(bytes: &[u8], encoding: Encoding) -> usize {
    let latest = bytes.len() - OVERLAP;
    let early = latest - OVERLAP;
    let end = match encoding {
        Encoding::Bytes(..) => memchr::memrchr(b'\n', &bytes[early..latest]).map(|n| early + n + 1),
        Encoding::Utf16(..) => None,
    };
    end.unwrap_or(latest & !1)
}

struct Piece<'a> {
    name: &'a str,
    from: Position,
    /// Bytes at the start that the piece before answered for.
    kept: usize,
    /// Where it stops answering.
    cut: usize,
}

impl Piece<'_> {
    /// Pushes the piece and returns the position of the byte where the next one begins.
    fn push(&self, bytes: &[u8], encoding: Encoding, sink: &(dyn Fn(Item<'_>) + Sync)) -> Position {
        let last = self.cut == bytes.len();
        let next = if last { self.cut } else { self.cut.saturating_sub(OVERLAP) & !1 };
        let whole = |bytes, kind, fresh, unpacked| Blob {
            path: self.name,
            bytes,
            kind,
            start: self.from,
            fresh,
            object: None,
            unpacked,
        };
        match encoding {
            Encoding::Bytes(kind, _) => {
                sink(Item::Blob(whole(bytes, kind, self.kept..self.cut, &[])));
                if last { self.from } else { self.from.after(&bytes[..next]) }
            }
            Encoding::Utf16(little, _) => {
                let text = text::from_utf16(bytes, little);
                let length = |n: usize| text::from_utf16(&bytes[..n], little).len();
                let fresh =
                    if last { length(self.kept)..text.len() } else { length(self.kept)..length(self.cut) };
                let name: &[&str] = if little { &["utf-16le"] } else { &["utf-16be"] };
                sink(Item::Blob(whole(text.as_bytes(), BlobKind::Text, fresh, name)));
                self.from.after(text::from_utf16(&bytes[..next], little).as_bytes())
            }
        }
    }
}
