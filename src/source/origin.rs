//! Where a secret in a git history came from: facts about commits and refs, with no opinion.

use serde::{Deserialize, Serialize};

use crate::blob::ObjectId;

/// A commit, as far as a report names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitInfo {
    /// Its id.
    pub id: ObjectId,
    /// Who wrote it: `Name <mail>`.
    pub author: String,
    /// Who committed it: `Name <mail>`.
    pub committer: String,
    /// When it was written, ISO 8601 with offset (`2024-05-01T12:00:00+02:00`).
    pub date: String,
    /// When it was written, in seconds since 1970.
    pub time: i64,
    /// First line of its message.
    pub summary: String,
}

/// One path on which a secret stood, and its story there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The path, or `commit message` and the like for what is no file.
    pub path: String,
    /// The blob (or message object) of the introducing commit.
    pub blob: ObjectId,
    /// The earliest commit that has the secret there; `None` for an object no commit reaches.
    pub introduced: Option<CommitInfo>,
    /// The commit that took it away again, if HEAD no longer has it.
    pub removed: Option<CommitInfo>,
    /// Whether HEAD still has it on this path.
    pub in_head: bool,
    /// Branches and tags that contain the introducing commit, shortest names first.
    pub refs: Vec<String>,
    /// Whether a remote-tracking branch contains it; `None` if there is no remote.
    pub pushed: Option<bool>,
    /// A page that shows it, if the remote is a host we know.
    pub link: Option<String>,
}
