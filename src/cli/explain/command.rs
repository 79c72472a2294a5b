//! Explains a line of a file, a text, or a rule.
//!
//! In flows what a person asks about; out flows, for everything any rule took for a secret there, what the
//! judges said. Values are masked.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use anyhow::{Context, bail};
use clap::Args;

use crate::blob::{Blob, BlobKind, Position};
use crate::cli::exit::Exit;
use crate::detect::{Detector, Settings, Trace};
use crate::output::sanitized;
use crate::rule::{Confidence, RuleSet};
use crate::secret::Secret;

/// `skout explain`.
#[derive(Debug, Args)]
pub(in crate::cli) struct ExplainArgs {
    /// A place (FILE:LINE), or the id of a rule.
    #[arg(value_name = "FILE:LINE|RULE", required_unless_present = "string", conflicts_with = "string")]
    target: Option<String>,
    /// A text to explain instead. Mind your shell's history: a file is the better place for a real key.
    #[arg(long, value_name = "TEXT")]
    string: Option<String>,
    /// The name of the file the text is to be taken for.
    #[arg(long, value_name = "NAME", default_value = "text")]
    filename: String,
}

/// Runs it.
pub(in crate::cli) fn run(args: &ExplainArgs) -> anyhow::Result<Exit> {
    let text = match (&args.string, &args.target) {
        (Some(text), _) => explain(&args.filename, text.as_bytes(), None)?,
        (None, Some(target)) => match place(target) {
            Some((path, line)) => {
                let bytes = std::fs::read(path).with_context(|| path.to_owned())?;
                explain(path, &bytes, Some(line))?
            }
            None => return rule(target),
        },
        (None, None) => bail!("name a place (FILE:LINE), a rule, or a text with --string"),
    };
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(Exit::Clean),
    }
}

/// A rule, as `skout rules show` shows it.
fn rule(id: &str) -> anyhow::Result<Exit> {
    if RuleSet::builtin().find(id).is_none() {
        bail!("'{id}' is no rule and no place; name a place as FILE:LINE, with a line number from 1");
    }
    crate::cli::rules::show(id)
}

/// `src/app.js:12` as a path and a line.
fn place(target: &str) -> Option<(&str, u64)> {
    let (path, line) = target.rsplit_once(':')?;
    line.parse().ok().filter(|n| *n > 0).map(|line| (path, line))
}

/// What the rules and judges have to say about `bytes`, or about one line of them.
fn explain(path: &str, bytes: &[u8], line: Option<u64>) -> anyhow::Result<String> {
    let rules = RuleSet::builtin();
    let settings = Settings { confidence: Confidence::Low, ..Settings::default() };
    let detector = Detector::new(&rules, settings)?;
    let mut blob = Blob::whole(path, bytes);
    if bytes.contains(&0) {
        blob.kind = BlobKind::Binary;
    }
    let at = |trace: &Trace| Position::START.after(&bytes[..trace.span.start]);
    let mut traces = Vec::new();
    let found = detector.scan_traced(&blob, &mut |trace| traces.push(trace));
    traces.retain(|trace| line.is_none_or(|line| at(trace).line == line));
    traces.sort_by_key(|trace| (trace.span.start, trace.refused.is_some(), trace.rule));
    let mut text = String::new();
    for trace in &traces {
        let (position, rule) = (at(trace), rules.get(trace.rule));
        let masked = Secret::new(&bytes[trace.span.clone()]).masked();
        let masked = sanitized(&masked);
        writeln!(text, "{}:{}  {masked}", position.line, position.column)?;
        writeln!(text, "  rule      {} ({})", rule.id, rule.name)?;
        for reason in &trace.reasons {
            writeln!(text, "  {:9} {}", reason.judge, reason.text)?;
        }
        let finding = found.iter().find(|f| f.rule == trace.rule && f.first_place().start == position);
        let verdict = match (&trace.refused, finding) {
            (Some(refused), _) => format!("no secret: the judge '{}' says: {}", refused.judge, refused.text),
            (None, Some(f)) if f.confidence < Confidence::Medium => {
                "a guess: shown only with --confidence low".to_owned()
            }
            (None, Some(f)) => {
                format!("a secret, confidence {}", format!("{:?}", f.confidence).to_lowercase())
            }
            (None, None) => "a secret, but a more specific rule claims it".to_owned(),
        };
        writeln!(text, "  verdict   {}\n", sanitized(&verdict))?;
    }
    if traces.is_empty() {
        text = "No rule takes anything here for a secret.\n".to_owned();
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_path_and_a_line() {
        assert_eq!(place("a/b.js:12"), Some(("a/b.js", 12)));
        assert_eq!(place("C:\\x.js:3"), Some(("C:\\x.js", 3)));
        assert_eq!(place("openai-api-key"), None);
        assert_eq!(place("a.js:0"), None);
    }

    #[test]
    fn found_and_refused_are_explained_without_the_value() {
        let secret = crate::rule::example::expand("<alnum:32>").unwrap().text;
        let text = explain("a.yml", format!("api_key: {secret}\n").as_bytes(), Some(1)).unwrap();
        assert!(text.contains("a secret, confidence medium") && !text.contains(&secret), "{text}");
        let text = explain("a.yml", b"api_key: your-api-key\n", None).unwrap();
        assert!(text.contains("no secret: the judge"), "{text}");
        assert!(explain("a.yml", b"hello", None).unwrap().starts_with("No rule"));
    }
}
