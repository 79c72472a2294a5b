//! What should be in a repository and is not.
//!
//! In flow ids that nothing in the store answers to; out flows one message, with the file that is affected and what to
//! do about it.

use std::collections::{BTreeMap, HashSet};

use git2::{Oid, Repository};

use super::super::source::SourceError;
use super::emit::Emitter;
use super::graph::Graph;
use super::ids::IdSet;
use super::woods::Holders;

/// Tells of the submodules of the work tree: they are repositories of their own.
pub(super) fn submodules(git: &Repository, emitter: &Emitter<'_>) {
    if !git.workdir().is_some_and(|root| root.join(".gitmodules").exists()) {
        return;
    }
    for module in git.submodules().unwrap_or_default() {
        let path = module.path().to_string_lossy().into_owned();
        if module.open().is_ok() {
            emitter.skipped(path, "is a submodule, a repository of its own: run `skout git` in it");
        } else {
            emitter.trouble(
                SourceError::new(path, "is a submodule that has not been fetched, so it was not read")
                    .advise(
                        "fetch it with `git submodule update --init --recursive`, then run `skout git` in it",
                    ),
            );
        }
    }
}

/// Whether the clone left objects out on purpose (git's documentation, "partial-clone").
pub(super) fn is_partial(git: &Repository) -> bool {
    let Ok(config) = git.config() else { return false };
    let remote = config.entries(Some(r"^remote\..*\.promisor$")).is_ok_and(|mut list| list.next().is_some());
    remote || config.get_string("extensions.partialclone").is_ok()
}

/// The missing objects that commits of the scan need, in one message.
pub(super) fn lacking(
    graph: &Graph,
    holders: &Holders<'_>,
    missing: &IdSet,
    partial: bool,
) -> Option<SourceError> {
    let mut needed: BTreeMap<Oid, Vec<u8>> = BTreeMap::new();
    let mut roots: HashSet<u64> = HashSet::new();
    let trees = (0..graph.len() as u32).map(|n| graph.tree(n));
    for tree in trees.chain(graph.others.iter().copied()) {
        if missing.contains(&tree) {
            needed.entry(tree).or_default();
        } else if holders.holding(tree).is_some_and(|mark| roots.insert(mark)) {
            holders.paths(tree).into_iter().for_each(|(path, id)| {
                needed.entry(id).or_insert(path);
            });
        }
    }
    let (first, path) = needed.first_key_value()?;
    let more = if needed.len() > 1 { format!(" and {} more", needed.len() - 1) } else { String::new() };
    let path = String::from_utf8_lossy(path);
    let place = if path.is_empty() { format!("object {first}") } else { format!("{path} (object {first})") };
    let advice = if partial {
        "this is a partial clone: `git fetch --refetch --no-filter` brings the rest"
    } else {
        "`git fetch --refetch` or a fresh clone may bring it back; `git fsck --full` lists what is missing"
    };
    Some(SourceError::new(format!("{place}{more}"), "is not in this repository").advise(advice))
}
