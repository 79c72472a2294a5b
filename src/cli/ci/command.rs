//! The command itself: service → wish → commits that are here → one scan → everything the service shows.
//!
//! In flow the environment and the event's file; out flows an exit status. It changes the clone only
//! with `--fetch`.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use serde_json::Value;

use super::super::args::CommonArgs;
use super::super::exit::Exit;
use super::super::git::explained;
use super::super::mask::masked;
use super::super::run::notify;
use super::super::session::Session;
use super::service::{Lookup, Service};
use super::wish::Wish;
use super::{fetch, github, outputs};
use crate::output::Format;
use crate::source::Source;
use crate::source::git::{self, History, HistoryOptions, Range};

/// `skout ci`.
#[derive(Debug, Args)]
pub(in crate::cli) struct CiArgs {
    /// Let git fetch what a shallow clone lacks. The only network use, and only with this option.
    #[arg(long)]
    fetch: bool,
    /// The whole history, whatever the event is about.
    #[arg(long)]
    all: bool,
    /// Only what this commit does not have yet, whatever the event is about.
    #[arg(long, value_name = "COMMIT", conflicts_with = "all")]
    base: Option<String>,
    /// Write a SARIF report to this file, too.
    #[arg(long, value_name = "PATH")]
    sarif: Option<PathBuf>,
    /// Write a JSON report to this file, too.
    #[arg(long, value_name = "PATH")]
    report: Option<PathBuf>,
    /// No annotations on the lines of a change.
    #[arg(long)]
    no_annotations: bool,
    /// No summary on the page of the run.
    #[arg(long)]
    no_summary: bool,
    /// Say which commits would be scanned, and scan nothing.
    #[arg(long)]
    plan: bool,
    /// Options that every scan has.
    #[command(flatten)]
    common: CommonArgs,
}

/// Commits by id.
struct Commits {
    tip: String,
    known: Vec<String>,
}

/// Runs it.
pub(in crate::cli) fn run(args: &CiArgs) -> anyhow::Result<Exit> {
    let get: Lookup<'_> = &|name| env::var(name).ok().filter(|value| !value.is_empty());
    let service = Service::detect(get);
    let outcome = scan(args, service, get);
    if outcome.is_err() {
        // The steps that follow must not read the silence as an all-clear.
        outputs::values(&[("exit-code", Exit::Trouble.status().to_string())], get)?;
    }
    outcome
}

fn scan(args: &CiArgs, service: Service, get: Lookup<'_>) -> anyhow::Result<Exit> {
    let wish = wish(args, service, get)?.told(masked);
    let what = wish.what().to_owned();
    notify(&format!("{}: {what}", service.name()));
    let here = Path::new(".");
    let root = git::work_dir(here).map_err(explained)?;
    let mut common = args.common.clone();
    if common.formats.is_empty() {
        common.formats.push("human".to_owned());
    }
    for (name, path) in [("sarif", &args.sarif), ("json", &args.report)] {
        common.formats.extend(path.iter().map(|path| format!("{name}={}", path.display())));
    }
    let session = Session::new(&common, root.as_deref().unwrap_or(here))?.leaving_summary();
    let Some(source) = source(args, &wish, service, &session)? else {
        outputs::values(&[("findings", "0".into()), ("exit-code", "0".into())], get)?;
        notify(&format!("there is nothing to scan: {what}"));
        return Ok(Exit::Clean);
    };
    if args.plan {
        return Ok(Exit::Clean);
    }
    let silence = (service == Service::GitHub && session.shows(Format::Human)).then(outputs::silence);
    if let Some((stop, _)) = &silence {
        outputs::line(stop)?;
    }
    session.run_then(source.as_ref(), &mut |report, exit| {
        if let Some((_, resume)) = &silence {
            outputs::line(resume)?;
        }
        let shown = |path: &Option<PathBuf>| path.as_ref().map_or(String::new(), |p| p.display().to_string());
        // `-f github` has written them already.
        if service == Service::GitHub && !args.no_annotations && !session.shows(Format::Github) {
            outputs::annotations(report)?;
        }
        if !args.no_summary {
            outputs::summary(report, &what, get)?;
        }
        let values = [
            ("findings", report.findings.len().to_string()),
            ("commits", report.receipt.coverage.commits.to_string()),
            ("sarif", shown(&args.sarif)),
            ("report", shown(&args.report)),
            ("exit-code", exit.status().to_string()),
        ];
        outputs::values(&values, get)
    })
}

/// What the run is about, or what the options say instead.
fn wish(args: &CiArgs, service: Service, get: Lookup<'_>) -> anyhow::Result<Wish> {
    if args.all {
        return Ok(Wish::history("the whole history, as --all says"));
    }
    if let Some(base) = &args.base {
        return Ok(Wish::change(base, "HEAD", format!("commits after {base}, as --base says")));
    }
    if service != Service::GitHub {
        return Ok(service.wish(get));
    }
    let sha = get("GITHUB_SHA").unwrap_or_else(|| "HEAD".to_owned());
    let event = match get("GITHUB_EVENT_PATH") {
        None => Value::Null,
        Some(path) => {
            let text = fs::read(&path).with_context(|| format!("{path}: the event cannot be read"))?;
            let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
            serde_json::from_slice(text).with_context(|| format!("{path}: the event is no JSON"))?
        }
    };
    Ok(github::wish(&get("GITHUB_EVENT_NAME").unwrap_or_default(), &event, &sha))
}

/// The source for a wish; `None` if there is nothing to scan.
fn source(
    args: &CiArgs,
    wish: &Wish,
    service: Service,
    session: &Session<'_>,
) -> anyhow::Result<Option<Box<dyn Source>>> {
    let here = Path::new(".");
    match wish {
        Wish::Nothing { .. } => Ok(None),
        Wish::History { .. } => {
            match (git::is_shallow(here).map_err(explained)?, args.fetch) {
                (true, true) => fetch::deepen(here, true, &[])?,
                (true, false) => notify(&format!("this clone is shallow; {}", service.depth_advice())),
                _ => {}
            }
            let options = HistoryOptions { extent: session.extent(), ..HistoryOptions::default() };
            Ok(Some(Box::new(History::open(here, options).map_err(explained)?)))
        }
        Wish::Commits { what, .. } => {
            let commits = commits(args, wish, service)?;
            let known: Vec<&str> = commits.known.iter().map(String::as_str).collect();
            let range = Range::commits(here, &[&commits.tip], &known, what).map_err(explained)?;
            Ok(Some(Box::new(range.within(session.extent()))))
        }
    }
}

/// What a clone that does not know the default branch (one branch of it alone, or `git init` and a fetch) has of the
/// branches that usually are it. One that is where `tip` is tells nothing.
fn guessed(here: &Path, tip: &str) -> anyhow::Result<Vec<String>> {
    let names = ["refs/remotes/origin/main", "refs/remotes/origin/master"];
    let found = names.into_iter().map(|name| git::resolve(here, name).map_err(explained));
    found.filter_map(Result::transpose).filter(|id| !id.as_ref().is_ok_and(|id| id == tip)).collect()
}

/// Finds the commits of a wish in the clone, and fetches what is missing if it may.
fn commits(args: &CiArgs, wish: &Wish, service: Service) -> anyhow::Result<Commits> {
    let Wish::Commits { tip, known, strict, what } = wish else { bail!("there are no commits to find") };
    let here = Path::new(".");
    let find = |name: &String| git::resolve(here, name).map_err(explained);
    let is_missing = |name: &&String| git::resolve(here, name).is_ok_and(|found| found.is_none());
    let shallow = git::is_shallow(here).map_err(explained)?;
    let missing: Vec<String> = [tip].into_iter().chain(known).filter(is_missing).cloned().collect();
    if args.fetch && (shallow || !missing.is_empty()) {
        fetch::deepen(here, shallow, &[])?;
        for name in missing.iter().filter(|name| is_missing(name)) {
            // A commit that a force push left behind may be gone for good; only what must be there stops us.
            if let Err(error) = fetch::deepen(here, false, std::slice::from_ref(name)) {
                if name == tip || *strict {
                    return Err(error);
                }
                notify(&format!("{name} is not there any more, so more is scanned ({error})"));
            }
        }
    }
    let lost =
        |name: &str| format!("{what}: the commit {name} is not in this clone; {}", service.depth_advice());
    let Some(tip) = find(tip)? else { bail!(lost(tip)) };
    let mut here_already = Vec::new();
    for (n, name) in known.iter().enumerate() {
        match find(name)? {
            // A branch compared with itself tells nothing: read all of it.
            Some(id) if name.ends_with("/HEAD") && id == tip => {}
            Some(id) => here_already.push(id),
            None if n == 0 && *strict => bail!(lost(name)),
            None if name.ends_with("/HEAD") => here_already.extend(guessed(here, &tip)?),
            None => {}
        }
    }
    Ok(Commits { tip, known: here_already })
}
