//! Commits and their parents, in memory.
//!
//! In flow tips; out flows who descends from whom, oldest first. It reads commits and tags only, and says
//! which of them are missing.

use std::fs;
use std::sync::Arc;

use git2::{ObjectType, Odb, Oid, Repository};

use super::super::super::source::SourceError;
use super::super::commit::{self, Commit};
use super::super::ids::IdSet;
use super::super::pack::Store;
use super::super::repo::{intact, parse_id, trouble};
use super::links::{Link, Links};
use super::numbered::{Ids, Places};

/// A list of commits for every commit, one after the other.
#[derive(Debug, Default)]
pub(in super::super) struct Lists {
    /// Where each list ends.
    ends: Vec<u32>,
    all: Vec<u32>,
}

impl Lists {
    /// The list of a commit.
    pub(in super::super) fn of(&self, n: u32) -> &[u32] {
        let from = n.checked_sub(1).map_or(0, |before| self.ends[before as usize]);
        &self.all[from as usize..self.ends[n as usize] as usize]
    }
}

/// All commits that some tips reach.
#[derive(Debug, Default)]
pub(in super::super) struct Graph {
    ids: Ids,
    trees: Ids,
    times: Vec<i64>,
    parents: Lists,
    numbers: Places,
    /// Annotated tags on the way from a ref to a commit.
    pub(in super::super) tags: Vec<Oid>,
    /// Blobs and trees that a ref names directly.
    pub(in super::super) others: Vec<Oid>,
    /// What could not be read.
    pub(in super::super) missing: Vec<SourceError>,
}

impl Graph {
    /// The commits that `tips` reach and `hidden` do not.
    pub(in super::super) fn load(
        git: &Repository,
        tips: &[Oid],
        hidden: &[Oid],
    ) -> Result<Self, SourceError> {
        let odb = git.odb().map_err(|error| trouble("objects", &error))?;
        let shallow = shallow_commits(git);
        let mut read = |id| read_link(git, &odb, id);
        let mut hide = Self::default();
        if !hidden.is_empty() {
            hide.walk(hidden, &shallow, &Places::default(), &mut read);
        }
        let mut graph = Self::default();
        graph.walk(tips, &shallow, &hide.numbers, &mut read);
        Ok(graph)
    }

    /// The commits that `tips` reach, taken from the `links` of `store` as far as they are known there.
    pub(in super::super) fn from_links(
        git: &Repository,
        tips: &[Oid],
        (store, links): (&Arc<Store>, &Links),
    ) -> Result<Self, SourceError> {
        let odb = git.odb().map_err(|error| trouble("objects", &error))?;
        let mut read = |id| links.get(store, id).map_or_else(|| read_link(git, &odb, id), Ok);
        let mut graph = Self::of(Some(store));
        graph.walk(tips, &shallow_commits(git), &Places::default(), &mut read);
        Ok(graph)
    }

    /// No commits, in the numbers of a store if there is one.
    fn of(store: Option<&Arc<Store>>) -> Self {
        Self { ids: Ids::of(store), trees: Ids::of(store), numbers: Places::of(store), ..Self::default() }
    }

    fn walk(
        &mut self,
        tips: &[Oid],
        shallow: &IdSet,
        hidden: &Places,
        read: &mut dyn FnMut(Oid) -> Result<Link, SourceError>,
    ) {
        let (mut found, mut ends) = (self.ids.another(), Vec::new());
        // Commits are known by their numbers; this is the rest.
        let mut seen: IdSet = IdSet::default();
        let mut stack: Vec<Oid> = tips.iter().rev().copied().collect();
        while let Some(id) = stack.pop() {
            if hidden.get(&id).is_some() || self.numbers.get(&id).is_some() || seen.contains(&id) {
                continue;
            }
            let link = read(id);
            if !matches!(link, Ok(Link::Commit { .. })) {
                seen.insert(id);
            }
            match link {
                Err(error) => self.missing.push(error),
                Ok(Link::Commit { tree, parents, time }) => {
                    let parents = if shallow.contains(&id) { Vec::new() } else { parents };
                    stack.extend(parents.iter().rev());
                    self.numbers.insert(id, self.ids.len() as u32);
                    self.ids.push(id);
                    self.trees.push(tree);
                    self.times.push(time);
                    parents.into_iter().for_each(|parent| found.push(parent));
                    ends.push(found.len() as u32);
                }
                Ok(Link::Tag(target)) => {
                    self.tags.push(id);
                    stack.push(target);
                }
                Ok(Link::Other) => self.others.push(id),
            }
        }
        let mut from = 0;
        for end in ends {
            let known = (from..end).filter_map(|n| self.numbers.get(&found.get(n as usize)));
            self.parents.all.extend(known);
            self.parents.ends.push(self.parents.all.len() as u32);
            from = end;
        }
    }

    /// How many commits.
    pub(in super::super) fn len(&self) -> usize {
        self.ids.len()
    }

    /// The id of a commit.
    pub(in super::super) fn id(&self, n: u32) -> Oid {
        self.ids.get(n as usize)
    }

    /// The root tree of a commit.
    pub(in super::super) fn tree(&self, n: u32) -> Oid {
        self.trees.get(n as usize)
    }

    /// When it was committed.
    pub(in super::super) fn time(&self, n: u32) -> i64 {
        self.times[n as usize]
    }

    /// The parents of a commit that belong to the graph.
    pub(in super::super) fn parents(&self, n: u32) -> &[u32] {
        self.parents.of(n)
    }

    /// The number of a commit.
    pub(in super::super) fn number(&self, id: Oid) -> Option<u32> {
        self.numbers.get(&id)
    }

    /// All commits, every parent before its children, and the older first where that leaves a choice.
    pub(in super::super) fn oldest_first(&self) -> Vec<u32> {
        let mut waiting: Vec<u32> = (0..self.len() as u32).map(|n| self.parents(n).len() as u32).collect();
        let children = self.children();
        let key = |n: u32| std::cmp::Reverse((self.times[n as usize], self.ids.get(n as usize), n));
        let ready = (0..self.ids.len() as u32).filter(|n| waiting[*n as usize] == 0);
        let mut heap: std::collections::BinaryHeap<_> = ready.map(key).collect();
        let mut order = Vec::with_capacity(self.ids.len());
        while let Some(std::cmp::Reverse((_, _, n))) = heap.pop() {
            order.push(n);
            for child in children.of(n) {
                waiting[*child as usize] -= 1;
                if waiting[*child as usize] == 0 {
                    heap.push(key(*child));
                }
            }
        }
        order
    }

    /// The commits that descend from `n`, itself among them.
    pub(in super::super) fn descendants(&self, n: u32, children: &Lists) -> Vec<bool> {
        let mut marked = vec![false; self.ids.len()];
        let mut stack = vec![n];
        while let Some(n) = stack.pop() {
            if !std::mem::replace(&mut marked[n as usize], true) {
                stack.extend(children.of(n));
            }
        }
        marked
    }

    /// The children of every commit.
    pub(in super::super) fn children(&self) -> Lists {
        let mut ends = vec![0; self.len()];
        self.parents.all.iter().for_each(|parent| ends[*parent as usize] += 1);
        let mut sum = 0;
        for end in &mut ends {
            sum += *end;
            *end = sum - *end;
        }
        // Each list is filled from its start, which so becomes its end.
        let mut all = vec![0; self.parents.all.len()];
        for n in 0..self.len() as u32 {
            for parent in self.parents(n) {
                let end = &mut ends[*parent as usize];
                all[*end as usize] = n;
                *end += 1;
            }
        }
        Lists { ends, all }
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
pub(in super::super) fn shallow_commits(git: &Repository) -> IdSet {
    let text = fs::read_to_string(git.commondir().join("shallow")).unwrap_or_default();
    text.lines().filter_map(|line| parse_id(line.trim())).collect()
}
