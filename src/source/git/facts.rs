//! What is known about a commit beyond itself: which refs contain it, whether it was pushed, where it can
//! be seen.
//!
//! In flow commits of a graph; out flow the fields of an [`Origin`]. It reads refs and configuration only.

use std::collections::HashMap;

use git2::{Oid, Reference, Repository};

use super::super::origin::{CommitInfo, Origin};
use super::commit::Commit;
use super::graph::{Graph, Lists};
use super::host::Host;
use super::ids::IdSet;
use super::repo::intact;

/// How many refs a report names for one origin.
const MOST_REFS: usize = 50;

/// Refs that only the host of a repository makes: pull requests of GitHub and Bitbucket, merge requests and pipelines
/// of GitLab, changes of Gerrit. What they lead to was pushed.
const OF_HOSTS: &[&str] =
    &["refs/pull/", "refs/pull-requests/", "refs/merge-requests/", "refs/pipelines/", "refs/changes/"];

/// Where a ref stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stands {
    /// It says where a branch of a remote repository was.
    Tracking,
    /// The host of a remote repository made it.
    Hosted,
    /// It is a tag, which may come from either side.
    Tag,
    /// Here.
    Here,
}

/// A branch, tag or other ref, with the commit it leads to.
#[derive(Debug, Clone)]
struct Named {
    name: String,
    stands: Stands,
    commit: Oid,
}

/// Facts about the commits of one graph.
pub(super) struct Facts<'r> {
    git: &'r Repository,
    graph: &'r Graph,
    children: Lists,
    refs: Vec<Named>,
    host: Option<Host>,
    /// Refs and pushed, by introducing commit.
    known: HashMap<u32, (Vec<String>, Option<bool>)>,
    /// Commits that a remote had once and its branches have no more; found when first asked for.
    dropped: Option<IdSet>,
}

impl Stands {
    /// The place of the ref of this name.
    pub(super) fn of(name: &str) -> Self {
        match name {
            _ if name.starts_with("refs/remotes/") => Self::Tracking,
            _ if OF_HOSTS.iter().any(|prefix| name.starts_with(prefix)) => Self::Hosted,
            _ if name.starts_with("refs/tags/") => Self::Tag,
            _ => Self::Here,
        }
    }

    /// Whether what it leads to is in another repository, too.
    pub(super) fn elsewhere(self) -> bool {
        matches!(self, Self::Tracking | Self::Hosted)
    }
}

impl<'r> Facts<'r> {
    /// Reads the refs of the repository.
    pub(super) fn new(git: &'r Repository, graph: &'r Graph) -> Self {
        let mut refs: Vec<Named> = Vec::new();
        for reference in git.references().into_iter().flatten().flatten() {
            let Some(commit) = commit_of(git, graph, &reference) else { continue };
            let whole = String::from_utf8_lossy(reference.name_bytes()).into_owned();
            if whole.ends_with("/HEAD") {
                continue;
            }
            let short = ["refs/heads/", "refs/tags/", "refs/remotes/", "refs/"];
            let name = short.iter().find_map(|p| whole.strip_prefix(p)).unwrap_or(&whole).to_owned();
            refs.push(Named { name, stands: Stands::of(&whole), commit });
        }
        refs.sort_by(|a, b| (a.name.len(), &a.name).cmp(&(b.name.len(), &b.name)));
        let children = graph.children();
        Self { git, graph, children, refs, host: host(git), known: HashMap::new(), dropped: None }
    }

    /// The story of a secret on `path` that commit `introduced` brought in.
    pub(super) fn origin(&mut self, path: &[u8], introduced: u32) -> Option<Origin> {
        let commit = self.graph.id(introduced);
        let (refs, pushed) = self.containing(introduced);
        let path = String::from_utf8_lossy(path).into_owned();
        let link =
            self.host.as_ref().filter(|_| pushed != Some(false)).map(|h| h.file(&commit.to_string(), &path));
        Some(Origin {
            path,
            blob: super::repo::object_id(commit)?,
            introduced: self.info(introduced),
            removed: None,
            in_head: false,
            refs,
            pushed,
            link,
        })
    }

    /// The page of a commit, if it was pushed to a host we know.
    pub(super) fn commit_link(&self, commit: u32) -> Option<String> {
        self.host.as_ref().map(|h| h.commit(&self.graph.id(commit).to_string()))
    }

    /// What a report says of a commit.
    pub(super) fn info(&self, n: u32) -> Option<CommitInfo> {
        let id = self.graph.id(n);
        let odb = self.git.odb().ok()?;
        let raw = odb.read(id).ok()?;
        Commit::parse(raw.data())?.info(id)
    }

    /// The refs that contain a commit, and whether one of them is a remote's.
    fn containing(&mut self, n: u32) -> (Vec<String>, Option<bool>) {
        if let Some(known) = self.known.get(&n) {
            return known.clone();
        }
        let marked = self.graph.descendants(n, &self.children);
        let holds = |r: &&Named| self.graph.number(r.commit).is_some_and(|tip| marked[tip as usize]);
        let holding: Vec<&Named> = self.refs.iter().filter(holds).collect();
        let mut names: Vec<String> = holding.iter().take(MOST_REFS).map(|r| r.name.clone()).collect();
        if holding.len() > MOST_REFS {
            names.push(format!("and {} more", holding.len() - MOST_REFS));
        }
        let stands: Vec<Stands> = holding.iter().map(|r| r.stands).collect();
        let tracking = self.refs.iter().any(|r| r.stands == Stands::Tracking);
        // "Not pushed" is said only where nothing speaks against it: a bare repository is one that others read or a
        // copy of one, and what a tag alone holds may have come with a fetch.
        let fetched = stands.contains(&Stands::Tag) && !stands.contains(&Stands::Here);
        let pushed = if stands.iter().any(|s| s.elsewhere()) {
            Some(true)
        } else if tracking && !self.git.is_bare() && !fetched {
            // Pushed and then rewritten is pushed.
            let commit = self.graph.id(n);
            Some(self.dropped.get_or_insert_with(|| dropped(self.git)).contains(&commit))
        } else {
            None
        };
        self.known.insert(n, (names.clone(), pushed));
        (names, pushed)
    }
}

/// The commits that the reflogs of remote-tracking branches remember and that none of these branches holds any more:
/// they were pushed, or fetched, before somebody rewrote the branch.
fn dropped(git: &Repository) -> IdSet {
    let tracking = "refs/remotes/*";
    let walk = || -> Result<IdSet, git2::Error> {
        let (odb, mut walk, mut any) = (git.odb()?, git.revwalk()?, false);
        for name in git.references_glob(tracking)?.names() {
            let Ok(log) = name.and_then(|name| git.reflog(name)) else { continue };
            let ids = log.iter().flat_map(|entry| [entry.id_old(), entry.id_new()]);
            for id in ids.filter(|id| !id.is_zero() && odb.exists(*id)) {
                any |= walk.push(id).is_ok();
            }
        }
        if !any {
            return Ok(IdSet::default());
        }
        walk.hide_glob(tracking)?;
        Ok(walk.map_while(Result::ok).collect())
    };
    walk().unwrap_or_default()
}

/// The commit that a ref leads to.
fn commit_of(git: &Repository, graph: &Graph, reference: &Reference<'_>) -> Option<Oid> {
    let target = reference.target().filter(|id| graph.number(*id).is_some());
    target.or_else(|| {
        let id = reference.resolve().ok()?.target()?;
        intact(git, id).ok()?;
        Some(git.find_object(id, None).ok()?.peel_to_commit().ok()?.id())
    })
}

/// The host of `origin`, or of the first remote whose host is known.
pub(super) fn host(git: &Repository) -> Option<Host> {
    let remotes = git.remotes().ok()?;
    let names = remotes.iter().filter_map(|name| name.ok().flatten());
    let address = |name: &str| Some(git.find_remote(name).ok()?.url().ok()?.to_owned());
    let first = address("origin").and_then(|a| Host::of(&a));
    first.or_else(|| names.filter_map(address).find_map(|a| Host::of(&a)))
}
