//! Where secrets came from: for the blobs in which one secret stands, the commits that brought it in and
//! took it away, path by path.
//!
//! In flow groups of object ids, one group a secret; out flow origins. It compares the commits of a graph
//! with their parents, oldest first: by what is known of all trees, if that is known, else by reading them.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use git2::{ObjectType, Oid, Repository};

use super::super::origin::Origin;
use super::super::source::SourceError;
use super::commit::tag_info;
use super::facts::Facts;
use super::graph::Graph;
use super::ids::IdMap;
use super::repo::{object_id, oid, tree_of};
use super::trees::{Change, Compare, blob_at};
use super::woods::Holders;
use crate::blob::ObjectId;

/// What happened to one secret on one path.
#[derive(Debug, Default, Clone)]
struct Story {
    introduced: Option<(u32, Oid)>,
    removed: Option<u32>,
}

/// Answers for groups of blobs and messages.
pub(super) struct Attribution<'r> {
    git: &'r Repository,
    graph: &'r Graph,
    /// Parents that lie outside the graph, whose trees count as "before".
    outside: bool,
    /// What all trees hold of the groups.
    holders: Option<&'r Holders<'r>>,
    groups_of: IdMap<Vec<usize>>,
    stories: Vec<BTreeMap<Vec<u8>, Story>>,
}

impl<'r> Attribution<'r> {
    /// For the commits of `graph`; `outside` says that it is a part of the history whose oldest commits
    /// have parents elsewhere.
    pub(super) fn new(git: &'r Repository, graph: &'r Graph, outside: bool) -> Self {
        Self { git, graph, outside, holders: None, groups_of: IdMap::default(), stories: Vec::new() }
    }

    /// Reads no tree: `holders` knows what all of them hold of the groups.
    pub(super) fn with(mut self, holders: &'r Holders<'r>) -> Self {
        self.holders = Some(holders);
        self
    }

    /// The names of refs that lead to a tree or blob and not to a commit.
    fn direct(&self) -> Vec<(Oid, String)> {
        let refs = self.git.references().into_iter().flatten().flatten();
        let named = |r: git2::Reference<'_>| {
            let id = r.peel(ObjectType::Any).ok()?.id();
            Some((id, String::from_utf8_lossy(r.name_bytes()).into_owned()))
        };
        refs.filter_map(named).filter(|(id, _)| self.graph.others.contains(id)).collect()
    }

    /// The origins of one group in trees and blobs that a ref names without a commit.
    fn others(&self, group: usize) -> Result<Vec<Origin>, SourceError> {
        let mut origins = Vec::new();
        let wanted = |id: &Oid| self.groups_of.get(id).is_some_and(|g| g.contains(&group));
        let direct = if self.graph.others.is_empty() { Vec::new() } else { self.direct() };
        for (id, name) in direct {
            let mut add = |path: String, blob: Oid| {
                let Some(blob) = object_id(blob) else { return };
                origins.push(Origin { refs: vec![name.clone()], ..bare(path, blob) });
            };
            if wanted(&id) {
                add(format!("object that {name} names"), id);
            } else if self.git.find_tree(id).is_ok() {
                Compare::new(self.git).run(Some(id), &[], &mut |change| {
                    if let Some(blob) = change.new.filter(wanted) {
                        add(String::from_utf8_lossy(change.path).into_owned(), blob);
                    }
                })?;
            }
        }
        Ok(origins)
    }

    /// One answer for each group.
    pub(super) fn answer(mut self, groups: &[Vec<ObjectId>]) -> Result<Vec<Vec<Origin>>, SourceError> {
        for (n, group) in groups.iter().enumerate() {
            for id in group.iter().filter_map(oid) {
                let list = self.groups_of.entry(id).or_default();
                if list.last() != Some(&n) {
                    list.push(n);
                }
            }
        }
        self.stories = vec![BTreeMap::new(); groups.len()];
        if !self.groups_of.is_empty() {
            self.walk()?;
        }
        let mut facts = Facts::new(self.git, self.graph);
        let head = self.head_tree();
        let mut answers = Vec::new();
        for (n, group) in groups.iter().enumerate() {
            let mut origins = self.files(n, head, &mut facts);
            origins.extend(self.others(n)?);
            origins.extend(group.iter().filter_map(|id| self.message(id, &mut facts)));
            answers.push(origins);
        }
        Ok(answers)
    }

    /// Compares every commit with its parents and notes what happens to the groups.
    fn walk(&mut self) -> Result<(), SourceError> {
        let graph = self.graph;
        let (mut compare, mut before) = (Compare::new(self.git), Vec::new());
        for n in graph.oldest_first() {
            let (groups_of, stories) = (&self.groups_of, &mut self.stories);
            match self.holders {
                Some(holders) => {
                    let merge = graph.parents(n).len() > 1;
                    // A graph that was read commit by commit knows no numbers.
                    let tree = |n: u32| graph.tree_number(n).or_else(|| holders.number(graph.tree(n)));
                    before.clear();
                    before.extend(graph.parents(n).iter().filter_map(|parent| tree(*parent)));
                    let note = &mut |change: Change<'_>| tell(groups_of, stories, (n, merge), &change);
                    holders.changes(tree(n), &before, note);
                }
                None => {
                    let parents = parent_trees(self.git, graph, n, self.outside);
                    let merge = parents.len() > 1;
                    let note = &mut |change: Change<'_>| tell(groups_of, stories, (n, merge), &change);
                    compare.run(Some(graph.tree(n)), &parents, note)?;
                }
            }
        }
        Ok(())
    }

    /// The origins of one group in files.
    fn files(&self, group: usize, head: Option<Oid>, facts: &mut Facts<'_>) -> Vec<Origin> {
        let mut origins = Vec::new();
        for (path, story) in &self.stories[group] {
            let Some((commit, blob)) = story.introduced else { continue };
            let Some(origin) = facts.origin(path, commit) else { continue };
            let now = head.and_then(|tree| blob_at(self.git, tree, path));
            let in_head = now.is_some_and(|id| self.groups_of.get(&id).is_some_and(|g| g.contains(&group)));
            let removed = story.removed.filter(|_| !in_head).and_then(|n| facts.info(n));
            let Some(blob) = object_id(blob) else { continue };
            let path = note_on(&origin).unwrap_or(origin.path);
            origins.push(Origin { path, blob, in_head, removed, ..origin });
        }
        origins
    }

    /// The origin of a secret in a commit's or tag's message.
    fn message(&self, id: &ObjectId, facts: &mut Facts<'_>) -> Option<Origin> {
        let oid = oid(id)?;
        if let Some(n) = self.graph.number(oid) {
            let origin = facts.origin(b"commit message", n)?;
            let in_head = self
                .git
                .head()
                .ok()
                .and_then(|h| h.target())
                .is_some_and(|head| self.graph.number(head).is_some_and(|h| self.reaches(h, n)));
            let link = origin.link.as_ref().and_then(|_| facts.commit_link(n));
            return Some(Origin { blob: *id, in_head, link, ..origin });
        }
        if !self.graph.tags.contains(&oid) {
            return None;
        }
        let odb = self.git.odb().ok()?;
        let raw = odb.read(oid).ok().filter(|o| o.kind() == ObjectType::Tag)?;
        let name = raw.data().split(|b| *b == b'\n').find_map(|line| line.strip_prefix(b"tag "))?;
        let path = [b"message of tag ", name].concat();
        // Other refs lead to what the tag names, and none of them to the tag: whether it was pushed, nobody knows.
        Some(Origin {
            introduced: tag_info(oid, raw.data()),
            refs: vec![String::from_utf8_lossy(name).into_owned()],
            ..bare(String::from_utf8_lossy(&path).into_owned(), *id)
        })
    }

    fn reaches(&self, from: u32, wanted: u32) -> bool {
        let mut seen = HashSet::new();
        let mut stack = vec![from];
        while let Some(n) = stack.pop() {
            if n == wanted {
                return true;
            }
            if seen.insert(n) {
                stack.extend(self.graph.parents(n));
            }
        }
        false
    }

    fn head_tree(&self) -> Option<Oid> {
        tree_of(self.git, self.git.head().ok()?.target()?).ok()
    }
}

/// Adds to the stories of the groups what a commit, perhaps a merge, changed on one path.
fn tell(
    groups_of: &IdMap<Vec<usize>>,
    stories: &mut [BTreeMap<Vec<u8>, Story>],
    (n, merge): (u32, bool),
    change: &Change<'_>,
) {
    let of = |id: &Oid| groups_of.get(id).map_or(&[][..], Vec::as_slice);
    let now: &[usize] = change.new.as_ref().map_or(&[], of);
    let known: BTreeSet<usize> = change.olds.iter().flat_map(of).copied().collect();
    for group in now.iter().filter(|group| !known.contains(group)) {
        let story = stories[*group].entry(change.path.to_vec()).or_default();
        story.introduced = story.introduced.or(change.new.map(|id| (n, id)));
        story.removed = None;
    }
    for group in known.into_iter().filter(|group| !now.contains(group)) {
        let Some(story) = stories[group].get_mut(change.path) else { continue };
        // A merge drops what one side has dropped before; what no commit before it dropped, it drops itself.
        if !merge || story.removed.is_none() {
            story.removed = Some(n);
        }
    }
}

/// What to call a note, whose path is the id of the object that it is on, in pieces (git-notes(1)); `None` for a file.
fn note_on(origin: &Origin) -> Option<String> {
    let noted = !origin.refs.is_empty() && origin.refs.iter().all(|name| name.starts_with("notes/"));
    let id = origin.path.replace('/', "");
    let whole = matches!(id.len(), 40 | 64) && id.bytes().all(|b| b.is_ascii_hexdigit());
    (noted && whole).then(|| format!("note on {id}"))
}

/// An origin of which no more is known than where it stands.
pub(super) fn bare(path: String, blob: ObjectId) -> Origin {
    let (introduced, removed, refs) = (None, None, Vec::new());
    Origin { path, blob, introduced, removed, in_head: false, refs, pushed: None, link: None }
}

/// The trees of a commit's parents, those outside the graph included if wanted.
pub(super) fn parent_trees(git: &Repository, graph: &Graph, n: u32, outside: bool) -> Vec<Oid> {
    if !outside {
        return graph.parents(n).iter().map(|p| graph.tree(*p)).collect();
    }
    let Ok(commit) = git.find_commit(graph.id(n)) else { return Vec::new() };
    commit.parents().map(|parent| parent.tree_id()).collect()
}
