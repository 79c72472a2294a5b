//! The message of a commit that is being made, as a source.
//!
//! In flows the file that git hands its commit-msg hook; out flows one blob. It never changes the file.

use std::fs;
use std::path::Path;

use super::source::{Coverage, Item, Source, SourceError};
use super::stdin::Stdin;

/// The line under which `git commit --verbose` shows the change itself (git-commit(1), `--cleanup=scissors`),
/// without the comment character before it.
const SCISSORS: &[u8] = b" ------------------------ >8 ------------------------";

/// A message.
#[derive(Debug)]
pub struct Message {
    text: Vec<u8>,
}

impl Message {
    /// Reads the message as it will be recorded. What `edited` messages carry below the scissors is the
    /// change itself, removed lines included, and never part of the message. Comment lines stay: whether
    /// git takes them out depends on options that a hook is not told.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn read(path: &Path, edited: bool) -> Result<Self, SourceError> {
        let mut text = fs::read(path).map_err(|error| {
            SourceError::new(path.display().to_string(), format!("cannot be read: {error}"))
        })?;
        if edited {
            text.truncate(scissors(&text));
        }
        Ok(Self { text })
    }
}

/// Where the scissors line begins; the end of the text if there is none.
fn scissors(text: &[u8]) -> usize {
    let mut at = 0;
    for line in text.split_inclusive(|&b| b == b'\n') {
        let bare = line.trim_ascii_end();
        if bare.len() > SCISSORS.len() && bare.ends_with(SCISSORS) && bare.len() <= SCISSORS.len() + 4 {
            return at;
        }
        at += line.len();
    }
    text.len()
}

impl Source for Message {
    fn each(&self, sink: &(dyn Fn(Item<'_>) + Sync)) -> Coverage {
        let inner = Stdin::new(self.text.as_slice(), "commit message");
        let scope = "the commit message".to_owned();
        Coverage { kind: "message", scope, nothing_to_do: self.text.is_empty(), ..inner.each(sink) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn below_the_scissors_nothing_is_part_of_an_edited_message() {
        let line = "# ------------------------ >8 ------------------------\n";
        let text = format!("Subject\n\n# comment\n{line}-old line\n");
        assert_eq!(&text[..scissors(text.as_bytes())], "Subject\n\n# comment\n");
        assert_eq!(scissors(b"Subject\n>8 only\n"), 16);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m");
        fs::write(&path, &text).unwrap();
        assert_eq!(Message::read(&path, true).unwrap().text.len(), 19);
        assert_eq!(Message::read(&path, false).unwrap().text.len(), text.len());
    }
}
