//! What a scan of a whole history came to, kept in the git directory: as long as objects and refs stay the same, the
//! next scan only looks again at what was found.
//!
//! In flow the state of a repository and answers; out flow the same answers. No secret is written down: objects with
//! findings are named, and read again. A damaged or foreign file, or one of another state, is not used.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use git2::Repository;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::super::origin::Origin;
use super::super::source::SourceError;
use super::facts;
use super::missing;
use super::pack::Store;
use crate::blob::ObjectId;
use crate::secret::hexadecimal;

/// The length of the checksum before the content, in hexadecimal digits.
const SUM: usize = 64;

/// The outcome of a scan.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Ledger {
    /// What the objects, refs and options were known by.
    state: String,
    /// Commits covered.
    pub(super) commits: u64,
    /// Blobs in which nothing was found, and their bytes.
    pub(super) clean: (u64, u64),
    /// Place, problem and advice of what is missing.
    troubles: Vec<(String, String, String)>,
    /// Objects in which something was found, in order.
    pub(super) unclean: Vec<ObjectId>,
    /// Where secrets came from, by the objects that hold them.
    answers: BTreeMap<String, Vec<Origin>>,
}

impl Ledger {
    /// The file for rules and settings that `key` stands for.
    pub(super) fn path(git_dir: &Path, key: &[u8; 32]) -> PathBuf {
        git_dir.join("skout").join(format!("clean-{}.seen", hexadecimal(&key[..8])))
    }

    /// For a scan that found blobs and bytes clean, and something in these objects, which are in order.
    pub(super) fn new(clean: (u64, u64), unclean: Vec<ObjectId>) -> Self {
        Self { clean, unclean, ..Self::default() }
    }

    /// Reads the ledger of a state, if there is one to trust.
    pub(super) fn load(path: &Path, state: &str) -> Option<Self> {
        let file = fs::read(path).ok()?;
        let (sum, body) = file.split_at_checked(SUM)?;
        if hexadecimal(&Sha256::digest(body)).as_bytes() != sum {
            return None;
        }
        let ledger: Self = serde_json::from_slice(body).ok()?;
        (ledger.state == state && ledger.unclean.is_sorted()).then_some(ledger)
    }

    /// Writes it down, under a new name first, so that two scans at once do not harm each other. A repository that
    /// cannot be written to keeps none.
    pub(super) fn save(&self, path: &Path) {
        let Ok(body) = serde_json::to_vec(self) else { return };
        let file = [hexadecimal(&Sha256::digest(&body)).as_bytes(), &body].concat();
        let temporary = path.with_extension(format!("seen.{}.new", std::process::id()));
        let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
        let written = folder.and_then(|()| fs::write(&temporary, file));
        if written.and_then(|()| fs::rename(&temporary, path)).is_err() {
            let _ = fs::remove_file(&temporary);
        }
    }

    /// What could not be read.
    pub(super) fn troubles(&self) -> impl Iterator<Item = SourceError> + '_ {
        let error = |(place, problem, advice): &(String, String, String)| {
            SourceError::new(place, problem).advise(advice.as_str())
        };
        self.troubles.iter().map(error)
    }

    /// Notes the state, the number of commits, and what could not be read.
    pub(super) fn note(&mut self, state: String, commits: u64, errors: &[SourceError]) {
        let parts = |e: &SourceError| (e.place.clone(), e.problem.clone(), e.advice.clone());
        (self.state, self.commits) = (state, commits);
        self.troubles = errors.iter().map(parts).collect();
    }

    /// Notes where the secrets in `groups` came from.
    pub(super) fn answer(&mut self, groups: &[Vec<ObjectId>], answers: &[Vec<Origin>]) {
        self.answers = groups.iter().map(|g| name(g)).zip(answers.iter().cloned()).collect();
    }

    /// Where the secrets in `groups` came from; `None` if one of them is not known.
    pub(super) fn answers(&self, groups: &[Vec<ObjectId>]) -> Option<Vec<Vec<Origin>>> {
        groups.iter().map(|group| self.answers.get(&name(group)).cloned()).collect()
    }
}

/// What the objects and refs of a repository are known by, and `options` that matter beside them.
pub(super) fn state(git: &Repository, store: &Store, options: &str) -> String {
    let mut hasher = Sha256::new();
    // Every part goes in with its length, so that none can be taken for another.
    let mut part = |bytes: &[u8]| {
        hasher.update((bytes.len() as u64).to_be_bytes());
        hasher.update(bytes);
    };
    part(options.as_bytes());
    part(format!("{:?} {}", facts::host(git), missing::is_partial(git)).as_bytes());
    part(&fs::read(git.path().join("HEAD")).unwrap_or_default());
    part(&fs::read(git.commondir().join("shallow")).unwrap_or_default());
    for reference in git.references().into_iter().flatten().flatten() {
        part(reference.name_bytes());
        part(reference.target().as_ref().map_or(&[], |id| id.as_bytes()));
        part(reference.symbolic_target_bytes().unwrap_or_default());
    }
    store.marks(&mut part);
    hexadecimal(&hasher.finalize())
}

/// What a group of objects is known by, in whatever order they come.
fn name(group: &[ObjectId]) -> String {
    let mut ids: Vec<&ObjectId> = group.iter().collect();
    ids.sort_unstable();
    ids.dedup();
    let mut hasher = Sha256::new();
    ids.into_iter().for_each(|id| hasher.update(id.as_bytes()));
    hexadecimal(&hasher.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u8) -> ObjectId {
        ObjectId::from_bytes(&[n; 20]).unwrap()
    }

    #[test]
    fn only_the_same_state_in_an_unchanged_file_is_trusted() {
        let folder = tempfile::tempdir().unwrap();
        let path = Ledger::path(folder.path(), &[7; 32]);
        let groups = [vec![id(2), id(1)], vec![id(3)]];
        let mut ledger = Ledger { unclean: vec![id(1), id(2)], ..Ledger::default() };
        ledger.note("a".into(), 5, &[SourceError::new("x", "y").advise("z")]);
        ledger.answer(&groups, &[Vec::new(), Vec::new()]);
        ledger.save(&path);
        let read = Ledger::load(&path, "a").unwrap();
        assert_eq!((read.commits, &read.unclean), (5, &ledger.unclean));
        assert_eq!(read.troubles().next().unwrap().advice, "z");
        assert_eq!(read.answers(&[vec![id(1), id(2), id(1)]]).unwrap().len(), 1);
        assert!(read.answers(&[vec![id(1)]]).is_none());
        assert!(Ledger::load(&path, "b").is_none());
        let whole = fs::read(&path).unwrap();
        for n in 0..whole.len() {
            let mut changed = whole.clone();
            changed[n] ^= 1;
            fs::write(&path, &changed).unwrap();
            assert!(Ledger::load(&path, "a").is_none(), "byte {n}");
        }
    }
}
