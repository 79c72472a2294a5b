//! Reading a list of blobs through libgit2 and pushing them.
//!
//! In flow ids with paths; out flow blobs for the sink, from one thread if there are few, from several if
//! there are many. What is missing or damaged is reported by name.

use git2::{ObjectType, Oid, Repository};
use rayon::prelude::*;

use super::super::source::{Item, SourceError};
use super::emit::Emitter;
use super::pack::{Kind, read_loose};
use super::repo::{Repo, damaged, object_id, trouble};

/// From how many blobs on a second thread is worth its start.
const MANY: usize = 64;

/// A blob and the path it stands on.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    /// The blob.
    pub(super) id: Oid,
    /// Its path; may be empty.
    pub(super) path: String,
}

/// Reads and pushes all of `list`, on `jobs` threads (0 means one a core).
pub(super) fn push_all(repo: &Repo, git: &Repository, list: &[Wanted], emitter: &Emitter<'_>, jobs: usize) {
    if list.len() < MANY || jobs == 1 {
        return list.iter().for_each(|wanted| push(git, wanted, emitter));
    }
    let work = || {
        list.par_chunks(16).for_each_init(
            || repo.open(),
            |git, chunk| match git {
                Ok(git) => chunk.iter().for_each(|wanted| push(git, wanted, emitter)),
                Err(error) => emitter.trouble(error.clone()),
            },
        );
    };
    match rayon::ThreadPoolBuilder::new().num_threads(jobs).build() {
        Ok(pool) => pool.install(work),
        Err(_) => list.iter().for_each(|wanted| push(git, wanted, emitter)),
    }
}

/// The same from a handle and for a sink of its own.
pub(super) fn push_listed(repo: &Repo, list: &[Wanted], sink: &(dyn Fn(Item<'_>) + Sync), jobs: usize) {
    match repo.open() {
        Ok(git) => push_all(repo, &git, list, &Emitter::new(git.commondir(), sink), jobs),
        Err(error) => sink(Item::Trouble(error)),
    }
}

fn push(git: &Repository, wanted: &Wanted, emitter: &Emitter<'_>) {
    let place = || if wanted.path.is_empty() { format!("object {}", wanted.id) } else { wanted.path.clone() };
    let loose = object_id(wanted.id).and_then(|id| read_loose(&git.commondir().join("objects"), id));
    match (loose, object_id(wanted.id)) {
        (Some(Ok((Kind::Blob, bytes, from))), Some(id)) => {
            return emitter.file(&wanted.path, &bytes[from..], id);
        }
        (Some(Err(problem)), _) => return emitter.trouble(damaged(wanted.id, problem)),
        _ => {}
    }
    let read = git.odb().and_then(|odb| Ok(emit(&odb.read(wanted.id)?, wanted, emitter)));
    match read {
        Ok(true) => {}
        Ok(false) => emitter.trouble(SourceError::new(place(), "is no file content in the object store")),
        Err(error) => {
            let mut error = trouble(place(), &error);
            error.problem = format!("blob {}: {}", wanted.id, error.problem);
            emitter.trouble(error);
        }
    }
}

fn emit(object: &git2::OdbObject<'_>, wanted: &Wanted, emitter: &Emitter<'_>) -> bool {
    match object_id(wanted.id) {
        Some(id) if object.kind() == ObjectType::Blob => {
            emitter.file(&wanted.path, object.data(), id);
            true
        }
        _ => false,
    }
}
