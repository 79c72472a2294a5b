//! What a hook says to somebody whose commit or push it has just refused.
//!
//! In flow the hook, the report and how it ended; out flow a few lines: what happened, what to do
//! next, and the ways round it. It never names a secret.

use super::exit::Exit;
use super::install::HookName;
use crate::finding::Finding;
use crate::report::Report;

/// The lines; empty if there is nothing to say. `has_parent` tells whether a commit is not the first one; `below` is the
/// folder in which the person typed the command, from the root of the work tree.
pub(super) fn advice(
    hook: HookName,
    report: &Report<'_>,
    exit: Exit,
    has_parent: &dyn Fn(&str) -> bool,
    below: &str,
) -> String {
    let text = match exit {
        Exit::Clean | Exit::Found(0) => return String::new(),
        Exit::Trouble => return held_back(hook).to_owned(),
        Exit::Found(_) => match hook {
            HookName::PreCommit if only_names(report) => renamed(report),
            HookName::PreCommit => commit(report, below),
            HookName::CommitMsg => message(report),
            HookName::PrePush => push(report, has_parent),
            HookName::PreReceive => arrival(report, has_parent),
        },
    };
    // The name of a file or branch may be the secret.
    report.findings.iter().fold(text, |text, finding| {
        text.replace(&*String::from_utf8_lossy(finding.secret.reveal()), &finding.secret.masked())
    })
}

/// Whether every secret is part of a name, and none stands in a file.
fn only_names(report: &Report<'_>) -> bool {
    let named = |f: &Finding| {
        let secret = String::from_utf8_lossy(f.secret.reveal());
        f.places.iter().all(|place| place.object.is_none() && place.path.contains(&*secret))
    };
    report.findings.iter().all(named)
}

fn renamed(report: &Report<'_>) -> String {
    format!(
        "the commit was refused: a name in it holds {}. Nothing has left this machine.\n\
         \x20 1. Give the file another name:  git mv OLD NEW\n\
         \x20 2. Commit again.\n\
         {}\n\
         Commit without this check, once:  git commit --no-verify",
        keys(report),
        false_alarm(report)
    )
}

fn held_back(hook: HookName) -> &'static str {
    match hook {
        HookName::PreCommit | HookName::CommitMsg => {
            "the commit was held back, because not everything could be read (see above).\n\
             Mend that and commit again. To commit without this check, once: git commit --no-verify"
        }
        HookName::PrePush => {
            "the push was held back, because not everything could be read (see above).\n\
             Mend that and push again. To push without this check, once: git push --no-verify"
        }
        HookName::PreReceive => {
            "the push was not taken in, because not everything in it could be read (see above).\n\
             If this stays so, show this to those who run the server."
        }
    }
}

fn keys(report: &Report<'_>) -> String {
    match report.findings.len() {
        1 => "a leaked key".to_owned(),
        n => format!("{n} leaked keys"),
    }
}

/// The files with secrets, for a command line that is typed in the folder `below`; at most a few, the rest as `…`. `None` if
/// one has a name that no terminal shows as it is.
fn files(report: &Report<'_>, below: &str) -> Option<String> {
    let mut names: Vec<&str> =
        report.findings.iter().flat_map(|f| &f.places).map(|place| place.path.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    if names.iter().any(|name| name.chars().any(|c| c.is_control() || c == char::REPLACEMENT_CHARACTER)) {
        return None;
    }
    let shown: Vec<String> = names.iter().take(5).map(|name| word(&from_folder(name, below))).collect();
    Some(shown.join(" ") + if names.len() > 5 { " …" } else { "" })
}

/// The path as it is named in the folder `below`; both count from the root.
fn from_folder(path: &str, below: &str) -> String {
    let here: Vec<&str> = below.split('/').filter(|part| !part.is_empty()).collect();
    let parts: Vec<&str> = path.split('/').collect();
    let most = here.len().min(parts.len() - 1);
    let shared = (0..most).take_while(|&n| here[n] == parts[n]).count();
    "../".repeat(here.len() - shared) + &parts[shared..].join("/")
}

/// The path as one word for a shell, and as nothing but itself for git (gitglossary(7), "pathspec").
fn word(path: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@%=,".contains(c);
    let magic = path.starts_with(':') || path.contains(['*', '?', '[', '\\']);
    let path = match path {
        _ if magic => format!(":(literal){path}"),
        // Not an option.
        _ if path.starts_with('-') => format!("./{path}"),
        _ => path.to_owned(),
    };
    if path.chars().all(plain) { path } else { format!("'{}'", path.replace('\'', "'\\''")) }
}

/// How to say that it is no secret, once and for all.
fn false_alarm(report: &Report<'_>) -> String {
    let fingerprint = report.findings.first().map_or("FINGERPRINT", |f| f.fingerprint.as_str());
    format!(
        "It is no secret?  skout ignore add {fingerprint} --reason \"why\"\n\
         \x20                 or write  skout:allow reason=\"why\"  in a comment on its line"
    )
}

fn commit(report: &Report<'_>, below: &str) -> String {
    let (add, reset) = match files(report, below) {
        Some(files) => (format!("git add {files}"), format!("git reset -- {files}")),
        None => ("Stage the file again (git add).".to_owned(), "git reset, and its name".to_owned()),
    };
    format!(
        "the commit was refused: it would record {}. Nothing has left this machine.\n\
         \x20 1. Take the key out of the file, and keep it outside of the repository (an environment variable, a secret store).\n\
         \x20 2. {add}\n\
         \x20 3. Commit again.\n\
         Leave the file out of this commit instead:  {reset}\n\
         {}\n\
         Commit without this check, once:  git commit --no-verify",
        keys(report),
        false_alarm(report)
    )
}

fn message(report: &Report<'_>) -> String {
    format!(
        "the commit was refused: its message holds {}. Nothing has left this machine.\n\
         Your message is kept. Take the key out of it and commit again:  git commit -e -F \"$(git rev-parse --git-path COMMIT_EDITMSG)\"\n\
         It is no secret?  skout ignore add {} --reason \"why\"\n\
         Commit without this check, once:  git commit --no-verify",
        keys(report),
        report.findings.first().map_or("FINGERPRINT", |f| f.fingerprint.as_str())
    )
}

/// The oldest commit that brought one of the secrets in, in short.
fn oldest(report: &Report<'_>) -> Option<String> {
    let places = report.findings.iter().flat_map(|f: &Finding| &f.places);
    let commits = places.filter(|place| !place.path.starts_with("message of tag "));
    let commits = commits.filter_map(|place| place.origin.as_ref()?.introduced.as_ref());
    commits.min_by_key(|commit| commit.time).map(|commit| commit.id.to_string().chars().take(10).collect())
}

/// How to get it out of what is pushed, where names of branches and tags are something else than commits.
fn rewrite(report: &Report<'_>, has_parent: &dyn Fn(&str) -> bool) -> String {
    let of_ref = |f: &Finding| f.places.iter().all(|place| place.path.starts_with("refs/"));
    if only_names(report) && report.findings.iter().all(of_ref) {
        return "\x20 It stands in the name of a branch or tag: push under another name (git branch -m OLD NEW; for a tag\n\
                \x20 git tag NEW OLD, git tag -d OLD)."
            .to_owned();
    }
    if let Some(text) = beside_commits(report) {
        return text;
    }
    let from = match oldest(report) {
        Some(commit) if has_parent(&commit) => format!("{commit}^"),
        Some(_) => "--root".to_owned(),
        None => "COMMIT^".to_owned(),
    };
    format!(
        "\x20 If it came with the last commit:  take it out of the file, then  git commit --amend --all --no-edit\n\
         \x20 If it came earlier:               git rebase -i {from}   (write 'edit' before that commit, take it out,\n\
         \x20                                   git commit --amend --all --no-edit, git rebase --continue)\n\
         A later commit that deletes it is not enough: the older one would be pushed, too."
    )
}

/// How to get it out of what is pushed, where all of it stands in tags or notes and no commit of a branch holds it.
fn beside_commits(report: &Report<'_>) -> Option<String> {
    let mut places = report.findings.iter().flat_map(|finding| &finding.places);
    let mut tags = Vec::new();
    let mut notes = false;
    places.try_for_each(|place| {
        let refs = place.origin.as_deref().map_or(&[][..], |origin| &origin.refs);
        match place.path.strip_prefix("message of tag ") {
            Some(name) => tags.push(name.to_owned()),
            None if place.path.starts_with("object that refs/tags/") => {
                tags.extend(place.path.split(' ').nth(2)?.strip_prefix("refs/tags/").map(str::to_owned));
            }
            None if !refs.is_empty() && refs.iter().all(|name| name.starts_with("notes/")) => notes = true,
            None => return None,
        }
        Some(())
    })?;
    tags.sort_unstable();
    tags.dedup();
    let names: Vec<String> = tags.iter().map(|name| word(name)).collect();
    let mut lines = Vec::new();
    if !tags.is_empty() {
        lines.push(format!(
            "\x20 It stands in a tag: delete the tag and make it anew without it:  git tag -d {}",
            names.join(" ")
        ));
    }
    if notes {
        lines.push(
            "\x20 It stands in a note: take it out (git notes edit). The history of the notes still holds it, so start that anew:\n\
             \x20   git update-ref refs/notes/NAME  $(git commit-tree -m notes 'refs/notes/NAME^{tree}')"
                .to_owned(),
        );
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn push(report: &Report<'_>, has_parent: &dyn Fn(&str) -> bool) -> String {
    let mut origins = report.findings.iter().flat_map(|f| &f.places).filter_map(|p| p.origin.as_deref());
    let then = if origins.any(|origin| origin.pushed == Some(true)) {
        "It was pushed to another place or at another time already, so revoke it first (see above). Then take it out, and push again:"
    } else {
        "Take it out before anybody sees it, and push again:"
    };
    format!(
        "the push was refused: it would publish {}. Nothing was sent.\n\
         {then}\n\
         {}\n\
         {}\n\
         Push without this check, once:  git push --no-verify",
        keys(report),
        rewrite(report, has_parent),
        false_alarm(report)
    )
}

fn arrival(report: &Report<'_>, has_parent: &dyn Fn(&str) -> bool) -> String {
    format!(
        "this server refused the push: it holds {}. Nothing was taken in, so nobody can fetch it from here.\n\
         Take it out, and push again:\n\
         {}\n\
         It is no secret?  Say so in the repository (a comment  skout:allow reason=\"why\"  on its line), or ask those who run the server.",
        keys(report),
        rewrite(report, has_parent)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_named_from_the_folder_of_the_person() {
        for (path, below, want) in [
            ("a.txt", "", "a.txt"),
            ("d/a.txt", "", "d/a.txt"),
            ("d/a.txt", "d/", "a.txt"),
            ("d/e/a.txt", "d/f/", "../e/a.txt"),
            ("a.txt", "d/e/", "../../a.txt"),
            ("d", "d/", "../d"),
        ] {
            assert_eq!(from_folder(path, below), want, "{path} from {below}");
        }
    }

    #[test]
    fn a_word_means_one_file_to_shell_and_git() {
        for (path, want) in [
            ("src/a.txt", "src/a.txt"),
            ("it's", "'it'\\''s'"),
            ("*.txt", "':(literal)*.txt'"),
            (":x", "':(literal):x'"),
            ("-x", "./-x"),
            ("$(x)", "'$(x)'"),
        ] {
            assert_eq!(word(path), want);
        }
    }
}
