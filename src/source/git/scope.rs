//! Whether the scan of a history covers what its user believes it covers.
//!
//! In flow a repository and what was asked for; out flows trouble for paths that were named and stand nowhere, and
//! for a clone that was made of some branches only. It reads trees and settings, and fetches nothing.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;

use git2::{ObjectType, Oid, Remote, Repository};

use super::super::source::SourceError;
use super::emit::Emitter;
use super::graph::Graph;
use super::history::HistoryOptions;
use super::ids::IdSet;
use super::repo::{intact, parse_id};
use crate::glob::GlobSet;

/// Tells what is not covered.
pub(super) fn check(
    git: &Repository,
    (tips, graph): (&[Oid], &Graph),
    options: &HistoryOptions,
    emitter: &Emitter<'_>,
) {
    if options.branch.is_none() {
        some_branches(git).into_iter().chain(broken_refs(git)).for_each(|error| emitter.trouble(error));
    }
    let only = &options.extent.only;
    if !only.is_empty() && !tips.is_empty() && !stands_somewhere(git, (tips, graph), only) {
        emitter.trouble(
            SourceError::new("--include", "no path in this history matches, so no file counted").advise(
                "write a path pattern such as 'src/**', or a part of the history: reflog, dangling, stash, notes or \
                 messages",
            ),
        );
    }
}

/// What the HEAD of every work tree leads to if it is on no branch, and the refs that a work tree has for itself
/// (gitrepository-layout, "worktrees"): `git rev-list --all` counts the former, and no list of refs has them.
pub(super) fn of_work_trees(git: &Repository) -> Vec<Oid> {
    let common = git.commondir();
    let mut files = vec![common.join("HEAD")];
    for work_tree in fs::read_dir(common.join("worktrees")).into_iter().flatten().flatten() {
        files.push(work_tree.path().join("HEAD"));
        files.extend(files_below(work_tree.path().join("refs")));
    }
    let ids = files.iter().filter_map(|file| parse_id(fs::read_to_string(file).ok()?.trim()));
    ids.filter(|id| !id.is_zero()).collect()
}

/// All files below a folder, in no order.
fn files_below(folder: PathBuf) -> Vec<PathBuf> {
    let (mut files, mut open) = (Vec::new(), vec![folder]);
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => open.push(entry.path()),
                _ => files.push(entry.path()),
            }
        }
    }
    files
}

/// The trouble with a clone whose settings fetch single branches only (git-clone(1), `--single-branch`, which
/// `--depth` implies). One remote that is fetched as a whole is enough.
fn some_branches(git: &Repository) -> Option<SourceError> {
    let names = git.remotes().ok()?;
    let mut found = None;
    for name in names.iter().filter_map(|name| name.ok().flatten()) {
        let remote = git.find_remote(name).ok()?;
        let branches = fetched(&remote);
        if branches.iter().any(|branch| branch.contains('*')) {
            return None;
        }
        if let Some(branch) = branches.first() {
            found = found.or_else(|| Some((name.to_owned(), branch.clone())));
        }
    }
    let (remote, branch) = found?;
    let advice = format!(
        "fetch the others with `git remote set-branches {remote} '*'` and `git fetch {remote}`, or scan this one alone \
         with `skout git --branch {branch}`"
    );
    let problem = format!("this clone was made of the branch {branch} only, so the others were not read");
    Some(SourceError::new(format!("remote {remote}"), problem).advise(advice))
}

/// The trouble with files of refs that hold no id, as a crash leaves them: git and libgit2 pass over such a ref.
fn broken_refs(git: &Repository) -> Vec<SourceError> {
    let folder = git.commondir();
    let files = files_below(folder.join("refs"));
    let mut broken: Vec<String> = Vec::new();
    for file in files.iter().filter(|file| file.extension().is_none_or(|end| end != "lock")) {
        let text = fs::read(file).unwrap_or_default();
        let text = text.trim_ascii();
        let id = text.get(..40).is_some_and(|id| id.iter().all(u8::is_ascii_hexdigit));
        if !id && !text.starts_with(b"ref:") {
            let name = file.strip_prefix(folder).unwrap_or(file);
            broken.push(name.to_string_lossy().replace('\\', "/"));
        }
    }
    broken.sort();
    let tell = |name: String| {
        let log = folder.join("logs").join(&name);
        let advice =
            format!("its log may say what it led to ({}); then delete the file of the ref", log.display());
        SourceError::new(name, "this ref is broken, so what it led to was not read").advise(advice)
    };
    broken.into_iter().map(tell).collect()
}

/// The branches that are fetched from a remote, as its settings name them.
fn fetched(remote: &Remote<'_>) -> Vec<String> {
    let specs = remote.refspecs().filter(|spec| spec.direction() == git2::Direction::Fetch);
    let sources = specs.filter_map(|spec| spec.src().ok().map(str::to_owned));
    let sources = sources.filter(|source| !source.starts_with('^'));
    sources.map(|source| source.strip_prefix("refs/heads/").unwrap_or(&source).to_owned()).collect()
}

/// Whether a path of any commit matches. HEAD is asked first.
fn stands_somewhere(git: &Repository, (tips, graph): (&[Oid], &Graph), only: &GlobSet) -> bool {
    let mut search = Search { git, only, seen: HashMap::new() };
    let head = git.head().and_then(|head| head.peel_to_tree());
    if head.is_ok_and(|tree| search.below(tree.id(), "")) {
        return true;
    }
    // Nobody has read the commits if an earlier scan has.
    let loaded = if graph.len() == 0 { Graph::load(git, tips, &[]).ok() } else { None };
    let graph = loaded.as_ref().unwrap_or(graph);
    let trees = (0..graph.len() as u32).map(|n| graph.tree(n)).chain(graph.others.iter().copied());
    trees.into_iter().any(|tree| search.below(tree, ""))
}

/// A search through trees, each of them looked at once on each path.
struct Search<'r> {
    git: &'r Repository,
    only: &'r GlobSet,
    seen: HashMap<String, IdSet>,
}

impl Search<'_> {
    fn below(&mut self, tree: Oid, folder: &str) -> bool {
        if !self.seen.entry(folder.to_owned()).or_default().insert(tree) || intact(self.git, tree).is_err() {
            return false;
        }
        let Ok(tree) = self.git.find_tree(tree) else { return false };
        tree.iter().any(|entry| {
            let path = format!("{folder}{}", String::from_utf8_lossy(entry.name_bytes()));
            match entry.kind() {
                Some(ObjectType::Tree) => self.below(entry.id(), &format!("{path}/")),
                _ => self.only.matches(&path),
            }
        })
    }
}
