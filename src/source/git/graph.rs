//! Commits and their parents, in memory.
//!
//! In flow tips; out flows who descends from whom, oldest first. It reads commits and tags only, and says
//! which of them are missing.

use std::fs;

use git2::{ObjectType, Odb, Oid, Repository};

use super::super::source::SourceError;
use super::commit::{self, Commit};
use super::ids::{IdMap, IdSet};
use super::repo::{intact, parse_id, trouble};

/// Where an object leads.
#[derive(Debug, Clone)]
pub(super) enum Link {
    /// A commit.
    Commit {
        /// Its root tree.
        tree: Oid,
        /// Its parents, in order.
        parents: Vec<Oid>,
        /// When it was committed, in seconds since 1970.
        time: i64,
    },
    /// A tag leads to this object.
    Tag(Oid),
    /// A tree or blob.
    Other,
}

/// All commits that some tips reach.
#[derive(Debug, Default)]
pub(super) struct Graph {
    ids: Vec<Oid>,
    trees: Vec<Oid>,
    times: Vec<i64>,
    parents: Vec<Vec<u32>>,
    numbers: IdMap<u32>,
    /// Annotated tags on the way from a ref to a commit.
    pub(super) tags: Vec<Oid>,
    /// Blobs and trees that a ref names directly.
    pub(super) others: Vec<Oid>,
    /// What could not be read.
    pub(super) missing: Vec<SourceError>,
}

impl Graph {
    /// The commits that `tips` reach and `hidden` do not.
    pub(super) fn load(git: &Repository, tips: &[Oid], hidden: &[Oid]) -> Result<Self, SourceError> {
        let odb = git.odb().map_err(|error| trouble("objects", &error))?;
        let shallow = shallow_commits(git);
        let mut read = |id| read_link(git, &odb, id);
        let mut hide = Self::default();
        if !hidden.is_empty() {
            hide.walk(hidden, &shallow, &IdMap::default(), &mut read);
        }
        let mut graph = Self::default();
        graph.walk(tips, &shallow, &hide.numbers, &mut read);
        Ok(graph)
    }

    /// The commits that `tips` reach, taken from `links` as far as they are known there.
    pub(super) fn from_links(
        git: &Repository,
        tips: &[Oid],
        mut links: IdMap<Link>,
    ) -> Result<Self, SourceError> {
        let odb = git.odb().map_err(|error| trouble("objects", &error))?;
        let mut read = |id| links.remove(&id).map_or_else(|| read_link(git, &odb, id), Ok);
        let mut graph = Self::default();
        graph.walk(tips, &shallow_commits(git), &IdMap::default(), &mut read);
        Ok(graph)
    }

    fn walk(
        &mut self,
        tips: &[Oid],
        shallow: &IdSet,
        hidden: &IdMap<u32>,
        read: &mut dyn FnMut(Oid) -> Result<Link, SourceError>,
    ) {
        let mut found: Vec<Vec<Oid>> = Vec::new();
        let mut seen: IdSet = IdSet::default();
        let mut stack: Vec<Oid> = tips.iter().rev().copied().collect();
        while let Some(id) = stack.pop() {
            if hidden.contains_key(&id) || !seen.insert(id) {
                continue;
            }
            match read(id) {
                Err(error) => self.missing.push(error),
                Ok(Link::Commit { tree, parents, time }) => {
                    let parents = if shallow.contains(&id) { Vec::new() } else { parents };
                    stack.extend(parents.iter().rev());
                    self.numbers.insert(id, self.ids.len() as u32);
                    self.ids.push(id);
                    self.trees.push(tree);
                    self.times.push(time);
                    found.push(parents);
                }
                Ok(Link::Tag(target)) => {
                    self.tags.push(id);
                    stack.push(target);
                }
                Ok(Link::Other) => self.others.push(id),
            }
        }
        let number = |ids: &Vec<Oid>| ids.iter().filter_map(|id| self.numbers.get(id).copied()).collect();
        self.parents = found.iter().map(number).collect();
    }

    /// How many commits.
    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    /// The id of a commit.
    pub(super) fn id(&self, n: u32) -> Oid {
        self.ids[n as usize]
    }

    /// The root tree of a commit.
    pub(super) fn tree(&self, n: u32) -> Oid {
        self.trees[n as usize]
    }

    /// When it was committed.
    pub(super) fn time(&self, n: u32) -> i64 {
        self.times[n as usize]
    }

    /// The parents of a commit that belong to the graph.
    pub(super) fn parents(&self, n: u32) -> &[u32] {
        &self.parents[n as usize]
    }

    /// The number of a commit.
    pub(super) fn number(&self, id: Oid) -> Option<u32> {
        self.numbers.get(&id).copied()
    }

    /// All commits, every parent before its children, and the older first where that leaves a choice.
    pub(super) fn oldest_first(&self) -> Vec<u32> {
        let mut waiting: Vec<u32> = self.parents.iter().map(|p| p.len() as u32).collect();
        let children = self.children();
        let key = |n: u32| std::cmp::Reverse((self.times[n as usize], self.ids[n as usize], n));
        let ready = (0..self.ids.len() as u32).filter(|n| waiting[*n as usize] == 0);
        let mut heap: std::collections::BinaryHeap<_> = ready.map(key).collect();
        let mut order = Vec::with_capacity(self.ids.len());
        while let Some(std::cmp::Reverse((_, _, n))) = heap.pop() {
            order.push(n);
            for child in &children[n as usize] {
                waiting[*child as usize] -= 1;
                if waiting[*child as usize] == 0 {
                    heap.push(key(*child));
                }
            }
        }
        order
    }

    /// The commits that descend from `n`, itself among them.
    pub(super) fn descendants(&self, n: u32, children: &[Vec<u32>]) -> Vec<bool> {
        let mut marked = vec![false; self.ids.len()];
        let mut stack = vec![n];
        while let Some(n) = stack.pop() {
            if !std::mem::replace(&mut marked[n as usize], true) {
                stack.extend(&children[n as usize]);
            }
        }
        marked
    }

    /// The children of every commit.
    pub(super) fn children(&self) -> Vec<Vec<u32>> {
        let mut children = vec![Vec::new(); self.ids.len()];
        for (n, parents) in self.parents.iter().enumerate() {
            for parent in parents {
                children[*parent as usize].push(n as u32);
            }
        }
        children
    }
}

/// Reads where an object leads.
fn read_link(git: &Repository, odb: &Odb<'_>, id: Oid) -> Result<Link, SourceError> {
    intact(git, id)?;
    let object = odb.read(id).map_err(|error| trouble(format!("object {id}"), &error))?;
    let link = match object.kind() {
        ObjectType::Commit => Commit::parse(object.data()).map(|commit| Link::Commit {
            tree: commit.tree,
            time: commit.time(),
            parents: commit.parents,
        }),
        ObjectType::Tag => commit::tag(object.data()).map(|(target, _)| Link::Tag(target)),
        _ => Some(Link::Other),
    };
    link.ok_or_else(|| SourceError::new(format!("object {id}"), "it is damaged"))
}

/// The commits at which a shallow clone ends (gitrepository-layout, "shallow").
pub(super) fn shallow_commits(git: &Repository) -> IdSet {
    let text = fs::read_to_string(git.commondir().join("shallow")).unwrap_or_default();
    text.lines().filter_map(|line| parse_id(line.trim())).collect()
}
