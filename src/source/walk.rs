//! The walk over one folder, in parallel: which of its files are read.
//!
//! In flows a folder; its files flow to the reading. Ignored files are left out unless git tracks them,
//! which is asked of git's index once, after the walk: what the index names and the walk did not see.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, PoisonError};

use ignore::{DirEntry, WalkBuilder, WalkState};

use super::excludes;
use super::files::{Reading, name_of, unreadable};
use super::git::tracked;
use super::pieces::Reader;
use super::source::{Item, SourceError};

/// The walk over one folder.
pub(super) struct Walk<'a> {
    folder: PathBuf,
    reading: &'a Reading<'a>,
    /// The folder that patterns are relative to; empty for the working folder.
    base: PathBuf,
    /// The folder without symbolic links, to tell which links lead out of it.
    real: PathBuf,
    hasher: RandomState,
    /// Hashes of the paths that were seen, relative to the folder.
    seen: Mutex<HashSet<u64>>,
    /// Folders that hold a `.git`.
    repositories: Arc<Mutex<Vec<PathBuf>>>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(folder: &Path, reading: &'a Reading<'a>) -> Self {
        // A link that is named is followed: with a slash behind it, it is the folder.
        let folder = if folder.is_symlink() { folder.join("") } else { folder.to_owned() };
        let real = folder.canonicalize().unwrap_or_else(|_| folder.clone());
        let elsewhere = folder.is_absolute() || folder.starts_with("..");
        let base = if elsewhere { folder.clone() } else { PathBuf::new() };
        let (hasher, seen) = (RandomState::new(), Mutex::default());
        Self { folder, reading, base, real, hasher, seen, repositories: Arc::default() }
    }

    /// Reads every file of the folder that is to be read.
    pub(super) fn run(&self) {
        let before = self.reading.files.load(Relaxed);
        let visitor = || Visitor { walk: self, reader: Reader::default(), seen: Vec::new() };
        if is_small(&self.folder) {
            let mut visitor = visitor();
            self.builder().build().for_each(|entry| visitor.visit(entry));
        } else {
            self.builder().threads(self.reading.threads()).build_parallel().run(|| {
                let mut visitor = visitor();
                Box::new(move |entry| {
                    visitor.visit(entry);
                    WalkState::Continue
                })
            });
        }
        if self.reading.options.gitignore {
            self.hidden();
        }
        self.packed();
        if self.reading.files.load(Relaxed) == before {
            let trouble = SourceError::new(name_of(&self.folder), "no file in this folder was read");
            let options = self.reading.options;
            let advice = if options.exclude.is_empty() && options.include.is_empty() {
                "name a folder with files in it; --no-gitignore reads ignored files, too"
            } else {
                "--exclude, --include or the configuration may leave everything in it out; `skout config show` lists \
                 what is configured"
            };
            (self.reading.sink)(Item::Trouble(trouble.advise(advice)));
        }
    }

    /// Says so if the folder is that of a repository: what git keeps in it is packed, and as files it tells nothing.
    fn packed(&self) {
        let objects = self.folder.join("objects");
        let repository =
            self.folder.join("HEAD").is_file() && objects.is_dir() && self.folder.join("refs").is_dir();
        if repository && !self.reading.options.exclude.covers(&below(&self.base, &objects)) {
            let name = name_of(&self.folder);
            let advice =
                format!("read them with `skout git {name}`, or leave them out here with --exclude objects");
            let trouble = SourceError::new(name, "git keeps its objects here, packed, so they were not read");
            (self.reading.sink)(Item::Trouble(trouble.advise(advice)));
        }
    }

    fn builder(&self) -> WalkBuilder {
        let options = self.reading.options;
        let repositories = Arc::clone(&self.repositories);
        let (root, excluded) = (self.base.clone(), options.exclude.clone());
        let mut walk = WalkBuilder::new(&self.folder);
        walk.hidden(false)
            .git_ignore(options.gitignore)
            .git_global(options.gitignore && excludes::are_set())
            .git_exclude(options.gitignore)
            .ignore(options.gitignore)
            .parents(options.gitignore)
            .require_git(false)
            .follow_links(false)
            .filter_entry(move |entry| {
                if entry.file_name() == ".git" && entry.depth() > 0 {
                    let holder = entry.path().parent().map(Path::to_owned);
                    repositories.lock().unwrap_or_else(PoisonError::into_inner).extend(holder);
                    return false;
                }
                let folder = entry.file_type().is_some_and(|t| t.is_dir());
                !(folder && excluded.covers(&below(&root, entry.path())))
            });
        walk
    }

    fn hash(&self, path: &Path) -> u64 {
        let inside = path.strip_prefix(&self.folder).unwrap_or(path);
        self.hasher.hash_one(inside.as_os_str().as_encoded_bytes())
    }

    /// Reads what git tracks and the walk did not see, because an ignore file names it.
    fn hidden(&self) {
        let mut repositories =
            std::mem::take(&mut *self.repositories.lock().unwrap_or_else(PoisonError::into_inner));
        let above = self.real.ancestors().skip(1).find(|p| p.join(".git").exists());
        if !repositories.contains(&self.folder) {
            repositories.extend(above.map(Path::to_owned));
        }
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        for repository in repositories {
            let at = repository.as_path();
            // A repository above the folder is known by its real path, one in it by its place in it.
            let outside = !at.starts_with(&self.folder);
            let unseen = |path: &Path| !seen.contains(&self.hash(path));
            match tracked::files(at) {
                Err(error) => (self.reading.sink)(Item::Trouble(error)),
                Ok(paths) => {
                    let paths: Vec<PathBuf> = paths
                        .into_iter()
                        .filter_map(|path| match outside {
                            true => Some(self.folder.join(at.join(path).strip_prefix(&self.real).ok()?)),
                            false => Some(at.join(path)),
                        })
                        .filter(|path| unseen(path) && self.plain(path))
                        .collect();
                    self.reading.all(&paths, |path, reader| self.take(path, reader));
                }
            }
        }
    }

    /// Whether a path is a file, and no link on the way leads out of the folder.
    fn plain(&self, path: &Path) -> bool {
        path.symlink_metadata().is_ok_and(|m| m.is_file())
            && path.canonicalize().is_ok_and(|real| real.starts_with(&self.real))
    }

    /// Reads a file, unless the patterns leave it out.
    fn take(&self, path: &Path, reader: &mut Reader) {
        let name = name_of(path);
        if self.reading.options.leave_out(&below(&self.base, path)) {
            return;
        }
        self.reading.name(path, &name);
        self.reading.file(path, &name, reader);
    }
}

/// Whether a folder holds a few files and no folder, so that one thread is faster: threads without work
/// sleep for a millisecond before they look again.
fn is_small(folder: &Path) -> bool {
    const FEW: usize = 32;
    let Ok(entries) = folder.read_dir() else { return true };
    for (seen, entry) in entries.enumerate() {
        let Ok(entry) = entry else { continue };
        let folder = entry.file_type().is_ok_and(|kind| kind.is_dir()) && entry.file_name() != ".git";
        if folder || seen == FEW {
            return false;
        }
    }
    true
}

/// The path that the patterns are held against.
fn below<'p>(folder: &Path, path: &'p Path) -> std::borrow::Cow<'p, str> {
    name_of(path.strip_prefix(folder).unwrap_or(path))
}

/// What one thread of the walk carries.
struct Visitor<'w, 'a> {
    walk: &'w Walk<'a>,
    reader: Reader,
    seen: Vec<u64>,
}

impl Visitor<'_, '_> {
    fn visit(&mut self, entry: Result<DirEntry, ignore::Error>) {
        let sink = self.walk.reading.sink;
        match entry {
            Err(error) => sink(Item::Trouble(walk_error(error, &self.walk.folder))),
            Ok(entry) => {
                let path = entry.path();
                match entry.file_type() {
                    Some(kind) if kind.is_file() => {
                        self.seen.push(self.walk.hash(path));
                        self.walk.take(path, &mut self.reader);
                    }
                    Some(kind) if kind.is_dir() => {
                        if entry.depth() > 0 {
                            self.walk.reading.name(path, &name_of(path));
                        }
                    }
                    Some(kind) if kind.is_symlink() => self.link(path),
                    _ => skip(sink, path, "no regular file"),
                }
            }
        }
    }

    /// A link is not followed: what it leads to in the folder is read there. One that leads out is told.
    fn link(&self, path: &Path) {
        let name = name_of(path);
        self.walk.reading.name(path, &name);
        let left_out = self.walk.reading.options.leave_out(&below(&self.walk.base, path));
        if !left_out && path.canonicalize().is_ok_and(|real| !real.starts_with(&self.walk.real)) {
            skip(self.walk.reading.sink, path, "symbolic link out of the folder");
        }
    }
}

impl Drop for Visitor<'_, '_> {
    fn drop(&mut self) {
        self.walk.seen.lock().unwrap_or_else(PoisonError::into_inner).extend(self.seen.drain(..));
    }
}

fn skip(sink: &(dyn Fn(Item<'_>) + Sync), path: &Path, reason: &str) {
    sink(Item::Skipped { path: name_of(path).into_owned(), reason: reason.to_owned() });
}

/// The walker's error with the path it is about.
fn walk_error(error: ignore::Error, folder: &Path) -> SourceError {
    let mut place = name_of(folder).into_owned();
    let mut inner = error;
    loop {
        inner = match inner {
            ignore::Error::WithPath { path, err } => {
                place = name_of(&path).into_owned();
                *err
            }
            ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => *err,
            ignore::Error::Io(error) => return unreadable(&place, &error),
            other => return unreadable(&place, &io::Error::other(other.to_string())),
        }
    }
}
