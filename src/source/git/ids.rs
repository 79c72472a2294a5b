//! Collections keyed by object ids of libgit2.
//!
//! An id by SHA-1 lies in a space that holds one by SHA-256, and libgit2 does not clear what follows it; the hash
//! that comes with its type takes in all of the space, so that one id can have two hashes. Here only the bytes
//! that every id has count. No other collection may hash such ids.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, DefaultHasher, Hasher, RandomState};

use git2::Oid;

/// The bytes of the shortest id, by SHA-1.
const ID: usize = 20;

/// Values by object id.
pub(super) type IdMap<V> = HashMap<Oid, V, ById>;

/// A set of object ids.
pub(super) type IdSet = HashSet<Oid, ById>;

/// Makes hashers that look at the first bytes of an id.
#[derive(Debug, Default, Clone)]
pub(super) struct ById(RandomState);

/// Hashes the first bytes of what is long enough to be an id, and nothing else.
#[derive(Debug)]
pub(super) struct First(DefaultHasher);

impl BuildHasher for ById {
    type Hasher = First;

    fn build_hasher(&self) -> First {
        First(self.0.build_hasher())
    }
}

impl Hasher for First {
    fn write(&mut self, bytes: &[u8]) {
        if let Some(id) = bytes.get(..ID) {
            self.0.write(id);
        }
    }

    fn finish(&self) -> u64 {
        self.0.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_out_of_a_tree_is_found_again() {
        let folder = tempfile::tempdir().unwrap();
        let git = git2::Repository::init(folder.path()).unwrap();
        let mut set = IdSet::default();
        let mut builder = git.treebuilder(None).unwrap();
        for n in 0..200 {
            let id = git.blob(format!("content {n}").as_bytes()).unwrap();
            builder.insert(format!("file {n}"), id, 0o100_644).unwrap();
            set.insert(Oid::from_bytes(id.as_bytes()).unwrap());
        }
        let tree = git.find_tree(builder.write().unwrap()).unwrap();
        assert_eq!((set.len(), tree.len()), (200, 200));
        assert!(tree.iter().all(|entry| set.contains(&entry.id())));
        assert!(!set.contains(&tree.id()));
    }
}
