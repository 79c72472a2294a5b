//! The pack of a git bundle: indexed in a folder of its own, which is removed afterwards, and read commit by
//! commit.
//!
//! In flow a pack and the ids that its refs name; out flow messages, and every file once, under the first
//! path that is met. Nothing of it touches a repository.

use std::fs;
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use git2::{ObjectType, Odb, Oid, Repository};

use super::ids::IdSet;

/// Files larger than this are left out, in bytes.
const LARGEST: usize = 256 << 20;

/// What is read of a bundle.
pub(crate) enum Piece<'a> {
    /// A file, or the message of a commit, with its name.
    Text(&'a str, &'a [u8]),
    /// A file that is left out, with its size in bytes.
    TooLarge(&'a str, usize),
}

/// Why a bundle was not read to its end.
#[derive(Debug)]
pub(crate) enum Fault<E> {
    /// Objects that others are made from are not in it.
    Missing,
    /// It cannot be read, or is damaged.
    Read(io::Error),
    /// Whoever looks at the pieces wants no more.
    Visit(E),
}

impl<E> Fault<E> {
    fn git(error: &git2::Error) -> Self {
        match error.code() {
            git2::ErrorCode::NotFound => Self::Missing,
            _ => Self::Read(io::Error::other(error.message().to_owned())),
        }
    }
}

/// Shows the files and messages of a bundle to `visit`. Commits that it does not hold are passed over if
/// everything else can be read.
///
/// # Errors
/// See [`Fault`].
pub(crate) fn each<E>(
    pack: &mut dyn Read,
    tips: &[String],
    visit: &mut dyn FnMut(Piece<'_>) -> Result<(), E>,
) -> Result<(), Fault<E>> {
    let folder = Folder::new().map_err(Fault::Read)?;
    let git = Repository::init_bare(&folder.path).map_err(|e| Fault::git(&e))?;
    let odb = git.odb().map_err(|e| Fault::git(&e))?;
    index(&odb, pack)?;
    let mut walk = Walk { odb: &odb, git: &git, seen: IdSet::default(), visit, missing: false };
    let mut commits: Vec<Oid> = tips.iter().filter_map(|t| Oid::from_str(t).ok()).collect();
    while let Some(id) = commits.pop() {
        if walk.seen.insert(id) {
            walk.commit(id, &mut commits)?;
        }
    }
    if walk.missing { Err(Fault::Missing) } else { Ok(()) }
}

/// Writes the pack and its index into the folder of `odb`.
fn index<E>(odb: &Odb<'_>, pack: &mut dyn Read) -> Result<(), Fault<E>> {
    let mut writer = odb.packwriter().map_err(|e| Fault::git(&e))?;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match pack.read(&mut buffer).map_err(Fault::Read)? {
            0 => break,
            // The indexer tells a delta without its base from other damage only in words.
            n => writer.write_all(&buffer[..n]).map_err(Fault::Read)?,
        }
    }
    writer
        .commit()
        .map(drop)
        .map_err(|e| if e.message().contains("delta") { Fault::Missing } else { Fault::git(&e) })
}

/// The way through the commits of a bundle.
struct Walk<'a, E> {
    git: &'a Repository,
    odb: &'a Odb<'a>,
    seen: IdSet,
    visit: &'a mut dyn FnMut(Piece<'_>) -> Result<(), E>,
    missing: bool,
}

impl<E> Walk<'_, E> {
    /// Shows a commit, or what a tag names, and adds its parents to `next`.
    fn commit(&mut self, id: Oid, next: &mut Vec<Oid>) -> Result<(), Fault<E>> {
        if let Ok(tag) = self.git.find_tag(id) {
            next.push(tag.target_id());
            let name = format!("tag {}", &id.to_string()[..12]);
            return self.show(&name, tag.message_bytes().unwrap_or_default());
        }
        let Ok(commit) = self.git.find_commit(id) else {
            self.missing |= !self.odb.exists(id);
            return Ok(());
        };
        next.extend(commit.parent_ids());
        let name = format!("commit {}", &id.to_string()[..12]);
        self.show(&name, commit.message_bytes())?;
        self.tree(commit.tree_id(), "")
    }

    fn show(&mut self, name: &str, bytes: &[u8]) -> Result<(), Fault<E>> {
        (self.visit)(Piece::Text(name, bytes)).map_err(Fault::Visit)
    }

    /// Shows the files of a tree that were not seen yet.
    fn tree(&mut self, id: Oid, folder: &str) -> Result<(), Fault<E>> {
        if !self.seen.insert(id) {
            return Ok(());
        }
        let Ok(tree) = self.git.find_tree(id) else {
            self.missing = true;
            return Ok(());
        };
        for entry in &tree {
            let name = format!("{folder}{}", String::from_utf8_lossy(entry.name_bytes()));
            match entry.kind() {
                Some(ObjectType::Tree) => self.tree(entry.id(), &format!("{name}/"))?,
                Some(ObjectType::Blob) if self.seen.insert(entry.id()) => self.file(entry.id(), &name)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn file(&mut self, id: Oid, name: &str) -> Result<(), Fault<E>> {
        match self.odb.read_header(id) {
            Err(_) => self.missing = true,
            Ok((size, _)) if size > LARGEST => {
                (self.visit)(Piece::TooLarge(name, size)).map_err(Fault::Visit)?;
            }
            Ok(_) => {
                let object = self.odb.read(id).map_err(|e| Fault::git(&e))?;
                self.show(name, object.data())?;
            }
        }
        Ok(())
    }
}

/// A folder for one bundle, which only its owner can enter and which goes when this does.
struct Folder {
    path: PathBuf,
}

impl Folder {
    fn new() -> io::Result<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let base = std::env::temp_dir();
        loop {
            let name = format!("skout-{}-{}", std::process::id(), NEXT.fetch_add(1, Relaxed));
            let path = base.join(name);
            match make(&path) {
                Ok(()) => return Ok(Self { path }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }
}

#[cfg(unix)]
fn make(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().mode(0o700).create(path)
}

#[cfg(not(unix))]
fn make(path: &Path) -> io::Result<()> {
    fs::create_dir(path)
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is the system's to clear away: it lies in its folder for such files.
        let _ = fs::remove_dir_all(&self.path);
    }
}
