//! Explains a line of a file, a text, or a rule.
//!
//! In flows what a person asks about; out flows, for everything any rule took for a secret there, what the
//! judges said and whether it counts in a scan. Values are masked.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::bail;
use clap::Args;

use super::ground::Ground;
use super::verdict;
use crate::blob::{Blob, BlobKind};
use crate::cli::exit::Exit;
use crate::cli::say::pass;
use crate::detect::{Detector, Settings};
use crate::glob::GlobSet;
use crate::output::sanitized;
use crate::rule::Confidence;
use crate::source::{FileOptions, Files, Item, Source};

/// `skout explain`.
#[derive(Debug, Args)]
pub(in crate::cli) struct ExplainArgs {
    /// A place (FILE:LINE), or the id of a rule.
    #[arg(value_name = "FILE:LINE|RULE", required_unless_present = "string", conflicts_with = "string")]
    target: Option<String>,
    /// A text to explain instead. Mind your shell's history: a file is the better place for a real key.
    #[arg(long, value_name = "TEXT")]
    string: Option<String>,
    /// The name of the file the text is to be taken for [default: text].
    #[arg(long, value_name = "NAME", conflicts_with = "target")]
    filename: Option<String>,
    /// Configuration file; else skout.toml, .skout.toml or .config/skout.toml at the repository root.
    #[arg(short, long, value_name = "PATH")]
    config: Option<PathBuf>,
    /// Findings in this baseline do not count.
    #[arg(short, long, value_name = "PATH")]
    baseline: Option<PathBuf>,
}

/// Runs it.
pub(in crate::cli) fn run(args: &ExplainArgs) -> anyhow::Result<Exit> {
    let ground = |paths: &[PathBuf]| Ground::new(paths, args.config.as_deref(), args.baseline.as_deref());
    let text = match (&args.string, &args.target) {
        (Some(text), _) => {
            of_text(&ground(&[])?, args.filename.as_deref().unwrap_or("text"), text.as_bytes())?
        }
        (None, Some(target)) => match place(target) {
            Some((path, line)) => of_file(&ground(&[on_disk(path).into()])?, path, line)?,
            None => return rule(target, &ground(&[])?),
        },
        (None, None) => bail!("name a place (FILE:LINE), a rule, or a text with --string"),
    };
    pass(text.as_bytes()).map(|()| Exit::Clean)
}

/// A rule, as `skout rules show` shows it.
fn rule(id: &str, ground: &Ground) -> anyhow::Result<Exit> {
    let Some((number, rule)) = ground.rules.find(id) else {
        let meant = crate::cli::rules::did_you_mean(id, &ground.rules);
        bail!("'{id}' is no rule and no place;{meant} name a place as FILE:LINE, with a line number from 1");
    };
    crate::cli::rules::show(rule, (!ground.uses(number)).then_some(ground.config.as_str()))
}

/// `src/app.js:12` as a path and a line; `src/app.js:12:5`, as reports write it, too.
fn place(target: &str) -> Option<(&str, u64)> {
    let numbered = |target: &'_ str| -> Option<(usize, u64)> {
        let (path, number) = target.rsplit_once(':')?;
        number.parse().ok().filter(|n| *n > 0).map(|number| (path.len(), number))
    };
    let (end, number) = numbered(target)?;
    let path = &target[..end];
    match numbered(path) {
        Some((end, line)) if !Path::new(path).exists() => Some((&path[..end], line)),
        _ => Some((path, number)),
    }
}

/// The file that holds what reports call `path`: of `a.zip!/member`, the archive.
fn on_disk(path: &str) -> &str {
    match path.split_once("!/") {
        Some((archive, _)) if !Path::new(path).exists() => archive,
        _ => path,
    }
}

/// What there is to say about a line of a file, which is read as every scan reads it: unpacked, transcoded, in
/// pieces if it is large.
fn of_file(ground: &Ground, path: &str, line: u64) -> anyhow::Result<String> {
    let (exclude, include) = (GlobSet::default(), GlobSet::default());
    let options = FileOptions { gitignore: false, exclude, include, jobs: 1 };
    let detector = Detector::new(&ground.rules, settings())?;
    let said: Mutex<(String, Option<String>)> = Mutex::default();
    let last = AtomicU64::new(0);
    let file = on_disk(path);
    if !Path::new(file).is_file() {
        bail!("{path}: there is no such file");
    }
    let member = (file != path).then(|| path.strip_prefix("./").unwrap_or(path));
    Files::new(vec![file.into()], options).each(&|item| {
        let mut said = said.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match item {
            Item::Blob(blob) | Item::Watched(blob, _) | Item::Traced(blob, _)
                if member.is_none_or(|member| blob.path == member) =>
            {
                let end = blob.bytes.len().saturating_sub(1);
                last.fetch_max(blob.position(end).line, Ordering::Relaxed);
                said.0 += &verdict::of(ground, &detector, &blob, Some(line));
            }
            Item::Blob(_) | Item::Watched(..) | Item::Traced(..) => {}
            Item::Skipped { path, reason } => said.1 = Some(format!("{path}: not read: {reason}")),
            Item::Trouble(error) => {
                said.1 = Some(format!("{}: {}. {}", error.place, error.problem, error.advice))
            }
        }
    });
    let (text, trouble) = said.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let (true, Some(trouble)) = (text.is_empty(), trouble) {
        bail!(trouble);
    }
    if let (true, Some(problem)) = (text.is_empty(), beyond(line, last.into_inner())) {
        bail!("{path}:{line}: {problem}");
    }
    let left_out =
        ground.left_out(file.strip_prefix("./").unwrap_or(file)).map(|why| format!("{}.\n", sanitized(&why)));
    Ok(or_nothing(text) + &left_out.unwrap_or_default())
}

/// What is wrong with the number of a line, if the last one of the file (0 if nothing was read) has this number.
fn beyond(line: u64, last: u64) -> Option<String> {
    match last {
        0 => Some("there is nothing to read".to_owned()),
        last if line > last => Some(format!("there is no such line; the last one is {last}")),
        _ => None,
    }
}

fn of_text(ground: &Ground, name: &str, bytes: &[u8]) -> anyhow::Result<String> {
    let detector = Detector::new(&ground.rules, settings())?;
    let mut blob = Blob::whole(name, bytes);
    if bytes.contains(&0) {
        blob.kind = BlobKind::Binary;
    }
    Ok(or_nothing(verdict::of(ground, &detector, &blob, None)))
}

/// Guesses are explained, too.
fn settings() -> Settings {
    Settings { confidence: Confidence::Low, ..Settings::default() }
}

fn or_nothing(text: String) -> String {
    if !text.is_empty() {
        return text;
    }
    "No rule takes anything here for a secret.\n\
     If something is one, a rule of your own in skout.toml will find it; `skout config schema` says how.\n"
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explain(text: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let ground = Ground::new(&[folder.path().to_owned()], None, None).unwrap();
        of_text(&ground, "a.yml", text.as_bytes()).unwrap()
    }

    #[test]
    fn a_place_is_a_path_and_a_line() {
        assert_eq!(place("a/b.js:12"), Some(("a/b.js", 12)));
        assert_eq!(place("C:\\x.js:3"), Some(("C:\\x.js", 3)));
        assert_eq!(place("openai-api-key"), None);
        assert_eq!(place("a/b.js:12:5"), Some(("a/b.js", 12)), "as reports write it");
        assert_eq!(place("a.zip!/b:c.js:12:5"), Some(("a.zip!/b:c.js", 12)));
        assert_eq!(place("a.js:0"), None);
    }

    #[test]
    fn found_and_refused_are_explained_without_the_value() {
        let secret = crate::rule::example::expand("<alnum:32>").unwrap().text;
        let text = explain(&format!("api_key: {secret}\n"));
        assert!(text.contains("a secret, confidence medium") && !text.contains(&secret), "{text}");
        let text = explain("api_key: your-api-key\n");
        assert!(text.contains("no secret: the judge"), "{text}");
        assert!(explain("hello").starts_with("No rule"));
    }
}
