//! Command lines of other scanners, so that a hook or a job that calls one by its old options still works.
//!
//! In flow the arguments as typed, out flow arguments as `args.rs` knows them. What means something to
//! skout is translated; what has no meaning here (a banner, a log level) is taken out; everything else
//! stays, and clap says what it thinks of it.

use std::ffi::OsString;

/// Options without a value that mean nothing here: secrets are masked, keys are not verified and there is
/// no banner, unless somebody asks; secrets fail a run by themselves.
const MEANINGLESS: &[&str] = &[
    "--no-banner",
    "--no-verify",
    "--no-verification",
    "--no-validate",
    "--only-verified",
    "--no-update",
    "--fail",
    "--redact",
];

/// Options with a value that mean nothing here.
const MEANINGLESS_WITH_VALUE: &[&str] = &["--log-level", "-l", "--results"];

/// Options with another name here, and what they stand for.
const RENAMED: &[(&str, &[&str])] = &[
    ("--report-format", &["--format"]),
    ("--report-path", &["--output"]),
    ("-r", &["--output"]),
    ("--baseline-path", &["--baseline"]),
    ("--baseline-file", &["--baseline"]),
    ("--enable-rule", &["--rule"]),
    ("--isolate-rule", &["--rule"]),
    ("--exclude-rule", &["--disable-rule"]),
    ("--ignore-gitleaks-allow", &["--no-inline-ignore"]),
    ("--no-ignore", &["--no-inline-ignore"]),
    ("--no-allow-signatures", &["--no-inline-ignore"]),
    ("--no-color", &["--color", "never"]),
    ("--no-colour", &["--color", "never"]),
    ("--json", &["--format", "json"]),
    ("--sarif", &["--format", "sarif"]),
    ("--github-actions", &["--format", "github"]),
];

/// Commands that no other scanner has: their options, and what git hands to hooks, stay as they are.
const OURS: &[&str] = &["ci", "hook", "install", "uninstall", "doctor"];

/// Switches that may stand before an old command.
const EARLY: &[&str] = &["-v", "--verbose", "-q", "--quiet", "--no-banner", "--no-color", "--no-update"];

/// Rewrites the arguments, the program's name first.
pub(super) fn rewrite(typed: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut typed = typed.into_iter();
    let mut out: Vec<OsString> = typed.next().into_iter().collect();
    let mut rest: Vec<OsString> = typed.collect();
    let early =
        |a: &OsString| a.to_str().is_some_and(|a| EARLY.contains(&a) || a.starts_with("--log-level="));
    let first = rest.iter().position(|a| !early(a));
    let command = first.and_then(|n| rest[n].to_str().map(|word| (n, word.to_owned())));
    match command {
        Some((n, word)) if ["detect", "protect", "stdin"].contains(&word.as_str()) => {
            rest.remove(n);
            old_command(&word, rest, &mut out);
        }
        // A command of ours goes first, so that what stood before it is understood.
        Some((n, word))
            if n > 0 && ["scan", "git", "dir", "directory", "fs", "filesystem"].contains(&word.as_str()) =>
        {
            out.push(rest.remove(n));
            out.extend(options(rest));
        }
        Some((0, word)) if OURS.contains(&word.as_str()) => out.extend(rest),
        _ => out.extend(options(rest)),
    }
    out
}

/// `detect` reads a history, with `--no-git` a folder, with `--pipe` a stream; `protect` what is staged.
fn old_command(word: &str, rest: Vec<OsString>, out: &mut Vec<OsString>) {
    let (mut kept, mut sources) = (Vec::new(), Vec::new());
    let (mut no_git, mut pipe, mut staged) = (false, word == "stdin", false);
    let mut args = rest.into_iter();
    while let Some(arg) = args.next() {
        let text = arg.to_string_lossy().into_owned();
        match (text.as_str(), text.split_once('=')) {
            ("--no-git", _) => no_git = true,
            ("--pipe", _) => pipe = true,
            ("--staged", _) => staged = true,
            ("--source" | "-s" | "--path" | "-p", _) => sources.extend(args.next()),
            (_, Some(("--source" | "-s" | "--path" | "-p", path))) => sources.push(path.into()),
            _ => kept.push(arg),
        }
    }
    let history = word == "detect" && !no_git && !pipe;
    out.push(if history || staged { "git".into() } else { "scan".into() });
    out.extend(staged.then(|| "--staged".into()));
    out.extend(options(kept));
    out.extend(if pipe { vec!["-".into()] } else { sources });
}

/// Translates the options of one command.
fn options(rest: Vec<OsString>) -> Vec<OsString> {
    let mut out = Vec::new();
    let mut args = rest.into_iter();
    while let Some(arg) = args.next() {
        let Some(text) = arg.to_str() else {
            out.push(arg);
            continue;
        };
        if text == "--" {
            out.push(arg);
            out.extend(args);
            break;
        }
        let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
        if MEANINGLESS.contains(&name) {
            continue;
        }
        if MEANINGLESS_WITH_VALUE.contains(&name) {
            if value.is_none() {
                args.next();
            }
            continue;
        }
        if name == "--log-opts" {
            let wanted = value.map(OsString::from).or_else(|| args.next());
            out.extend(log_options(wanted.unwrap_or_default()));
            continue;
        }
        match RENAMED.iter().find(|(old, _)| *old == name) {
            Some((_, [ours])) if value.is_some() => {
                out.push(format!("{ours}={}", value.unwrap_or_default()).into());
            }
            Some((_, ours)) => out.extend(ours.iter().map(OsString::from)),
            None => out.push(text.strip_prefix("file://").map_or_else(|| arg.clone(), OsString::from)),
        }
    }
    joined(out)
}

/// Options for `git log` that name no commits: the whole history, or what came since a day. More is scanned then
/// than git would show, never less.
fn log_options(wanted: OsString) -> Vec<OsString> {
    let text = wanted.to_string_lossy().into_owned();
    let counted = |before: Option<&str>| matches!(before, Some("-n" | "--max-count"));
    let words: Vec<&str> = text.split_whitespace().collect();
    let revision = |n: usize| !words[n].starts_with('-') && !counted(n.checked_sub(1).map(|n| words[n]));
    if (0..words.len()).any(revision) {
        return vec![format!("--range={text}").into()];
    }
    let day =
        |word: &&str| word.strip_prefix("--since=").or(word.strip_prefix("--after=")).map(str::to_owned);
    match words.iter().find_map(day) {
        Some(day) => vec!["--since".into(), day.into()],
        None => Vec::new(),
    }
}

/// What is two options elsewhere and one here: a staged scan, and a branch since a commit.
fn joined(mut args: Vec<OsString>) -> Vec<OsString> {
    if args.contains(&"--staged".into()) {
        args.retain(|a| a != "--pre-commit");
    }
    let value = |names: &[&str], args: &[OsString]| -> Option<(usize, usize, String)> {
        let at = args.iter().position(|a| {
            a.to_str().is_some_and(|a| names.iter().any(|n| a == *n || a.starts_with(&format!("{n}="))))
        })?;
        let text = args[at].to_string_lossy();
        match text.split_once('=') {
            Some((_, value)) => Some((at, 1, value.to_owned())),
            None => Some((at, 2, args.get(at + 1)?.to_string_lossy().into_owned())),
        }
    };
    let since = value(&["--since-commit"], &args);
    let branch = value(&["--branch"], &args);
    if let (Some((at, length, since)), Some((_, _, branch))) = (since, branch) {
        args.splice(at..at + length, [OsString::from(format!("--range={since}..{branch}"))]);
        if let Some((at, length, _)) = value(&["--branch"], &args) {
            args.drain(at..at + length);
        }
    }
    args
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_git_and_builds_hand_over_stays_as_it_is() {
        for typed in ["ci --sarif=a.sarif --report b.json", "hook pre-push origin file:///srv/a.git"] {
            let words = || format!("skout {typed}").split(' ').map(OsString::from).collect::<Vec<_>>();
            assert_eq!(rewrite(words()), words());
        }
    }

    #[test]
    fn old_command_lines_become_ours() {
        for (old, ours) in [
            ("detect --source . -v", "git -v ."),
            (
                "detect --no-git -s src --report-format json --report-path out.json",
                "scan --format json --output out.json src",
            ),
            ("detect --source=. --log-opts=main..HEAD --redact", "git --range=main..HEAD ."),
            ("detect --log-opts=--all -v", "git -v"),
            ("git --log-opts=-5", "git"),
            ("git --log-opts=--since=2024-05-01 .", "git --since 2024-05-01 ."),
            ("detect --pipe", "scan -"),
            ("protect --staged --no-banner -v", "git --staged -v"),
            ("protect", "scan"),
            ("stdin --redact=50", "scan -"),
            ("-v --no-banner git --pre-commit --staged --no-color", "git -v --staged --color never"),
            ("dir src --exit-code 7 -l debug", "dir src --exit-code 7"),
            ("filesystem . --json --no-verification --results=verified", "filesystem . --format json"),
            ("git file://. --since-commit main --branch topic --fail", "git . --range=main..topic"),
            ("git file://. --since-commit main", "git . --since-commit main"),
            (". --sarif --no-validate", ". --format sarif"),
            ("scan -- --json", "scan -- --json"),
            ("scan -o dir", "scan -o dir"),
            ("rules list --format json", "rules list --format json"),
        ] {
            let typed = std::iter::once("skout").chain(old.split(' ')).map(OsString::from);
            let words: Vec<String> =
                rewrite(typed).into_iter().skip(1).map(|w| w.into_string().unwrap()).collect();
            assert_eq!(words.join(" "), ours, "{old}");
        }
    }
}
