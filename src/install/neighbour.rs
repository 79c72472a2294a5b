//! Other programs that manage hooks: how they are recognised, and where skout fits in beside them.
//!
//! In flows a repository; out flows who is there. It changes nothing.

use std::fs;
use std::path::{Path, PathBuf};

use super::folder::HooksFolder;

/// A program that manages hooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Neighbour {
    /// Husky from version 9: `.husky/_` is generated and calls the hooks in `.husky`.
    Husky,
    /// Lefthook: writes its own files into the hooks folder, and again whenever its settings change.
    Lefthook,
    /// The pre-commit framework: writes its own files, and keeps what was there as `NAME.legacy`.
    PreCommit,
}

/// Names under which lefthook's settings are known (lefthook's documentation, "Configuration").
const LEFTHOOK: [&str; 10] = [
    "lefthook.yml",
    "lefthook.yaml",
    "lefthook.toml",
    "lefthook.json",
    "lefthook.jsonc",
    ".lefthook.yml",
    ".lefthook.yaml",
    ".lefthook.toml",
    ".lefthook.json",
    ".config/lefthook.yml",
];

/// The settings of the pre-commit framework.
pub(super) const FRAMEWORK: [&str; 2] = [".pre-commit-config.yaml", ".pre-commit-config.yml"];

impl Neighbour {
    /// Who is in the repository, by the files that stand there.
    pub(super) fn all(folder: &HooksFolder) -> Vec<Self> {
        let mut found = Vec::new();
        if husky(folder).is_some() {
            found.push(Self::Husky);
        }
        let Some(root) = &folder.work_tree else { return found };
        if LEFTHOOK.iter().any(|name| root.join(name).is_file()) {
            found.push(Self::Lefthook);
        }
        if FRAMEWORK.iter().any(|name| root.join(name).is_file()) {
            found.push(Self::PreCommit);
        }
        found
    }

    /// Its name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Husky => "Husky",
            Self::Lefthook => "lefthook",
            Self::PreCommit => "the pre-commit framework",
        }
    }
}

/// The folder in which Husky's users write their hooks, if Husky (version 9 or later) runs here.
pub(super) fn husky(folder: &HooksFolder) -> Option<PathBuf> {
    let generated = folder.path.file_name().is_some_and(|name| name == "_");
    let parent = folder.path.parent()?;
    (generated && parent.file_name().is_some_and(|name| name == ".husky")).then(|| parent.to_owned())
}

/// Whether a setting of `neighbour` in the work tree names skout, so that it calls it by itself.
pub(super) fn names_skout(root: &Path, neighbour: Neighbour) -> bool {
    let files: &[&str] = match neighbour {
        Neighbour::Husky => return false,
        Neighbour::Lefthook => &LEFTHOOK,
        Neighbour::PreCommit => &FRAMEWORK,
    };
    files.iter().any(|name| {
        fs::read_to_string(root.join(name)).is_ok_and(|text| {
            text.lines().any(|line| !line.trim_start().starts_with('#') && line.contains("skout"))
        })
    })
}
