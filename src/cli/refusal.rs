//! What a hook says to somebody whose commit or push it has just refused.
//!
//! In flow the hook, the report and how it ended; out flow a few lines: what happened, what to do
//! next, and the ways round it. It never names a secret.

use super::exit::Exit;
use super::install::HookName;
use crate::finding::Finding;
use crate::report::Report;

/// The lines; empty if there is nothing to say. `has_parent` tells whether a commit is not the first one.
pub(super) fn advice(
    hook: HookName,
    report: &Report<'_>,
    exit: Exit,
    has_parent: &dyn Fn(&str) -> bool,
) -> String {
    let text = match exit {
        Exit::Clean | Exit::Found(0) => return String::new(),
        Exit::Trouble => return held_back(hook).to_owned(),
        Exit::Found(_) => match hook {
            HookName::PreCommit if only_names(report) => renamed(report),
            HookName::PreCommit => commit(report),
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

/// The files with secrets, for a command line; at most a few, the rest as `…`.
fn files(report: &Report<'_>) -> String {
    let mut names: Vec<&str> =
        report.findings.iter().flat_map(|f| &f.places).map(|place| place.path.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@%=,".contains(c);
    let quote = |name: &&str| {
        if name.chars().all(plain) {
            (*name).to_owned()
        } else {
            format!("'{}'", name.replace('\'', "'\\''"))
        }
    };
    let shown: Vec<String> = names.iter().take(5).map(quote).collect();
    shown.join(" ") + if names.len() > 5 { " …" } else { "" }
}

/// How to say that it is no secret, once and for all.
fn false_alarm(report: &Report<'_>) -> String {
    let fingerprint = report.findings.first().map_or("FINGERPRINT", |f| f.fingerprint.as_str());
    format!(
        "It is no secret?  skout ignore add {fingerprint} --reason \"why\"\n\
         \x20                 or write  skout:allow reason=\"why\"  in a comment on its line"
    )
}

fn commit(report: &Report<'_>) -> String {
    let files = files(report);
    format!(
        "the commit was refused: it would record {}. Nothing has left this machine.\n\
         \x20 1. Take the key out of the file, and keep it outside of the repository (an environment variable, a secret store).\n\
         \x20 2. git add {files}\n\
         \x20 3. Commit again.\n\
         Leave the file out of this commit instead:  git reset -- {files}\n\
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
    let commits = report.findings.iter().flat_map(|f: &Finding| &f.places);
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

fn push(report: &Report<'_>, has_parent: &dyn Fn(&str) -> bool) -> String {
    format!(
        "the push was refused: it would publish {}. Nothing was sent.\n\
         Take it out before anybody sees it, and push again:\n\
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
        "this server refused the push: it holds {}. Nothing was taken in, nobody else can see it.\n\
         Take it out, and push again:\n\
         {}\n\
         It is no secret?  Say so in the repository (a comment  skout:allow reason=\"why\"  on its line), or ask those who run the server.",
        keys(report),
        rewrite(report, has_parent)
    )
}
