//! Secrets in the names of branches, tags and files: which names belong to a scan, and where they came from.
//!
//! In flow refs and the trees of a graph; out flow names to scan and, for those in which something was
//! found, origins. Trees are read for this only when a file's name holds a secret, each of them once.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use git2::{ObjectType, Oid, Repository};

use super::super::origin::Origin;
use super::super::source::SourceError;
use super::attribution::{bare, parent_trees};
use super::facts::{Facts, Stands};
use super::graph::Graph;
use super::ids::IdMap;
use super::repo::{intact, object_id, tree_of, trouble};

/// A name shorter than this holds no secret.
const SHORTEST_NAME: usize = 20;

/// Whether a name is long and has a long enough run of letters and digits.
pub(super) fn may_hold_secret(name: &[u8]) -> bool {
    let token = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    name.len() >= SHORTEST_NAME
        && name.split(|b| !token(b)).any(|run| run.len() >= 16 && run.iter().any(u8::is_ascii_digit))
}

/// The names of refs that `wanted` lets through and that are long enough to hold a secret, in order.
pub(super) fn refs(git: &Repository, wanted: impl Fn(&str) -> bool) -> Result<Vec<String>, SourceError> {
    let refs = git.references().map_err(|error| trouble("the refs", &error))?;
    let mut names = Vec::new();
    for reference in refs {
        let reference = reference.map_err(|error| trouble("the refs", &error))?;
        let name = reference.name_bytes();
        names.extend(may_hold_secret(name).then(|| String::from_utf8_lossy(name).into_owned()));
    }
    names.retain(|name| wanted(name));
    names.sort();
    names.dedup();
    Ok(names)
}

/// Whether one of `remote` (remote-tracking branches) is that of the local branch `name`.
pub(super) fn is_on(remote: &[String], name: &str) -> bool {
    let branch = |r: &str| Some(r.strip_prefix("refs/remotes/")?.split_once('/')?.1.to_owned());
    let Some(name) = name.strip_prefix("refs/heads/") else { return false };
    remote.iter().any(|r| branch(r).is_some_and(|branch| branch == name))
}

/// The paths of one tree that end in a wanted name, with what stands there.
type Paths = Rc<Vec<(Vec<u8>, Oid)>>;

/// What happened to one path.
#[derive(Debug, Clone, Copy)]
struct Story {
    introduced: u32,
    entry: Oid,
    removed: Option<u32>,
}

/// Answers for names.
pub(super) struct Named<'r> {
    git: &'r Repository,
    graph: &'r Graph,
    /// Parents that lie outside the graph count as "before".
    outside: bool,
    /// The last parts of the wanted names.
    last: HashSet<Vec<u8>>,
    known: IdMap<Paths>,
}

impl<'r> Named<'r> {
    /// For the commits of `graph`; `outside` says that it is a part of the history.
    pub(super) fn new(git: &'r Repository, graph: &'r Graph, outside: bool) -> Self {
        Self { git, graph, outside, last: HashSet::new(), known: IdMap::default() }
    }

    /// One answer for each name: the name of a ref, of an entry of a tree, or a whole path. None of a graph that
    /// does not reach it.
    pub(super) fn answer(mut self, names: &[String]) -> Result<Vec<Vec<Origin>>, SourceError> {
        let last = |name: &String| name.rsplit('/').next().unwrap_or_default().as_bytes().to_vec();
        let files = names.iter().filter(|name| !name.starts_with("refs/"));
        self.last = files.map(last).collect();
        let stories = if self.last.is_empty() { HashMap::new() } else { self.stories()? };
        let mut stories: Vec<(Vec<u8>, Story)> = stories.into_iter().collect();
        stories.sort_by(|a, b| (a.1.introduced, &a.0).cmp(&(b.1.introduced, &b.0)));
        let head = self.git.head().ok().and_then(|head| tree_of(self.git, head.target()?).ok());
        let head = head.map(|tree| self.paths(tree)).transpose()?.unwrap_or_default();
        let mut facts = Facts::new(self.git, self.graph);
        let mut answers = Vec::new();
        for name in names {
            if let Some(origin) = self.reference(name) {
                answers.push(vec![origin]);
                continue;
            }
            let mut origins = Vec::new();
            for (path, story) in stories.iter().filter(|(path, _)| ends_in(path, name)) {
                let Some(origin) = facts.origin(path, story.introduced) else { continue };
                let Some(blob) = object_id(story.entry) else { continue };
                let in_head = head.iter().any(|(now, _)| now == path);
                let removed = story.removed.filter(|_| !in_head).and_then(|n| facts.info(n));
                origins.push(Origin { blob, in_head, removed, ..origin });
            }
            answers.push(origins);
        }
        Ok(answers)
    }

    /// What is known of a ref by its whole name.
    fn reference(&self, name: &str) -> Option<Origin> {
        let short = ["refs/heads/", "refs/tags/", "refs/remotes/", "refs/"];
        let short = short.iter().find_map(|prefix| name.strip_prefix(prefix))?;
        let target = self.git.find_reference(name).ok().and_then(|r| r.resolve().ok()?.target());
        // A ref that is only about to be made leads nowhere yet.
        let blob = object_id(target.unwrap_or(Oid::ZERO_SHA1))?;
        let remote = refs(self.git, |name| name.starts_with("refs/remotes/")).unwrap_or_default();
        let remotes = self.git.remotes().is_ok_and(|list| !list.is_empty());
        let pushed = match () {
            () if Stands::of(name).elsewhere() => Some(true),
            () if name.starts_with("refs/heads/") && remotes && !self.git.is_bare() => {
                Some(is_on(&remote, name))
            }
            () => None,
        };
        Some(Origin { refs: vec![short.to_owned()], pushed, ..bare(name.to_owned(), blob) })
    }

    /// Where each path that ends in a wanted name came and went.
    fn stories(&mut self) -> Result<HashMap<Vec<u8>, Story>, SourceError> {
        let mut stories: HashMap<Vec<u8>, Story> = HashMap::new();
        for n in self.graph.oldest_first() {
            let now = self.paths(self.graph.tree(n))?;
            let trees = parent_trees(self.git, self.graph, n, self.outside);
            let before = trees.iter().map(|tree| self.paths(*tree)).collect::<Result<Vec<_>, _>>()?;
            let had = |path: &[u8]| before.iter().any(|list| list.iter().any(|(p, _)| p == path));
            for (path, entry) in now.iter().filter(|(path, _)| !had(path)) {
                let new = Story { introduced: n, entry: *entry, removed: None };
                stories.entry(path.clone()).or_insert(new).removed = None;
            }
            // A merge drops what one side has dropped: only against a single parent a path is gone.
            if let [before] = &before[..] {
                for (path, _) in before.iter().filter(|(path, _)| !now.iter().any(|(p, _)| p == path)) {
                    stories.entry(path.clone()).and_modify(|story| story.removed = Some(n));
                }
            }
        }
        Ok(stories)
    }

    /// The paths below a tree that end in a wanted name.
    fn paths(&mut self, tree: Oid) -> Result<Paths, SourceError> {
        if let Some(known) = self.known.get(&tree) {
            return Ok(Rc::clone(known));
        }
        intact(self.git, tree)?;
        let read = self.git.find_tree(tree).map_err(|error| trouble(format!("tree {tree}"), &error))?;
        let mut found = Vec::new();
        for entry in &read {
            let name = entry.name_bytes();
            if self.last.contains(String::from_utf8_lossy(name).as_bytes()) {
                found.push((name.to_vec(), entry.id()));
            }
            if entry.kind() == Some(ObjectType::Tree) {
                for (path, id) in self.paths(entry.id())?.iter() {
                    found.push(([name, b"/", path].concat(), *id));
                }
            }
        }
        let found = Rc::new(found);
        self.known.insert(tree, Rc::clone(&found));
        Ok(found)
    }
}

/// Whether a path is `name`, or ends in it.
fn ends_in(path: &[u8], name: &str) -> bool {
    let path = String::from_utf8_lossy(path);
    path.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_long_names_with_digits_are_scanned() {
        assert!(may_hold_secret(b"refs/heads/abcdefgh12345678"));
        assert!(!may_hold_secret(b"refs/heads/abcdefgh-ijklmnop"));
        assert!(!may_hold_secret(b"a1b2c3d4e5f6g7h8"));
    }

    #[test]
    fn a_branch_is_known_by_its_name_on_any_remote() {
        let remote = ["refs/remotes/origin/a/b".to_owned()];
        assert!(is_on(&remote, "refs/heads/a/b"));
        assert!(!is_on(&remote, "refs/heads/b") && !is_on(&remote, "refs/tags/a/b"));
    }

    #[test]
    fn a_path_ends_in_whole_names_only() {
        assert!(ends_in(b"a/b/c", "b/c") && ends_in(b"c", "c"));
        assert!(!ends_in(b"a/bc", "c"));
    }
}
