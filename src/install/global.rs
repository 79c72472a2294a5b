//! One folder of hooks for all repositories of a user, by `core.hooksPath` in their own git settings.
//!
//! In flows where the user's settings are; out flow files and one setting. Git then looks nowhere else, so the
//! folder holds every hook there is, and each hands on to the hook of the repository.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use git2::{Config, ConfigLevel};

use super::error::InstallError;
use super::file::{self, Deed, Done};
use super::folder::{HooksFolder, Setting};
use super::script::{self, ALL_HOOKS, Hook};

/// What introduces our lines in the settings; the second says that a line end before them is ours, too.
const HEADS: [&str; 2] = ["# Added by skout install --global\n", "\n# Added by skout install --global.\n"];

/// Where the user's own files are.
#[derive(Debug, Clone)]
pub(super) struct Home {
    /// The git settings that count for all repositories of the user.
    pub(super) settings: PathBuf,
    /// The folder for our hooks.
    pub(super) hooks: PathBuf,
}

impl Home {
    /// As the environment says (git-config(1), FILES).
    pub(super) fn from_env() -> Result<Self, InstallError> {
        let variable = |name| env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
        let home = variable("HOME").or_else(|| variable("USERPROFILE")).ok_or(InstallError::NoHome)?;
        let config = variable("XDG_CONFIG_HOME").unwrap_or_else(|| home.join(".config"));
        let (plain, other) = (home.join(".gitconfig"), config.join("git/config"));
        let found = if !plain.exists() && other.exists() { other } else { plain };
        let settings = variable("GIT_CONFIG_GLOBAL").unwrap_or(found);
        Ok(Self { settings, hooks: config.join("skout").join("hooks") })
    }

    /// The folder that the settings name, if they name one.
    pub(super) fn named(&self) -> Result<Option<PathBuf>, InstallError> {
        if !self.settings.exists() {
            return Ok(None);
        }
        let mut config = Config::new()?;
        config.add_file(&self.settings, ConfigLevel::Global, false)?;
        Ok(config.snapshot()?.get_path("core.hookspath").ok())
    }
}

/// Installs for all repositories.
pub(super) fn install(home: &Home, program: &Path) -> Result<Vec<Done>, InstallError> {
    match home.named()? {
        Some(path) if path != home.hooks => {
            let (set_by, common) = (Setting::Everywhere, path.clone());
            let folder = HooksFolder { path, set_by, work_tree: None, common };
            if let Some((problem, advice)) = folder.hindrance() {
                return Err(InstallError::NoFolder { problem, advice });
            }
            let folder = folder.path;
            let hooks = Hook::CLIENT.iter();
            hooks.map(|&h| file::put(&folder, h.name(), &script::whole(h, Some(program)))).collect()
        }
        named => {
            let put = |&name: &&'static str| file::put(&home.hooks, name, &script::everywhere(name, program));
            let all: Vec<Done> = ALL_HOOKS.iter().map(put).collect::<Result<_, _>>()?;
            if named.is_none() {
                add_setting(home)?;
            }
            let ours = |done: &Done| Hook::CLIENT.iter().any(|hook| hook.name() == done.hook);
            Ok(all.into_iter().filter(ours).collect())
        }
    }
}

/// Takes everything out again: the setting first, so that git never looks into an empty folder.
pub(super) fn uninstall(home: &Home) -> Result<Vec<Done>, InstallError> {
    let named = home.named()?;
    let mut all = Vec::new();
    if named.as_deref() == Some(&home.hooks) {
        remove_setting(home)?;
    } else if let Some(folder) = &named {
        for hook in Hook::CLIENT {
            all.extend(file::take_out(folder, hook.name())?);
        }
    }
    for name in ALL_HOOKS {
        let done = file::take_out(&home.hooks, name)?;
        let worth = |d: &Done| Hook::CLIENT.iter().any(|h| h.name() == d.hook) || d.deed != Deed::Removed;
        all.extend(done.into_iter().filter(worth));
    }
    // Only empty folders go; whatever else is in them stays.
    let _ = fs::remove_dir(&home.hooks);
    let _ = home.hooks.parent().map(fs::remove_dir);
    Ok(all)
}

fn add_setting(home: &Home) -> Result<(), InstallError> {
    let old = read(&home.settings)?;
    let folder = home.settings.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(InstallError::file(folder, "making the folder"))?;
    let head = HEADS[usize::from(!old.is_empty() && !old.ends_with('\n'))];
    file::rewrite(&home.settings, format!("{old}{head}{}", setting(&home.hooks)).as_bytes())
}

fn remove_setting(home: &Home) -> Result<(), InstallError> {
    let text = read(&home.settings)?;
    for head in HEADS {
        let ours = format!("{head}{}", setting(&home.hooks));
        if let Some(at) = text.find(&ours) {
            let rest = [&text[..at], &text[at + ours.len()..]].concat();
            return file::rewrite(&home.settings, rest.as_bytes());
        }
    }
    // Somebody rewrote the lines: take out what they mean.
    Ok(Config::open(&home.settings)?.remove("core.hookspath")?)
}

fn read(path: &Path) -> Result<String, InstallError> {
    if !path.exists() {
        return Ok(String::new());
    }
    fs::read_to_string(path).map_err(InstallError::file(path, "reading"))
}

/// The setting as git writes it (git-config(1), SYNTAX).
fn setting(hooks: &Path) -> String {
    let path = hooks.to_string_lossy().replace('\\', "\\\\").replace('"', "\\\"");
    format!("[core]\n\thooksPath = \"{path}\"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home(folder: &Path) -> Home {
        Home { settings: folder.join(".gitconfig"), hooks: folder.join(".config/skout/hooks") }
    }

    #[test]
    fn the_settings_come_back_byte_for_byte() {
        for old in
            ["", "[user]\n\tname = A", "[core]\n\teditor = vi\n", "# nothing\r\n[core]\r\n\tpager = less"]
        {
            let folder = tempfile::tempdir().unwrap();
            let home = home(folder.path());
            fs::write(&home.settings, old).unwrap();
            let done = install(&home, Path::new("/opt/skout")).unwrap();
            assert_eq!(done.len(), 3);
            assert_eq!(home.named().unwrap().as_deref(), Some(home.hooks.as_path()), "{old:?}");
            assert!(
                install(&home, Path::new("/opt/skout")).unwrap().iter().all(|d| d.deed == Deed::AlreadyThere)
            );
            uninstall(&home).unwrap();
            assert_eq!(fs::read_to_string(&home.settings).unwrap(), old);
            assert!(!home.hooks.exists());
        }
    }

    #[test]
    fn a_folder_that_the_user_named_already_is_used() {
        let folder = tempfile::tempdir().unwrap();
        let home = home(folder.path());
        let theirs = folder.path().join("my-hooks");
        fs::create_dir(&theirs).unwrap();
        fs::write(theirs.join("pre-commit"), "#!/bin/sh\nexit 0\n").unwrap();
        let settings = setting(&theirs);
        fs::write(&home.settings, &settings).unwrap();
        let done = install(&home, Path::new("/opt/skout")).unwrap();
        assert!(done.iter().any(|d| matches!(d.deed, Deed::Chained(_))), "{done:?}");
        uninstall(&home).unwrap();
        assert_eq!(fs::read_to_string(&home.settings).unwrap(), settings);
        assert_eq!(fs::read_dir(&theirs).unwrap().count(), 1);
    }
}
