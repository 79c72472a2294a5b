//! Files and folders as a source: named files read one after the other, folders walked in parallel.
//!
//! In flow paths; out flow blobs. A file that is named is read even if an ignore file names it, too; what
//! the excludes name is read in no case. It never reads `.git` and follows no symbolic link out of a folder.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

use super::archive::{Kind, Unpacker};
use super::git::standing::{self, Standing};
use super::pieces::{Outlet, Reader};
use super::roots::Roots;
use super::source::{Coverage, Item, Source, SourceError};
use super::walk::Walk;
use crate::blob::{Blob, BlobKind};
use crate::glob::GlobSet;

/// What to walk and how.
#[derive(Debug, Clone)]
pub struct FileOptions {
    /// Leave out what ignore files name (unless git tracks it).
    pub gitignore: bool,
    /// Patterns of files to leave out, relative to the working folder; of a folder that is named by an
    /// absolute path or lies outside of it, relative to that folder.
    pub exclude: GlobSet,
    /// If not empty, only files that match.
    pub include: GlobSet,
    /// Threads; 0 means one a core.
    pub jobs: usize,
}

/// A set of files and folders.
#[derive(Debug)]
pub struct Files {
    paths: Vec<PathBuf>,
    options: FileOptions,
}

impl Files {
    /// The files at and below `paths`.
    pub fn new(paths: Vec<PathBuf>, options: FileOptions) -> Self {
        Self { paths, options }
    }
}

impl Source for Files {
    fn each(&self, sink: &(dyn Fn(Item<'_>) + Sync)) -> Coverage {
        let roots = Roots::of(&self.paths);
        let told = |item: Item<'_>| match item {
            Item::Blob(blob) => sink(Item::Blob(Blob { below: roots.below(blob.path), ..blob })),
            other => sink(other),
        };
        let reading = Reading::new(&self.options, &told);
        let (folders, files): (Vec<_>, Vec<_>) = self.paths.iter().partition(|path| path.is_dir());
        let working = std::env::current_dir().unwrap_or_default();
        reading.all(&files, |path, reader| {
            let name = name_of(path);
            if reading.options.leave_out(&name_of(path.strip_prefix(&working).unwrap_or(path))) {
                let reason = "left out by --exclude, --include or the configuration".to_owned();
                return sink(Item::Skipped { path: name.into_owned(), reason });
            }
            reading.file(path, &name, reader);
        });
        for folder in folders {
            Walk::new(folder, &reading).run();
        }
        Coverage {
            kind: "tree",
            scope: self.paths.iter().map(|p| name_of(p)).collect::<Vec<_>>().join(", "),
            files: reading.files.load(Relaxed),
            blobs: reading.files.load(Relaxed),
            bytes: reading.bytes.load(Relaxed),
            ..Coverage::default()
        }
    }

    fn standing(&self, path: &str) -> Option<&'static str> {
        match standing::of(Path::new(path))? {
            Standing::Tracked => Some("in an .env file that git tracks"),
            Standing::Loose => Some("in an .env file that no ignore rule covers"),
            Standing::Ignored => None,
        }
    }
}

impl FileOptions {
    /// Whether the patterns leave out the file of this name.
    pub(super) fn leave_out(&self, name: &str) -> bool {
        self.exclude.matches(name) || !self.include.is_empty() && !self.include.matches(name)
    }
}

/// What all threads of a run share: the options, the sink and the count of what was read.
pub(super) struct Reading<'a> {
    pub(super) options: &'a FileOptions,
    pub(super) sink: &'a (dyn Fn(Item<'_>) + Sync),
    pub(super) files: AtomicU64,
    bytes: AtomicU64,
}

impl<'a> Reading<'a> {
    fn new(options: &'a FileOptions, sink: &'a (dyn Fn(Item<'_>) + Sync)) -> Self {
        Self { options, sink, files: AtomicU64::new(0), bytes: AtomicU64::new(0) }
    }

    /// Reads one file, reported as `name`.
    pub(super) fn file(&self, path: &Path, name: &str, reader: &mut Reader) {
        match self.read(path, name, reader) {
            Ok(bytes) => {
                self.files.fetch_add(1, Relaxed);
                self.bytes.fetch_add(bytes, Relaxed);
            }
            Err(error) => (self.sink)(Item::Trouble(unreadable(name, &error))),
        }
    }

    fn read(&self, path: &Path, name: &str, reader: &mut Reader) -> io::Result<u64> {
        let mut file = File::open(path)?;
        let outlet = Outlet { path: name, unpacked: &[], sink: self.sink };
        let Some(kind) = Kind::of(reader.begin(&mut file)?) else { return reader.rest(&mut file, outlet) };
        let mut unpacker = Unpacker::new(file.metadata()?.len(), self.sink);
        if file.rewind().is_err() {
            // A pipe can only be read on.
            return Ok(unpacker.streamed(name, &mut reader.held().chain(file)));
        }
        let mut file = BufReader::new(file);
        match unpacker.file(kind, name, &mut file) {
            Some(bytes) => Ok(bytes),
            None => {
                file.rewind()?;
                reader.read(&mut file, outlet)
            }
        }
    }

    /// Pushes the last part of a path: a key can stand in the name of a file.
    pub(super) fn name(&self, path: &Path, name: &str) {
        let last = path.file_name().unwrap_or_default().as_encoded_bytes();
        let blob = Blob { kind: BlobKind::Name, unpacked: &["file name"], ..Blob::whole(name, last) };
        (self.sink)(Item::Blob(blob));
    }

    /// How many threads to use: as many as asked for, or one a core.
    pub(super) fn threads(&self) -> usize {
        threads(self.options.jobs)
    }

    /// Calls `work` with every item, in several threads if there are many.
    pub(super) fn all<T: Sync>(&self, items: &[T], work: impl Fn(&T, &mut Reader) + Sync) {
        const WORTH_A_THREAD: usize = 32;
        let next = AtomicUsize::new(0);
        let run = || {
            let mut reader = Reader::default();
            while let Some(item) = items.get(next.fetch_add(1, Relaxed)) {
                work(item, &mut reader);
            }
        };
        std::thread::scope(|scope| {
            let most = items.len() / WORTH_A_THREAD;
            // How many cores there are is asked of several files: not for a handful of items.
            for _ in 1..if most > 1 { self.threads().min(most) } else { 1 } {
                scope.spawn(run);
            }
            run();
        });
    }
}

/// As many threads as asked for; one a core for 0.
pub(super) fn threads(jobs: usize) -> usize {
    match jobs {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        jobs => jobs,
    }
}

/// The name a file is reported under: `/` between parts, no leading `./`.
pub(super) fn name_of(path: &Path) -> Cow<'_, str> {
    // Nearly every name is UTF-8, and to see that is several times faster than to look for what is not.
    let name = path.to_str().map_or_else(|| path.to_string_lossy(), Cow::Borrowed);
    if std::path::MAIN_SEPARATOR != '/' {
        let name = name.replace('\\', "/");
        return name.strip_prefix("./").map(str::to_owned).unwrap_or(name).into();
    }
    match name {
        Cow::Borrowed(name) => name.strip_prefix("./").unwrap_or(name).into(),
        Cow::Owned(name) => name.strip_prefix("./").map(str::to_owned).unwrap_or(name).into(),
    }
}

/// Trouble with a file or folder, with advice if there is any.
pub(super) fn unreadable(name: &str, error: &io::Error) -> SourceError {
    match error.kind() {
        io::ErrorKind::PermissionDenied => SourceError::new(name, "cannot be read: permission denied")
            .advise("make it readable, or leave it out with --exclude"),
        io::ErrorKind::NotFound => SourceError::new(name, "vanished before it could be read"),
        _ => SourceError::new(name, format!("cannot be read: {error}")),
    }
}
