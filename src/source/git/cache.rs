//! What earlier scans found clean, kept in the git directory, so that the next scan reads only what is new.
//!
//! In flow ids of objects; out flows whether the same rules of the same version have read an object and
//! found nothing. Nothing of a file that is damaged, foreign or made with other rules is used.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::pack::Store;
use super::reading::Learned;
use crate::blob::ObjectId;
use crate::secret::hexadecimal;

/// How the file begins; the digit is the version of its form.
const MAGIC: &[u8; 8] = b"skoutc1\n";

/// The bytes of an id.
const ID: usize = 20;

/// Magic, key, numbers of blobs and bytes, numbers of clean and of other ids.
const HEAD: usize = 8 + 32 + 4 * 8;

/// What is known of the objects of one repository.
#[derive(Debug, Default)]
pub(super) struct Cache {
    path: PathBuf,
    key: [u8; 32],
    /// The file, if there is one to trust.
    file: Vec<u8>,
    clean: usize,
    other: usize,
    /// How many clean ids begin with two bytes below these.
    fan: Vec<u32>,
}

/// What a scan learned, to be kept.
#[derive(Debug, Default)]
pub(super) struct Verdicts {
    /// Objects in which nothing was found.
    pub(super) clean: Vec<[u8; ID]>,
    /// Blobs and trees in which something was found; they must be there next time.
    pub(super) other: Vec<[u8; ID]>,
    /// Blobs among the clean ones.
    pub(super) blobs: u64,
    /// Their bytes.
    pub(super) bytes: u64,
}

impl Cache {
    /// Reads the cache below `git_dir` for rules and settings that `key` stands for.
    pub(super) fn load(git_dir: &Path, key: [u8; 32]) -> Self {
        let name = hexadecimal(&key[..8]);
        let path = git_dir.join("skout").join(format!("clean-{name}"));
        let mut cache = Self { key, file: fs::read(&path).unwrap_or_default(), path, ..Self::default() };
        if !cache.check() {
            cache.forget();
        }
        cache
    }

    /// Uses nothing of the file.
    pub(super) fn forget(&mut self) {
        (self.file, self.clean, self.other, self.fan) = (Vec::new(), 0, 0, Vec::new());
    }

    /// Whether the file is whole and meant for these rules; reads its numbers.
    fn check(&mut self) -> bool {
        let file = &self.file;
        let Some((body, sum)) = file.split_last_chunk::<4>().filter(|(body, _)| body.len() >= HEAD) else {
            return false;
        };
        if body[..8] != *MAGIC || body[8..40] != self.key || crc32fast::hash(body) != u32::from_be_bytes(*sum)
        {
            return false;
        }
        let (clean, other) = (self.number(2) as usize, self.number(3) as usize);
        let fits = clean.checked_add(other).and_then(|n| n.checked_mul(ID)) == Some(body.len() - HEAD);
        if !fits {
            return false;
        }
        let ids = body[HEAD..HEAD + clean * ID].chunks_exact(ID);
        if !ids.clone().is_sorted() {
            return false;
        }
        let mut fan = vec![0; (1 << 16) + 1];
        ids.for_each(|id| fan[two(id) + 1] += 1);
        for n in 1..fan.len() {
            fan[n] += fan[n - 1];
        }
        (self.clean, self.other, self.fan) = (clean, other, fan);
        true
    }

    /// One of the four numbers in the head.
    fn number(&self, n: usize) -> u64 {
        let bytes = self.file.get(40 + n * 8..48 + n * 8).unwrap_or(&[0; 8]);
        bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    /// Whether nothing was found in an object.
    pub(super) fn is_clean(&self, id: &ObjectId) -> bool {
        let id = id.as_bytes();
        let Some([from, to]) = self.fan.get(two(id)..two(id) + 2) else { return false };
        (*from..*to).any(|n| self.id(n as usize) == id)
    }

    /// Whether nothing is known.
    pub(super) fn is_empty(&self) -> bool {
        self.clean == 0
    }

    /// Blobs found clean, and their bytes.
    pub(super) fn counts(&self) -> (u64, u64) {
        if self.clean == 0 { (0, 0) } else { (self.number(0), self.number(1)) }
    }

    /// The objects in which something was found.
    pub(super) fn others(&self) -> impl Iterator<Item = ObjectId> + '_ {
        (self.clean..self.clean + self.other).filter_map(|n| ObjectId::from_bytes(self.id(n)))
    }

    fn id(&self, n: usize) -> &[u8] {
        &self.file[HEAD + n * ID..HEAD + (n + 1) * ID]
    }

    /// Keeps what was found clean, if this is the cache of some repository. Commits and tags are read every time.
    pub(super) fn remember(&self, store: &Store, learned: &Learned) {
        if self.path.as_os_str().is_empty() || learned.named {
            return;
        }
        let link = |id: &ObjectId| learned.links.holds(store, id);
        let (mut verdicts, mut news) = (Verdicts::default(), false);
        for id in store.ids().filter(|id| !link(id)) {
            let Ok(raw) = id.as_bytes().try_into() else { continue };
            if learned.unclean.contains(&id) {
                verdicts.other.push(raw);
            } else {
                news |= !self.is_clean(&id);
                verdicts.clean.push(raw);
            }
        }
        (verdicts.blobs, verdicts.bytes) = learned.clean;
        if news {
            self.save(&mut verdicts);
        }
    }

    /// Adds what was learned, under a new name first, so that two scans at once do not harm each other. A
    /// repository that cannot be written to keeps no cache: the next scan reads everything.
    pub(super) fn save(&self, learned: &mut Verdicts) {
        let known = (0..self.clean).filter_map(|n| <[u8; ID]>::try_from(self.id(n)).ok());
        learned.clean.extend(known);
        learned.clean.sort_unstable();
        learned.clean.dedup();
        learned.other.sort_unstable();
        learned.other.dedup();
        let (blobs, bytes) = self.counts();
        let numbers = [
            blobs + learned.blobs,
            bytes + learned.bytes,
            learned.clean.len() as u64,
            learned.other.len() as u64,
        ];
        let mut file = Vec::with_capacity(HEAD + (learned.clean.len() + learned.other.len()) * ID + 4);
        file.extend_from_slice(MAGIC);
        file.extend_from_slice(&self.key);
        numbers.iter().for_each(|n| file.extend_from_slice(&n.to_be_bytes()));
        learned.clean.iter().chain(&learned.other).for_each(|id| file.extend_from_slice(id));
        file.extend_from_slice(&crc32fast::hash(&file).to_be_bytes());
        let _ = self.replace(&file);
    }

    fn replace(&self, bytes: &[u8]) -> std::io::Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let temporary = self.path.with_extension(format!("{}.new", std::process::id()));
        let written = fs::File::create_new(&temporary).and_then(|mut file| file.write_all(bytes));
        let done = written.and_then(|()| fs::rename(&temporary, &self.path));
        if done.is_err() {
            let _ = fs::remove_file(&temporary);
        } else {
            self.sweep(folder);
        }
        done
    }

    /// Removes the caches of other rules: whoever changes rules has no use for them.
    fn sweep(&self, folder: &Path) {
        for file in fs::read_dir(folder).into_iter().flatten().flatten() {
            let ours =
                file.file_name().to_str().is_some_and(|n| n.starts_with("clean-") && !n.ends_with(".new"));
            if ours && file.path() != self.path {
                let _ = fs::remove_file(file.path());
            }
        }
    }
}

fn two(id: &[u8]) -> usize {
    usize::from(id[0]) << 8 | usize::from(id[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u8) -> ObjectId {
        ObjectId::from_bytes(&[n; ID]).unwrap()
    }

    fn saved(folder: &Path) -> Cache {
        let mut learned =
            Verdicts { clean: vec![[9; ID], [1; ID], [1; ID]], other: vec![[5; ID]], blobs: 2, bytes: 30 };
        Cache::load(folder, [7; 32]).save(&mut learned);
        Cache::load(folder, [7; 32])
    }

    #[test]
    fn what_was_saved_is_known() {
        let folder = tempfile::tempdir().unwrap();
        let cache = saved(folder.path());
        assert!(cache.is_clean(&id(1)) && cache.is_clean(&id(9)) && !cache.is_clean(&id(5)));
        assert_eq!((cache.counts(), cache.others().collect()), ((2, 30), vec![id(5)]));
        cache.save(&mut Verdicts { clean: vec![[3; ID]], blobs: 1, bytes: 4, ..Verdicts::default() });
        let more = Cache::load(folder.path(), [7; 32]);
        assert!(more.is_clean(&id(1)) && more.is_clean(&id(3)));
        assert_eq!(more.counts(), (3, 34));
    }

    #[test]
    fn other_rules_do_not_see_it() {
        let folder = tempfile::tempdir().unwrap();
        saved(folder.path());
        assert!(!Cache::load(folder.path(), [8; 32]).is_clean(&id(1)));
    }

    #[test]
    fn one_changed_or_missing_byte_and_nothing_is_trusted() {
        let folder = tempfile::tempdir().unwrap();
        let path = saved(folder.path()).path;
        let whole = fs::read(&path).unwrap();
        for n in 0..whole.len() {
            let mut changed = whole.clone();
            changed[n] ^= 1;
            fs::write(&path, &changed).unwrap();
            let cache = Cache::load(folder.path(), [7; 32]);
            assert!(!cache.is_clean(&id(1)) && cache.counts() == (0, 0), "byte {n}");
        }
        fs::write(&path, &whole[..whole.len() - 1]).unwrap();
        assert!(!Cache::load(folder.path(), [7; 32]).is_clean(&id(1)));
    }
}
