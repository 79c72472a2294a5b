//! Commits and their parents, in memory.
//!
//! In flow tips; out flows who descends from whom, oldest first. It reads commits and tags only, and says
//! which of them are missing.

use std::cmp::Ordering;
use std::fs;
use std::sync::Arc;

use git2::{ObjectType, Odb, Oid, Repository};

use super::super::super::source::SourceError;
use super::super::commit::{self, Commit};
use super::super::ids::IdSet;
use super::super::pack::Store;
use super::super::repo::{intact, oid, parse_id, trouble};
use super::links::{Commit as Numbered, Link, Links};
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

/// A commit whose parents have all been told. The oldest is the greatest, so that a heap gives it first; of those of the
/// same second the id decides, which stays the same however the store is packed.
struct Waiting<'g> {
    graph: &'g Graph,
    n: u32,
}

impl Ord for Waiting<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let times = other.graph.time(other.n).cmp(&self.graph.time(self.n));
        times.then_with(|| other.graph.id(other.n).cmp(&self.graph.id(self.n)))
    }
}

impl PartialOrd for Waiting<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Waiting<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.n == other.n
    }
}

impl Eq for Waiting<'_> {}

/// What is to be walked to: by its number in the store where that is known.
#[derive(Debug, Clone, Copy)]
enum Step {
    Id(Oid),
    Number(u32),
}

/// What is known of commits before they are walked to.
#[derive(Default)]
struct Known<'a> {
    /// Those that do not count.
    hidden: Places,
    /// Those of a store.
    links: Option<(&'a Store, &'a Links)>,
    /// Those whose parents do not count.
    shallow: IdSet,
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
        let mut known = Known { shallow: shallow_commits(git), ..Known::default() };
        let mut read = |id| read_link(git, &odb, id);
        if !hidden.is_empty() {
            let mut hide = Self::default();
            hide.walk(hidden, &known, &mut read);
            known.hidden = hide.numbers;
        }
        let mut graph = Self::default();
        graph.walk(tips, &known, &mut read);
        Ok(graph)
    }

    /// The commits that `tips` reach, taken from the `links` of `store` as far as they are known there.
    pub(in super::super) fn from_links(
        git: &Repository,
        tips: &[Oid],
        (store, links): (&Arc<Store>, &Links),
    ) -> Result<Self, SourceError> {
        let odb = git.odb().map_err(|error| trouble("objects", &error))?;
        let mut read = |id| links.other(id).map_or_else(|| read_link(git, &odb, id), Ok);
        let mut graph = Self::of(Some(store));
        let (links, shallow) = (Some((&**store, links)), shallow_commits(git));
        graph.walk(tips, &Known { links, shallow, ..Known::default() }, &mut read);
        Ok(graph)
    }

    /// No commits, in the numbers of a store if there is one.
    fn of(store: Option<&Arc<Store>>) -> Self {
        Self { ids: Ids::of(store), trees: Ids::of(store), numbers: Places::of(store), ..Self::default() }
    }

    fn walk(
        &mut self,
        tips: &[Oid],
        known: &Known<'_>,
        read: &mut dyn FnMut(Oid) -> Result<Link, SourceError>,
    ) {
        let (mut found, mut ends) = (self.ids.another(), Vec::new());
        // Commits are known by their numbers; this is the rest.
        let mut seen: IdSet = IdSet::default();
        let mut stack: Vec<Step> = tips.iter().rev().map(|id| Step::Id(*id)).collect();
        while let Some(step) = stack.pop() {
            if let Some(commit) = known.commit(step) {
                if self.numbers.of_number(commit.number).is_none() {
                    stack.extend(commit.parents.iter().rev().map(|parent| Step::Number(*parent)));
                    self.take(&commit);
                    commit.parents.iter().for_each(|parent| found.push_number(*parent));
                    ends.push(found.len() as u32);
                }
                continue;
            }
            let Some(id) = known.id(step) else { continue };
            if known.hidden.get(&id).is_some() || self.numbers.get(&id).is_some() || seen.contains(&id) {
                continue;
            }
            let link = read(id);
            if !matches!(link, Ok(Link::Commit { .. })) {
                seen.insert(id);
            }
            match link {
                Err(error) => self.missing.push(error),
                Ok(Link::Commit { tree, parents, time }) => {
                    let parents = if known.shallow.contains(&id) { Vec::new() } else { parents };
                    stack.extend(parents.iter().rev().map(|parent| Step::Id(*parent)));
                    self.numbers.insert(id, self.ids.len() as u32);
                    self.ids.push(id);
                    self.trees.push(tree);
                    self.times.push(time);
                    parents.into_iter().for_each(|parent| found.push(parent));
                    ends.push(found.len() as u32);
                }
                Ok(Link::Tag(target)) => {
                    self.tags.push(id);
                    stack.push(Step::Id(target));
                }
                Ok(Link::Other) => self.others.push(id),
            }
        }
        self.join(&found, &ends);
    }

    /// Takes a commit in whose number is known.
    fn take(&mut self, commit: &Numbered<'_>) {
        self.numbers.insert_number(commit.number, self.ids.len() as u32);
        self.ids.push_number(commit.number);
        self.trees.push_number(commit.tree);
        self.times.push(commit.time);
    }

    /// Notes the parents of every commit, as far as they belong to the graph; `found` has those of all, one list after
    /// the other, and `ends` says where each ends.
    fn join(&mut self, found: &Ids, ends: &[u32]) {
        let mut from = 0;
        for end in ends {
            let place = |n: u32| match found.number(n as usize) {
                Some(number) => self.numbers.of_number(number),
                None => self.numbers.get(&found.get(n as usize)),
            };
            self.parents.all.extend((from..*end).filter_map(place));
            self.parents.ends.push(self.parents.all.len() as u32);
            from = *end;
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

    /// The number in the store of the root tree of a commit; `None` if there is no store or it does not hold it.
    pub(in super::super) fn tree_number(&self, n: u32) -> Option<u32> {
        self.trees.number(n as usize)
    }

    /// Root trees that the store does not hold.
    pub(in super::super) fn absent_trees(&self) -> &[Oid] {
        self.trees.others()
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
        let key = |n: u32| Waiting { graph: self, n };
        let ready = (0..self.ids.len() as u32).filter(|n| waiting[*n as usize] == 0);
        let mut heap: std::collections::BinaryHeap<_> = ready.map(key).collect();
        let mut order = Vec::with_capacity(self.ids.len());
        while let Some(Waiting { n, .. }) = heap.pop() {
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

impl Known<'_> {
    /// The commit that a step leads to, if the links hold all of it.
    fn commit(&self, step: Step) -> Option<Numbered<'_>> {
        let (store, links) = self.links?;
        let number = match step {
            Step::Number(number) => number,
            Step::Id(id) => store.number(id.as_bytes())?,
        };
        let cut = || store.id(number).and_then(|id| oid(&id)).is_some_and(|id| self.shallow.contains(&id));
        let commit = links.commit(number)?;
        let parents = if self.shallow.is_empty() || !cut() { commit.parents } else { &[] };
        Some(Numbered { parents, ..commit })
    }

    fn id(&self, step: Step) -> Option<Oid> {
        match step {
            Step::Id(id) => Some(id),
            Step::Number(number) => oid(&self.links?.0.id(number)?),
        }
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
