//! Reading a history object by object through libgit2: what only it understands (objects named by SHA-256,
//! indexes of the first version).
//!
//! In flow a graph or nothing; out flow blobs, names and messages for the sink. No delta is made use of.

use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;

use git2::{ObjectType, Oid, Repository};

use super::super::source::SourceError;
use super::emit::Emitter;
use super::graph::Graph;
use super::history::Include;
use super::ids::IdSet;
use super::named::may_hold_secret;
use super::pack::loose_ids;
use super::range::push_message;
use super::read::{self, Wanted};
use super::repo::{Repo, intact, is_sha1, oid, trouble};

/// What was met on the way.
#[derive(Default)]
struct Met {
    seen: IdSet,
    names: HashSet<Vec<u8>>,
    blobs: Vec<Wanted>,
}

/// Reads what `tips` reach, and everything else that is there if that is wanted.
pub(super) fn read(
    repo: &Repo,
    git: &Repository,
    (tips, include): (&[Oid], Include),
    emitter: &Emitter<'_>,
    jobs: usize,
) -> Result<Graph, SourceError> {
    let mut tips = tips.to_vec();
    let mut met = Met::default();
    if include.dangling {
        everything(repo, git, (&mut tips, &mut met))?;
    }
    let graph = Graph::load(git, &tips, &[])?;
    if include.messages {
        (0..graph.len() as u32).for_each(|n| push_message(git, graph.id(n), emitter));
        graph.tags.iter().for_each(|id| push_message(git, *id, emitter));
    }
    met.reachable(git, &graph, emitter);
    read::push_all(repo, git, &met.blobs, emitter, jobs);
    Ok(graph)
}

/// Every commit and tag becomes a tip, every blob is wanted.
fn everything(
    repo: &Repo,
    git: &Repository,
    (tips, met): (&mut Vec<Oid>, &mut Met),
) -> Result<(), SourceError> {
    let odb = git.odb().map_err(|error| trouble("objects", &error))?;
    let mut all = Vec::new();
    if is_sha1(git) {
        let listed = odb.foreach(|id| {
            all.push(*id);
            true
        });
        listed.map_err(|error| trouble("objects", &error))?;
    } else {
        listed_by_sha256(&mut repo.object_folders(git), &mut all)?;
    }
    all.sort_unstable();
    all.dedup();
    for id in all {
        match odb.read_header(id) {
            Ok((_, ObjectType::Commit | ObjectType::Tag)) => tips.push(id),
            Ok((_, ObjectType::Tree)) => {}
            // One that cannot be read is told when it is.
            _ => met.blob(id),
        }
    }
    tips.sort_unstable();
    tips.dedup();
    Ok(())
}

/// The ids of all objects named by SHA-256 in these folders and those they borrow from. Where they lie in packs,
/// libgit2 1.9 would list them as if they were 20 bytes long.
fn listed_by_sha256(folders: &mut Vec<PathBuf>, all: &mut Vec<Oid>) -> Result<(), SourceError> {
    let mut n = 0;
    while let Some(folder) = folders.get(n).cloned() {
        let failed = |problem: String| SourceError::new(folder.to_string_lossy(), problem);
        let loose = loose_ids(&folder).map_err(|e| failed(format!("its objects cannot be listed: {e}")))?;
        all.extend(loose.iter().filter_map(oid));
        for file in fs::read_dir(folder.join("pack")).into_iter().flatten().flatten() {
            let path = file.path();
            if path.extension().is_some_and(|end| end == "idx") {
                let bytes = fs::read(&path).unwrap_or_default();
                let ids = packed(&bytes).ok_or_else(|| {
                    SourceError::new(path.to_string_lossy(), "the index of the pack is damaged")
                })?;
                all.extend(ids.filter_map(|id| Oid::from_bytes(id).ok()));
            }
        }
        let borrowed = fs::read_to_string(folder.join("info/alternates")).unwrap_or_default();
        for line in borrowed.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let other = folder.join(line);
            if !folders.contains(&other) {
                folders.push(other);
            }
        }
        n += 1;
    }
    Ok(())
}

/// The ids in an index of version 2 with ids of 32 bytes (gitformat-pack, "Version 2 pack-*.idx files").
fn packed(index: &[u8]) -> Option<impl Iterator<Item = &[u8]>> {
    let head = 8 + 256 * 4;
    let count = u32::from_be_bytes(index.get(head - 4..head)?.try_into().ok()?) as usize;
    let ids = index.get(head..head.checked_add(count.checked_mul(32)?)?)?;
    index.starts_with(b"\xfftOc\0\0\0\x02").then(|| ids.chunks_exact(32))
}

impl Met {
    fn blob(&mut self, id: Oid) {
        if self.seen.insert(id) {
            self.blobs.push(Wanted { id, path: String::new() });
        }
    }

    /// Every distinct blob that the commits reach, and the names on the way.
    fn reachable(&mut self, git: &Repository, graph: &Graph, emitter: &Emitter<'_>) {
        let mut stack: Vec<Oid> = (0..graph.len() as u32).map(|n| graph.tree(n)).collect();
        for other in &graph.others {
            match git.find_object(*other, None).map(|o| o.kind()) {
                Ok(Some(ObjectType::Tree)) => stack.push(*other),
                _ => self.blob(*other),
            }
        }
        while let Some(id) = stack.pop() {
            if !self.seen.insert(id) {
                continue;
            }
            let read = |()| git.find_tree(id).map_err(|error| trouble(format!("tree {id}"), &error));
            let tree = match intact(git, id).and_then(read) {
                Ok(tree) => tree,
                Err(error) => {
                    emitter.trouble(error);
                    continue;
                }
            };
            for entry in &tree {
                let name = entry.name_bytes();
                if may_hold_secret(name) && self.names.insert(name.to_vec()) {
                    emitter.name(&String::from_utf8_lossy(name), None);
                }
                match entry.kind() {
                    Some(ObjectType::Tree) => stack.push(entry.id()),
                    Some(ObjectType::Blob) => self.blob(entry.id()),
                    _ => {}
                }
            }
        }
    }
}
