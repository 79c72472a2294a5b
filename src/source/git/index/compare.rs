//! The index against HEAD without libgit2, which knows neither the split nor the sparse index.
//!
//! In flow the files of an index and a tree; out flow the paths on which they differ. A folder of a sparse index that is
//! the same in HEAD is not entered. It changes nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use git2::{Delta, FileMode, ObjectType, Oid, Repository};
use sha1::Digest;

use super::super::super::source::SourceError;
use super::super::repo::{intact, is_sha1, trouble};
use super::super::staged::Difference;
use super::entries::{self, Entry, FILE, FOLDER, KIND, Link};

/// What stands on a path: an object, its mode, and the side of a merge conflict or 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stands {
    id: Oid,
    mode: u32,
    stage: u16,
}

/// Everything in an index or a tree, by path; folders end in `/`.
type Paths = BTreeMap<Vec<u8>, Stands>;

/// The entries of one file, in its order.
type Listed = Vec<(Vec<u8>, Stands)>;

/// Where the index in `file` differs from the tree of HEAD.
///
/// # Errors
/// The index or a tree cannot be read.
pub(in super::super) fn differences(
    git: &Repository,
    head: Option<Oid>,
    file: &Path,
) -> Result<Vec<Difference>, SourceError> {
    let mut index = read(git, file)?;
    let mut before = Paths::new();
    if let Some(tree) = head {
        below(git, tree, &mut Vec::new(), &index, &mut before)?;
    }
    let folders: Vec<_> = index.iter().filter(|(_, there)| there.mode & KIND == FOLDER).collect();
    let changed: Vec<_> = folders.iter().filter(|(path, there)| before.get(*path) != Some(*there)).collect();
    let mut more = Paths::new();
    for (path, there) in changed {
        below(git, there.id, &mut (*path).clone(), &Paths::new(), &mut more)?;
    }
    index.retain(|_, there| there.mode & KIND != FOLDER);
    before.retain(|_, there| there.mode & KIND != FOLDER);
    index.extend(more);
    Ok(compare(&index, &before))
}

fn compare(index: &Paths, before: &Paths) -> Vec<Difference> {
    let nothing = (Oid::ZERO_SHA1, FileMode::Unreadable);
    let side = |there: &Stands| (there.id, kind(there.mode));
    let mut found = Vec::new();
    for (path, now) in index {
        let old = before.get(path);
        let status = match old {
            _ if now.stage > 0 => Delta::Conflicted,
            None => Delta::Added,
            Some(old) if old == now => continue,
            Some(_) => Delta::Modified,
        };
        let old = old.map_or(nothing, side);
        found.push(Difference { status, path: path.clone(), old, new: side(now) });
    }
    let gone = before.iter().filter(|(path, _)| !index.contains_key(*path));
    found.extend(gone.map(|(path, old)| Difference {
        status: Delta::Deleted,
        path: path.clone(),
        old: side(old),
        new: nothing,
    }));
    found
}

fn kind(mode: u32) -> FileMode {
    match mode & KIND {
        0o120_000 => FileMode::Link,
        0o160_000 => FileMode::Commit,
        FILE if mode & 0o111 != 0 => FileMode::BlobExecutable,
        _ => FileMode::Blob,
    }
}

/// What stands below a tree. A folder that `known` holds with the same tree stands for all that is in it.
fn below(
    git: &Repository,
    tree: Oid,
    path: &mut Vec<u8>,
    known: &Paths,
    found: &mut Paths,
) -> Result<(), SourceError> {
    intact(git, tree)?;
    let read = git.find_tree(tree).map_err(|error| trouble(format!("tree {tree}"), &error))?;
    for entry in &read {
        let depth = path.len();
        path.extend_from_slice(entry.name_bytes());
        let there = Stands { id: entry.id(), mode: entry.filemode_raw().cast_unsigned(), stage: 0 };
        if entry.kind() == Some(ObjectType::Tree) {
            path.push(b'/');
            let there = Stands { mode: FOLDER, ..there };
            if known.get(path) == Some(&there) {
                found.insert(path.clone(), there);
            } else {
                below(git, there.id, path, known, found)?;
            }
        } else {
            found.insert(path.clone(), there);
        }
        path.truncate(depth);
    }
    Ok(())
}

/// Reads an index, with its shared part if it is split.
fn read(git: &Repository, file: &Path) -> Result<Paths, SourceError> {
    let (own, link) = read_file(git, file)?;
    let Some(link) = link else { return Ok(own.into_iter().collect()) };
    let (mut shared, _) = read_file(git, &git.path().join(&link.base))?;
    let mut own = own.into_iter();
    for number in link.replaced {
        let (Some((_, new)), Some(old)) = (own.next(), shared.get_mut(number)) else {
            return Err(wrong(file, "it does not fit to its shared part"));
        };
        old.1 = new;
    }
    for number in link.deleted {
        if let Some(old) = shared.get_mut(number) {
            old.0.clear();
        }
    }
    Ok(shared.into_iter().filter(|(path, _)| !path.is_empty()).chain(own).collect())
}

/// The entries of one file, in order, and what it says of its shared part.
fn read_file(git: &Repository, file: &Path) -> Result<(Listed, Option<Link>), SourceError> {
    let bytes = fs::read(file).map_err(|error| wrong(file, &error.to_string()))?;
    let length = if is_sha1(git) { 20 } else { 32 };
    if !is_whole(&bytes, length) {
        return Err(wrong(file, "its checksum does not match"));
    }
    let mut entries = Listed::new();
    let parsed = entries::parse(&bytes, length, &mut |entry: &Entry<'_>| {
        let id = Oid::from_bytes(entry.id).unwrap_or(Oid::ZERO_SHA1);
        entries.push((entry.path.to_vec(), Stands { id, mode: entry.mode, stage: entry.stage }));
    });
    parsed
        .map(|link| (entries, link))
        .ok_or_else(|| wrong(file, "it is damaged, or of a version not known here"))
}

/// Whether the checksum at the end is right; zeros stand for none (git-config(1), `index.skipHash`).
fn is_whole(bytes: &[u8], length: usize) -> bool {
    let Some((body, sum)) = bytes.split_at_checked(bytes.len().saturating_sub(length)) else { return false };
    let none = sum.iter().all(|byte| *byte == 0);
    none || match length {
        20 => sha1::Sha1::digest(body)[..] == *sum,
        _ => sha2::Sha256::digest(body)[..] == *sum,
    }
}

fn wrong(file: &Path, problem: &str) -> SourceError {
    SourceError::new("the index", format!("{}: {problem}", file.display()))
        .advise("`git status` shows whether git itself can read the index")
}
