//! What names and refs of a repository lead to, for those who are told names and need ids.
//!
//! In flow names; out flow full ids. It reads refs and nothing else.

use std::path::Path;

use git2::ErrorCode;

use super::super::source::SourceError;
use super::range::tips_of;
use super::repo::{Repo, trouble};

/// The full id of the object that `name` leads to (a tag is not followed to its commit); `None` if there is none.
///
/// # Errors
/// There is no repository, or it cannot be read.
pub fn resolve(path: &Path, name: &str) -> Result<Option<String>, SourceError> {
    let git = Repo::at(path)?.open()?;
    git.revparse_single(name).map_or_else(
        |error| {
            matches!(error.code(), ErrorCode::NotFound | ErrorCode::InvalidSpec)
                .then_some(None)
                .ok_or_else(|| trouble(name, &error))
        },
        |object| Ok(Some(object.id().to_string())),
    )
}

/// The ids that all refs below `prefix` lead to (`refs/remotes/origin/`; empty for every ref).
///
/// # Errors
/// There is no repository, or its refs cannot be read.
pub fn refs_below(path: &Path, prefix: &str) -> Result<Vec<String>, SourceError> {
    let git = Repo::at(path)?.open()?;
    let tips = tips_of(&git, |name| name.starts_with(prefix))?;
    Ok(tips.iter().map(ToString::to_string).collect())
}

/// Whether the clone lacks older commits.
///
/// # Errors
/// There is no repository.
pub fn is_shallow(path: &Path) -> Result<bool, SourceError> {
    Ok(Repo::at(path)?.open()?.is_shallow())
}
