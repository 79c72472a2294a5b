//! Whether git was told of files to leave alone in all repositories.
//!
//! In flow the environment and the user's settings of git; out flows yes or no. To read such settings is the walker's
//! affair, and takes it longer than to read an empty folder: so it is asked to only if there are any.

use std::env;
use std::path::PathBuf;

/// The setting that names a file with such patterns (git's documentation, gitignore).
const SETTING: &[u8] = b"excludesfile";

/// Whether one of git's settings, of the user or of the machine, names a file of patterns, or the usual one is there.
pub(super) fn are_set() -> bool {
    let path = |name: &str| env::var_os(name).filter(|path| !path.is_empty()).map(PathBuf::from);
    let home = env::home_dir();
    let own =
        path("XDG_CONFIG_HOME").or_else(|| Some(home.as_ref()?.join(".config"))).map(|own| own.join("git"));
    let settings = [
        path("GIT_CONFIG_GLOBAL"),
        home.map(|home| home.join(".gitconfig")),
        own.as_ref().map(|own| own.join("config")),
        Some(path("GIT_CONFIG_SYSTEM").unwrap_or_else(|| "/etc/gitconfig".into())),
    ];
    let names = |path: PathBuf| std::fs::read(path).is_ok_and(|text| holds(&text));
    settings.into_iter().flatten().any(names) || own.is_some_and(|own| own.join("ignore").exists())
}

/// Whether the setting stands in a text, in whatever case.
fn holds(text: &[u8]) -> bool {
    text.windows(SETTING.len()).any(|word| word.eq_ignore_ascii_case(SETTING))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_setting_has_no_case() {
        assert!(
            holds(b"[core]\n\tExcludesFile = ~/.ignored\n") && !holds(b"[user]\n\tname = excludes file\n")
        );
    }
}
