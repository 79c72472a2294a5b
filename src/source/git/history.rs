//! A whole history: every object of every ref, each read once.
//!
//! In flow options; out flow blobs, messages and names. Paths are not known while reading; attribution
//! answers for those blobs in which something was found.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use git2::{ErrorCode, Oid, Repository};

use super::super::origin::Origin;
use super::super::source::{Coverage, Item, Source, SourceError};
use super::attribution::{Attribution, bare};
use super::cache::Cache;
use super::emit::Emitter;
use super::graph::{Graph, shallow_commits};
use super::ids::IdSet;
use super::ledger::{self, Ledger};
use super::missing::{is_partial, lacking, submodules};
use super::named::{self, Named};
use super::odd;
use super::pack::{Kind, Store};
use super::range::{shallow_end, tips_by_ref};
use super::read::{self, Wanted};
use super::reading::Reading;
use super::repo::{Extent, Repo, is_sha1, oid, revision, trouble};
use super::scope;
use super::woods::{Holders, Woods};
use crate::blob::ObjectId;

/// What belongs to a history beside branches and tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Include {
    /// Commits that only a reflog remembers.
    pub reflog: bool,
    /// Objects that nothing reaches any more.
    pub dangling: bool,
    /// Stashes.
    pub stash: bool,
    /// Notes.
    pub notes: bool,
    /// Messages of commits, tags and notes.
    pub messages: bool,
}

impl Default for Include {
    fn default() -> Self {
        Self { reflog: false, dangling: false, stash: true, notes: true, messages: true }
    }
}

/// How to read a history.
#[derive(Debug, Clone, Default)]
pub struct HistoryOptions {
    /// What belongs to it.
    pub include: Include,
    /// Paths and threads.
    pub extent: Extent,
    /// Only what this branch or tag reaches.
    pub branch: Option<String>,
    /// What the rules and settings of this run are known by, so that objects which the same rules found clean
    /// before need not be read again; `None` keeps and uses no cache.
    pub cache_key: Option<[u8; 32]>,
}

/// Everything that ever was in a repository.
#[derive(Debug)]
pub struct History {
    repo: Repo,
    options: HistoryOptions,
    known: Mutex<Known>,
}

/// What reading leaves for attribution.
#[derive(Debug, Default)]
struct Known {
    graph: Graph,
    store: Arc<Store>,
    /// All trees; `None` if not all were read.
    woods: Option<Woods>,
    /// What could not be read.
    troubles: Vec<SourceError>,
    commits: u64,
    /// What the repository was known by when it was read.
    state: Option<String>,
    /// The outcome of the scan, if it may be kept.
    ledger: Option<Ledger>,
    /// Whether the ledger is that of an earlier scan, which has read what this one need not.
    again: bool,
}

impl History {
    /// The history of the repository at or above `path`.
    ///
    /// # Errors
    /// There is no repository, it cannot be opened, or there is no such branch.
    pub fn open(path: &Path, options: HistoryOptions) -> Result<Self, SourceError> {
        let (repo, git) = Repo::at(path)?;
        if let Some(name) = &options.branch {
            revision(&git, name)?;
        }
        repo.keep(git);
        Ok(Self { repo, options, known: Mutex::default() })
    }

    /// Whether a ref belongs to the scan, by its name.
    fn wants(&self, name: &str) -> bool {
        let include = self.options.include;
        (include.stash || name != "refs/stash") && (include.notes || !name.starts_with("refs/notes/"))
    }

    /// The names of refs that belong to the scan.
    fn names(&self, git: &Repository) -> Result<Vec<String>, SourceError> {
        let branch = self.options.branch.as_ref().map(|name| {
            let found = git.resolve_reference_from_short_name(name);
            found.map(|r| String::from_utf8_lossy(r.name_bytes()).into_owned()).unwrap_or_default()
        });
        named::refs(git, |name| branch.as_ref().map_or(self.wants(name), |branch| branch == name))
    }

    /// What the refs that belong to the scan lead to, and how many refs that are.
    fn tips(&self, git: &Repository) -> Result<(Vec<Oid>, usize), SourceError> {
        let include = self.options.include;
        if let Some(name) = &self.options.branch {
            let object = git.revparse_single(name).map_err(|error| trouble(name, &error))?;
            return Ok((vec![object.id()], 1));
        }
        let mut tips = tips_by_ref(git, |name| self.wants(name))?;
        let refs = tips.len();
        tips.extend(scope::of_work_trees(git));
        match git.head() {
            Ok(head) => tips.extend(head.target()),
            Err(error) if error.code() == ErrorCode::UnbornBranch => {}
            Err(error) => {
                return Err(trouble("HEAD", &error).advise("`git status` says whether git can read it"));
            }
        }
        let reflog = |name: &str, tips: &mut Vec<Oid>| {
            let Ok(log) = git.reflog(name) else { return };
            let Ok(odb) = git.odb() else { return };
            let ids = log.iter().flat_map(|e| [e.id_new(), e.id_old()]);
            // What git has pruned since is gone for everybody.
            tips.extend(ids.filter(|id| !id.is_zero() && odb.exists(*id)));
        };
        if include.stash {
            reflog("refs/stash", &mut tips);
        }
        if include.reflog {
            reflog("HEAD", &mut tips);
            for reference in git.references().into_iter().flatten().flatten() {
                if let Ok(name) = reference.name() {
                    reflog(name, &mut tips);
                }
            }
        }
        tips.sort_unstable();
        tips.dedup();
        Ok((tips, refs))
    }

    fn read(&self, sink: &(dyn Fn(Item<'_>) + Sync)) -> Result<Coverage, SourceError> {
        let git = self.repo.open()?;
        let emitter = Emitter::new(git.commondir(), sink);
        let (tips, refs) = self.tips(&git)?;
        for name in self.names(&git)? {
            emitter.name(&name, None);
        }
        let store = Arc::new(self.store(&git));
        store.troubles.iter().for_each(|error| emitter.trouble(error.clone()));
        let state = self.state(&git, &tips, &store);
        let before = state.as_ref().and_then(|(path, state)| Ledger::load(path, state));
        let mut known = if store.odd {
            let what = (&tips[..], self.options.include);
            let graph = odd::read(&self.repo, &git, what, &emitter, self.options.extent.jobs)?;
            Known { commits: graph.len() as u64, graph, store, ..Known::default() }
        } else {
            match before {
                Some(ledger) => self.read_again(store, ledger, &emitter),
                None => self.read_store(&git, &tips, store, &emitter)?,
            }
        };
        known.state = state.map(|(_, state)| state);
        if !known.again {
            known.troubles.extend(known.graph.missing.iter().cloned());
            let shallow = shallow_commits(&git);
            let mut ends: Vec<&Oid> =
                shallow.iter().filter(|id| known.graph.number(**id).is_some()).collect();
            ends.sort_unstable();
            known.troubles.extend(ends.into_iter().map(|id| shallow_end(*id)));
        }
        known.troubles.iter().for_each(|error| emitter.trouble(error.clone()));
        scope::check(&git, (&tips, &known.graph), &self.options, &emitter);
        submodules(&git, &emitter);
        let (blobs, bytes) = emitter.counts();
        let coverage = Coverage {
            scope: match &self.options.branch {
                Some(name) => format!("branch {name}"),
                None if tips.is_empty() => "a repository without a commit".to_owned(),
                None if refs == 0 => "HEAD".to_owned(),
                None if refs == 1 => "1 ref".to_owned(),
                None => format!("{refs} refs"),
            },
            commits: known.commits,
            blobs,
            bytes,
            nothing_to_do: tips.is_empty() && blobs == 0,
            ..self.coverage()
        };
        *self.known.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = known;
        Ok(coverage)
    }

    /// The file of the ledger, and what everything that matters to it is known by now; `None` if none is to be kept.
    fn state(&self, git: &Repository, tips: &[Oid], store: &Store) -> Option<(PathBuf, String)> {
        let key = self.options.cache_key.filter(|_| !self.options.include.dangling)?;
        let options = format!("{key:?} {:?} {:?} {tips:?}", self.options.include, self.options.branch);
        let whole = store.troubles.is_empty() && !store.odd;
        whole.then(|| (Ledger::path(git.commondir(), &key), ledger::state(git, store, &options)))
    }

    /// Reads what an earlier scan found something in.
    fn read_again(&self, store: Arc<Store>, ledger: Ledger, emitter: &Emitter<'_>) -> Known {
        let reading = Reading::new(emitter, &store, self.options.include.messages);
        let clean = |id: &ObjectId| ledger.unclean.binary_search(id).is_err();
        let kinds = [Kind::Blob, Kind::Commit, Kind::Tag];
        store.each(&kinds, &clean, self.options.extent.threads(), &reading);
        emitter.add(ledger.clean.0, ledger.clean.1);
        let (troubles, commits) = (ledger.troubles().collect(), ledger.commits);
        Known { store, troubles, commits, ledger: Some(ledger), again: true, ..Known::default() }
    }

    /// Reads every object of the store, in the order of its packs.
    fn read_store(
        &self,
        git: &Repository,
        tips: &[Oid],
        store: Arc<Store>,
        emitter: &Emitter<'_>,
    ) -> Result<Known, SourceError> {
        let reading = Reading::new(emitter, &store, self.options.include.messages);
        let kinds = [Kind::Blob, Kind::Tree, Kind::Commit, Kind::Tag];
        let mut cache =
            self.options.cache_key.map(|key| Cache::load(git.commondir(), key)).unwrap_or_default();
        if cache.others().any(|id| !store.holds(&id)) {
            cache.forget();
        }
        store.each(&kinds, &|id| cache.is_clean(id), self.options.extent.threads(), &reading);
        let (blobs, bytes) = cache.counts();
        emitter.add(blobs, bytes);
        let learned = reading.finish();
        cache.remember(&store, &learned);
        let ledger = (!learned.named && !learned.broken).then(|| {
            let mut unclean: Vec<ObjectId> = learned.unclean.iter().copied().collect();
            unclean.sort_unstable();
            let clean = (learned.clean.0 + blobs, learned.clean.1 + bytes);
            Ledger::new(clean, unclean)
        });
        let absent = learned.woods.absent();
        let mut tips = tips.to_vec();
        if self.options.include.dangling {
            tips.extend(learned.links.ids(&store));
            tips.sort_unstable();
        }
        let graph = Graph::from_links(git, &tips, (&store, &learned.links))?;
        drop(learned.links);
        let mut troubles = Vec::new();
        let mut woods = cache.is_empty().then_some(learned.woods);
        let mut missing: IdSet = absent.iter().filter_map(oid).collect();
        missing.extend(graph.absent_trees());
        if !missing.is_empty() {
            let woods = woods.get_or_insert_with(|| Woods::plant(&store, self.options.extent.threads()));
            let holders = Holders::find(&store, woods, &missing);
            let partial = is_partial(git);
            troubles.extend(lacking(&graph, &holders, &missing, partial));
        }
        let commits = graph.len() as u64;
        Ok(Known { graph, store, woods, troubles, commits, ledger, ..Known::default() })
    }

    /// The object store. One whose objects have other names than those who read it here expect is odd.
    fn store(&self, git: &Repository) -> Store {
        if is_sha1(git) {
            return Store::open(&self.repo.object_folders(git));
        }
        let mut store = Store::default();
        store.odd = true;
        store
    }

    /// Reads the commits, if an earlier scan has spared this one that.
    fn complete(&self, git: &Repository, known: &mut Known) -> Result<(), SourceError> {
        if known.again && known.graph.len() == 0 {
            known.graph = Graph::load(git, &self.tips(git)?.0, &[])?;
        }
        Ok(())
    }

    /// Writes down what the scan came to.
    fn keep(
        &self,
        known: &mut Known,
        groups: &[Vec<ObjectId>],
        answers: &[Vec<Origin>],
    ) -> Result<(), SourceError> {
        let Some(mut ledger) = known.ledger.take() else { return Ok(()) };
        let git = self.repo.open()?;
        // A ref may have moved since: then it is the next scan that keeps its outcome.
        let Some((path, state)) = self.state(&git, &self.tips(&git)?.0, &known.store) else { return Ok(()) };
        if known.state.as_ref() == Some(&state) {
            ledger.note(state, known.commits, &known.troubles);
            ledger.answer(groups, answers);
            ledger.save(&path);
        }
        Ok(())
    }

    /// Finds out where secrets came from.
    fn trace(&self, groups: &[Vec<ObjectId>], known: &mut Known) -> Result<Vec<Vec<Origin>>, SourceError> {
        let wanted: IdSet = groups.iter().flatten().filter_map(oid).collect();
        if wanted.is_empty() {
            return Ok(vec![Vec::new(); groups.len()]);
        }
        let git = self.repo.open()?;
        self.complete(&git, known)?;
        let Known { graph, store, woods, .. } = known;
        let attribution = Attribution::new(&git, graph, false);
        let mut answers = if store.odd {
            attribution.answer(groups)?
        } else {
            let woods = woods.get_or_insert_with(|| Woods::plant(store, self.options.extent.threads()));
            let holders = Holders::find(store, woods, &wanted);
            attribution.with(&holders).answer(groups)?
        };
        if self.options.include.dangling {
            for (origins, group) in answers.iter_mut().zip(groups).filter(|(o, _)| o.is_empty()) {
                origins
                    .extend(group.iter().map(|id| bare(format!("object {id}, which no ref reaches"), *id)));
            }
        }
        Ok(answers)
    }

    fn coverage(&self) -> Coverage {
        Coverage { kind: "history", scope: "all refs".into(), ..Coverage::default() }
    }
}

impl Source for History {
    fn again(&self, wanted: &[(ObjectId, String)], sink: &(dyn Fn(Item<'_>) + Sync)) {
        let list: Vec<Wanted> = wanted
            .iter()
            .filter_map(|(id, path)| Some(Wanted { id: oid(id)?, path: path.clone() }))
            .collect();
        read::push_listed(&self.repo, &list, sink, self.options.extent.jobs);
    }

    fn each(&self, sink: &(dyn Fn(Item<'_>) + Sync)) -> Coverage {
        self.read(sink).unwrap_or_else(|error| {
            sink(Item::Trouble(error));
            self.coverage()
        })
    }

    fn attribute(&self, groups: &[Vec<ObjectId>]) -> Result<Vec<Vec<Origin>>, SourceError> {
        let mut known = self.known.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let before = known.ledger.as_ref().filter(|_| known.again).and_then(|l| l.answers(groups));
        let mut answers = match before {
            Some(answers) => answers,
            None => self.trace(groups, &mut known)?,
        };
        if !known.again {
            self.keep(&mut known, groups, &answers)?;
        }
        for origins in &mut answers {
            origins.retain(|origin| self.options.extent.admits(&origin.path));
        }
        Ok(answers)
    }

    fn attribute_names(&self, names: &[String]) -> Result<Option<Vec<Vec<Origin>>>, SourceError> {
        let git = self.repo.open()?;
        let mut known = self.known.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        self.complete(&git, &mut known)?;
        let mut answers = Named::new(&git, &known.graph, false).answer(names)?;
        for origins in &mut answers {
            origins.retain(|o| o.path.starts_with("refs/") || self.options.extent.admits(&o.path));
        }
        Ok(Some(answers))
    }
}
