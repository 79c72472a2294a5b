//! The commits of a range: what is about to be pushed, what a pull request adds.
//!
//! In flow tips and what to leave out; out flow every blob that one of the commits introduced, the results
//! of merges among them, and the messages. What stood there before the range is told apart as "before".

use std::collections::HashSet;
use std::path::Path;
use std::sync::Mutex;

use git2::{Oid, Repository};

use super::super::origin::Origin;
use super::super::source::{Coverage, Item, Source, SourceError};
use super::attribution::{Attribution, parent_trees};
use super::commit::Commit;
use super::emit::Emitter;
use super::graph::{Graph, shallow_commits};
use super::ids::IdSet;
use super::named::{self, Named};
use super::read::{self, Wanted};
use super::repo::{Extent, Repo, left_out, object_id, parse_id, revision, trouble};
use super::scope;
use super::trees::{Change, Compare};
use super::when;
use crate::blob::ObjectId;

/// Commits of a repository and what they introduced.
#[derive(Debug)]
pub struct Range {
    repo: Repo,
    tips: Vec<Oid>,
    hidden: Vec<Oid>,
    /// Only commits from this time on, in seconds since 1970.
    from: Option<i64>,
    /// Names of refs that belong to the scan.
    names: Vec<String>,
    /// Nothing of it has been pushed unless a remote-tracking branch says so.
    leaving: bool,
    scope: String,
    extent: Extent,
    state: Mutex<State>,
}

/// What one run learns and later questions need.
#[derive(Debug, Default)]
struct State {
    graph: Graph,
    before: Vec<Wanted>,
}

/// What the commits introduced.
#[derive(Default)]
struct Introduced {
    blobs: Vec<Wanted>,
    names: Vec<String>,
    seen: IdSet,
    named: HashSet<Vec<u8>>,
    olds: Vec<Oid>,
    submodules: Vec<String>,
    left_out: HashSet<Vec<u8>>,
}

impl Range {
    /// The commits that `spec` means: `A..B`, `A...B` (what B has since it left A), or one name, which means
    /// everything it reaches. An empty side is HEAD.
    ///
    /// # Errors
    /// There is no repository, or a name means no commit.
    pub fn open(path: &Path, spec: &str) -> Result<Self, SourceError> {
        let (repo, git) = Repo::at(path)?;
        let side = |name: &str| revision(&git, if name.is_empty() { "HEAD" } else { name });
        let (tips, hidden) = if let Some((a, b)) = spec.split_once("...") {
            let (a, b) = (side(a)?, side(b)?);
            match git.merge_base(a, b) {
                Ok(base) => (vec![b], vec![base]),
                Err(_) => (vec![b], Vec::new()),
            }
        } else if let Some((a, b)) = spec.split_once("..") {
            let zero = a.len() >= 40 && a.bytes().all(|c| c == b'0');
            (vec![side(b)?], if zero { Vec::new() } else { vec![side(a)?] })
        } else {
            (vec![revision(&git, spec)?], Vec::new())
        };
        Ok(Self::of(repo, tips, hidden, spec))
    }

    /// The commits since a name (`REF..HEAD`) or a date (of all refs).
    ///
    /// # Errors
    /// There is no repository, or `since` is neither a name nor a date.
    pub fn since(path: &Path, since: &str) -> Result<Self, SourceError> {
        let (repo, git) = Repo::at(path)?;
        match (revision(&git, since), when::parse(since)) {
            (Ok(id), _) => {
                Ok(Self::of(repo, vec![revision(&git, "HEAD")?], vec![id], &format!("{since}..HEAD")))
            }
            (Err(_), Some(time)) => {
                let (mut tips, names) = (tips_of(&git, |_| true)?, named::refs(&git, |_| true)?);
                tips.extend(git.head().ok().and_then(|head| head.target()));
                tips.extend(scope::of_work_trees(&git));
                let scope = format!("commits since {}", when::iso(time, 0));
                Ok(Self { from: Some(time), names, ..Self::of(repo, tips, Vec::new(), &scope) })
            }
            (Err(error), None) => {
                let problem = format!("is no date, and as a name: {}", error.problem);
                let advice = format!(
                    "dates are written 2024-05-01, '2024-05-01 14:00' or '2 weeks ago'; {}",
                    error.advice
                );
                Err(SourceError::new(since, problem).advise(advice))
            }
        }
    }

    /// The commits of local branches and tags that are on no remote-tracking branch.
    ///
    /// # Errors
    /// There is no repository, or its refs cannot be read.
    pub fn unpushed(path: &Path) -> Result<Self, SourceError> {
        let (repo, git) = Repo::at(path)?;
        let local = |name: &str| name.starts_with("refs/heads/") || name.starts_with("refs/tags/");
        let mut tips = tips_of(&git, local)?;
        tips.extend(git.head().ok().and_then(|head| head.target()));
        tips.extend(scope::of_work_trees(&git));
        let hidden = tips_of(&git, |name| name.starts_with("refs/remotes/"))?;
        let remote = named::refs(&git, |name| name.starts_with("refs/remotes/"))?;
        let names = named::refs(&git, |name| local(name) && !named::is_on(&remote, name))?;
        Ok(Self { names, ..Self::of(repo, tips, hidden, "commits on no remote branch") })
    }

    /// What `tips` reach and `hidden` do not, all given as full ids; of `hidden` those that are not here are
    /// left aside. For hooks: git tells them ids.
    ///
    /// # Errors
    /// There is no repository, or a tip is no id.
    pub fn commits(path: &Path, tips: &[&str], hidden: &[&str], scope: &str) -> Result<Self, SourceError> {
        let (repo, git) = Repo::at(path)?;
        let id = |text: &&str| {
            parse_id(text).ok_or_else(|| SourceError::new(*text, "is not the whole id of a commit"))
        };
        let tips = tips.iter().map(id).collect::<Result<Vec<_>, _>>()?;
        let known = |id: &Oid| git.odb().is_ok_and(|odb| odb.exists(*id));
        let hidden: Vec<Oid> = hidden.iter().filter_map(|text| id(text).ok()).filter(known).collect();
        repo.keep(git);
        Ok(Self::of(repo, tips, hidden, scope))
    }

    fn of(repo: Repo, tips: Vec<Oid>, hidden: Vec<Oid>, scope: &str) -> Self {
        let (extent, names, state) = (Extent::default(), Vec::new(), Mutex::default());
        Self { repo, tips, hidden, from: None, names, leaving: false, scope: scope.to_owned(), extent, state }
    }

    /// Keeps to these paths and threads.
    #[must_use]
    pub fn within(self, extent: Extent) -> Self {
        Self { extent, ..self }
    }

    /// Says that the commits are only about to leave: what no remote-tracking branch holds is not pushed yet, even in a
    /// clone that has no such branch.
    #[must_use]
    pub fn leaving(self) -> Self {
        Self { leaving: true, ..self }
    }

    /// Scans the names of these refs, too (`refs/heads/main`).
    #[must_use]
    pub fn named(self, names: Vec<String>) -> Self {
        Self { names, ..self }
    }

    fn unless_pushed(&self, answers: &mut [Vec<Origin>]) {
        for origin in answers.iter_mut().flatten().filter(|_| self.leaving) {
            origin.pushed = origin.pushed.or(Some(false));
        }
    }

    fn coverage(&self) -> Coverage {
        Coverage { kind: "range", scope: self.scope.clone(), ..Coverage::default() }
    }

    fn read(&self, sink: &(dyn Fn(Item<'_>) + Sync)) -> Result<Coverage, SourceError> {
        let git = self.repo.open()?;
        let graph = Graph::load(&git, &self.tips, &self.hidden)?;
        let emitter = Emitter::new(git.commondir(), sink);
        graph.missing.iter().for_each(|error| emitter.trouble(error.clone()));
        let mut found = Introduced::default();
        let shallow = shallow_commits(&git);
        let mut commits = 0;
        for n in graph.oldest_first() {
            if self.from.is_some_and(|from| graph.time(n) < from) {
                continue;
            }
            commits += 1;
            if shallow.contains(&graph.id(n)) {
                emitter.trouble(shallow_end(graph.id(n)));
            }
            self.commit(&git, &graph, n, (&mut found, &emitter))?;
        }
        for tag in &graph.tags {
            push_message(&git, *tag, &emitter);
        }
        found.submodules.sort();
        found.submodules.dedup();
        for path in &found.submodules {
            emitter.skipped(path, "is a submodule, a repository of its own: run `skout git` in it");
        }
        for name in found.names.iter().chain(&self.names) {
            emitter.name(name, None);
        }
        for id in &graph.others {
            self.named_object(&git, *id, &mut found)?;
        }
        read::push_all(&self.repo, &git, &found.blobs, &emitter, self.extent.jobs);
        let (blobs, bytes) = emitter.counts();
        let coverage = Coverage {
            commits,
            blobs,
            bytes,
            scope: format!("{}{}", self.scope, left_out(found.left_out.len())),
            nothing_to_do: commits == 0
                && found.blobs.is_empty()
                && graph.missing.is_empty()
                && self.names.is_empty(),
            ..self.coverage()
        };
        found.olds.retain(|id| !found.seen.contains(id));
        found.olds.sort_unstable();
        found.olds.dedup();
        let before = found.olds.into_iter().map(|id| Wanted { id, path: String::new() }).collect();
        *self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = State { graph, before };
        Ok(coverage)
    }

    /// Gathers what a tag leads to that is no commit: a file, or a whole folder.
    fn named_object(&self, git: &Repository, id: Oid, found: &mut Introduced) -> Result<(), SourceError> {
        if git.find_tree(id).is_err() {
            found.blobs.push(Wanted { id, path: String::new() });
            return Ok(());
        }
        Compare::new(git).run(Some(id), &[], &mut |change| self.gather(&change, found))
    }

    /// Gathers what one commit introduced, and pushes its message.
    fn commit(
        &self,
        git: &Repository,
        graph: &Graph,
        n: u32,
        (found, emitter): (&mut Introduced, &Emitter<'_>),
    ) -> Result<(), SourceError> {
        push_message(git, graph.id(n), emitter);
        let parents = parent_trees(git, graph, n, true);
        Compare::new(git).run(Some(graph.tree(n)), &parents, &mut |change| self.gather(&change, found))
    }

    /// Notes one path that differs.
    fn gather(&self, change: &Change<'_>, found: &mut Introduced) {
        found.olds.extend(&change.olds);
        let Some(id) = change.new else { return };
        let path = String::from_utf8_lossy(change.path).into_owned();
        if !self.extent.admits(&path) {
            found.left_out.insert(change.path.to_vec());
            return;
        }
        if change.olds.is_empty() && found.named.insert(change.path.to_vec()) {
            found.names.push(path.clone());
        }
        if change.submodule {
            found.submodules.push(path);
        } else if !change.olds.contains(&id) && found.seen.insert(id) {
            found.blobs.push(Wanted { id, path });
        }
    }
}

impl Source for Range {
    fn each(&self, sink: &(dyn Fn(Item<'_>) + Sync)) -> Coverage {
        self.read(sink).unwrap_or_else(|error| {
            sink(Item::Trouble(error));
            self.coverage()
        })
    }

    fn attribute(&self, groups: &[Vec<ObjectId>]) -> Result<Vec<Vec<Origin>>, SourceError> {
        let git = self.repo.open()?;
        let state = self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut answers = Attribution::new(&git, &state.graph, true).answer(groups)?;
        self.unless_pushed(&mut answers);
        Ok(answers)
    }

    fn attribute_names(&self, names: &[String]) -> Result<Option<Vec<Vec<Origin>>>, SourceError> {
        let git = self.repo.open()?;
        let state = self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut answers = Named::new(&git, &state.graph, true).answer(names)?;
        self.unless_pushed(&mut answers);
        Ok(Some(answers))
    }

    fn before(&self, sink: &(dyn Fn(Item<'_>) + Sync)) {
        let state = self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        read::push_listed(&self.repo, &state.before, sink, self.extent.jobs);
    }
}

/// What the refs that `wanted` names lead to, tags not yet peeled, each once.
pub(super) fn tips_of(git: &Repository, wanted: impl Fn(&str) -> bool) -> Result<Vec<Oid>, SourceError> {
    let mut tips = tips_by_ref(git, wanted)?;
    tips.sort_unstable();
    tips.dedup();
    Ok(tips)
}

/// The same, one for each ref.
pub(super) fn tips_by_ref(git: &Repository, wanted: impl Fn(&str) -> bool) -> Result<Vec<Oid>, SourceError> {
    let refs = git.references().map_err(|error| trouble("the refs", &error))?;
    let mut tips = Vec::new();
    for reference in refs {
        let reference = reference.map_err(|error| trouble("the refs", &error))?;
        if wanted(&String::from_utf8_lossy(reference.name_bytes())) {
            tips.extend(reference.target());
        }
    }
    Ok(tips)
}

/// Pushes the message of a commit or tag.
pub(super) fn push_message(git: &Repository, id: Oid, emitter: &Emitter<'_>) {
    let place = || format!("object {id}");
    let read = git.odb().and_then(|odb| {
        let object = odb.read(id)?;
        let message = match object.kind() {
            git2::ObjectType::Commit => Commit::parse(object.data()).map(|c| ("commit message", c.message)),
            _ => super::commit::tag(object.data()).map(|(_, message)| ("tag message", message)),
        };
        match (message, object_id(id)) {
            (Some((path, message)), Some(id)) => {
                emitter.message(path, message, id);
            }
            _ => emitter.trouble(SourceError::new(place(), "is damaged")),
        }
        Ok(())
    });
    if let Err(error) = read {
        emitter.trouble(trouble(place(), &error));
    }
}

/// The history ends at a commit whose parents a shallow clone has not fetched.
pub(super) fn shallow_end(id: Oid) -> SourceError {
    SourceError::new(
        format!("commit {id}"),
        "the history ends here because this is a shallow clone; older commits were not read",
    )
    .advise("fetch the rest with `git fetch --unshallow`; in CI set `fetch-depth: 0`")
}
