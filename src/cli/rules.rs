//! `skout rules`: what skout looks for, and the proof that each rule works.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use clap::{Args, Subcommand};
use serde::Serialize;

use super::exit::Exit;
use super::project::Project;
use super::rules_docs;
use super::say::pass;
use crate::detect::{Detector, Failure, Settings, prove};
use crate::rule::schema::RuleFile;
use crate::rule::{self, Confidence, Rule, RuleId, RuleSet, Selection};

/// `skout rules`.
#[derive(Debug, Args)]
pub(super) struct RulesArgs {
    #[command(subcommand)]
    command: RulesCommand,
}

#[derive(Debug, Subcommand)]
enum RulesCommand {
    /// List all rules.
    List {
        /// human or json.
        #[arg(short, long, value_name = "FMT", default_value = "human")]
        format: String,
    },
    /// Show one rule: what it finds, what a leak means and what to do.
    Show {
        /// The rule's id.
        id: String,
    },
    /// Prove that rules find what their examples mark, and nothing else.
    Test {
        /// A file of your own rules; the built-in ones if none is named.
        file: Option<PathBuf>,
    },
    /// Write the pages about rules into the project at DIR.
    #[command(hide = true)]
    Docs {
        /// The folder with the README.
        dir: PathBuf,
    },
}

/// Runs it.
pub(super) fn run(args: &RulesArgs) -> anyhow::Result<Exit> {
    match &args.command {
        RulesCommand::List { format } => list(format),
        RulesCommand::Show { id } => show_named(id),
        RulesCommand::Test { file } => test(file.as_deref()),
        RulesCommand::Docs { dir } => rules_docs::write(dir).map(|()| Exit::Clean),
    }
}

/// A rule as `rules list --format json` shows it. Changes only by addition.
#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    name: &'a str,
    provider: &'a str,
    severity: String,
    confidence: String,
    family: &'a str,
    anchors: &'a [std::borrow::Cow<'static, str>],
    keywords: &'a [std::borrow::Cow<'static, str>],
    impact: &'a str,
    remedy: &'a str,
    references: &'a [std::borrow::Cow<'static, str>],
}

#[derive(Serialize)]
struct Listing<'a> {
    schema: &'static str,
    rules: Vec<Row<'a>>,
}

fn list(format: &str) -> anyhow::Result<Exit> {
    let rules = of_project()?;
    let text = match format {
        "json" => {
            let rows = rules.all().map(|(_, rule)| row(rule)).collect();
            serde_json::to_string_pretty(&Listing { schema: "skout/rules/v1", rules: rows })? + "\n"
        }
        "human" => {
            let width = rules.all().map(|(_, rule)| rule.id.len()).max().unwrap_or(0);
            rules.all().fold(String::new(), |text, (_, rule)| {
                let severity = word(rule.severity);
                text + &format!("{:width$}  {severity:8}  {}\n", rule.id, rule.name)
            })
        }
        other => bail!("there is no format '{other}' here; use human or json"),
    };
    print(&text)
}

fn row(rule: &Rule) -> Row<'_> {
    Row {
        id: &rule.id,
        name: &rule.name,
        provider: &rule.provider,
        severity: word(rule.severity),
        confidence: word(rule.confidence),
        family: &rule.family,
        anchors: &rule.anchors,
        keywords: &rule.keywords,
        impact: &rule.impact,
        remedy: &rule.remedy,
        references: &rule.references,
    }
}

fn word(level: impl std::fmt::Debug) -> String {
    format!("{level:?}").to_lowercase()
}

/// The built-in rules and those of the project here.
fn of_project() -> anyhow::Result<RuleSet> {
    let (config, _) = Project::at(Path::new(".")).config(None)?;
    Ok(RuleSet::new(config.rules, &Selection::default())?)
}

fn show_named(id: &str) -> anyhow::Result<Exit> {
    let rules = of_project()?;
    let (_, rule) = rules.find(id).ok_or_else(|| {
        anyhow!("there is no rule '{id}';{} `skout rules list` shows all ids", did_you_mean(id, &rules))
    })?;
    show(rule, None)
}

/// What a mistyped id was meant to be, as part of a sentence; empty if nothing is near.
pub(super) fn did_you_mean(id: &str, rules: &RuleSet) -> String {
    rule::did_you_mean(id, rules.ids())
}

/// Shows one rule; `off` is the configuration that switches it off.
pub(super) fn show(rule: &Rule, off: Option<&str>) -> anyhow::Result<Exit> {
    let mut text = format!("{} ({})\n\n", rule.name, rule.id);
    let mut line = |title: &str, value: &str| {
        if !value.is_empty() {
            writeln!(text, "{title:14}{value}").expect("a string takes any text");
        }
    };
    line("provider", &rule.provider);
    line("severity", &word(rule.severity));
    line("confidence", &word(rule.confidence));
    line("impact", &rule.impact);
    line("what to do", &rule.remedy);
    line("anchors", &rule.anchors.join("  "));
    line("keywords", &rule.keywords.join("  "));
    line("pattern", &rule.pattern);
    line("structure", &rule.structure);
    line("checksum", &rule.checksum);
    line("only in", &rule.paths.join("  "));
    for reference in rule.references.iter() {
        line("see", reference);
    }
    if let Some(config) = off {
        line("switched off", &format!("in {config}"));
    }
    print(&text)
}

fn test(file: Option<&Path>) -> anyhow::Result<Exit> {
    let mut own = file.map(read).transpose()?;
    let wanted: Option<Vec<String>> = own.as_ref().map(|own| own.iter().map(|r| r.id.to_string()).collect());
    if let Some(own) = &mut own {
        // A file under rules/ is part of the program already.
        let builtin = RuleSet::builtin();
        let same =
            |a: &Rule, b: &Rule| (&a.pattern, &a.matches, &a.clean) == (&b.pattern, &b.matches, &b.clean);
        own.retain(|rule| !builtin.find(&rule.id).is_some_and(|(_, built)| same(rule, built)));
    }
    let rules = RuleSet::new(own.unwrap_or_default(), &Selection::default())?;
    let detector = Detector::new(&rules, Settings { confidence: Confidence::Low, ..Settings::default() })?;
    detector.check()?;
    let named = |rule: &Rule| wanted.as_ref().is_none_or(|ids| ids.iter().any(|id| *id == rule.id));
    let tested: Vec<(RuleId, &Rule)> = rules.all().filter(|(_, rule)| named(rule)).collect();
    let failures: Vec<Failure> = tested.iter().flat_map(|(id, _)| prove(&detector, &rules, *id)).collect();
    let examples: usize = tested.iter().map(|(_, rule)| rule.matches.len() + rule.clean.len()).sum();
    let mut text = String::new();
    for failure in &failures {
        let Failure { rule, example, problem } = failure;
        writeln!(text, "rule '{rule}': {problem}\n    in the example: {}", example.escape_debug())?;
    }
    let bare = tested.iter().filter(|(_, rule)| rule.matches.is_empty());
    for (_, rule) in bare.clone() {
        writeln!(text, "rule '{}': has no example under 'match' that proves it", rule.id)?;
    }
    let unproven = bare.count();
    let counted = |n: usize, noun: &str| format!("{n} {noun}{}", if n == 1 { "" } else { "s" });
    let (rules, examples) = (counted(tested.len(), "rule"), counted(examples, "example"));
    match (failures.len(), unproven) {
        (0, 0) => {
            writeln!(text, "{rules} {} in {examples}", if tested.len() == 1 { "holds" } else { "hold" })?;
        }
        (0, n) => writeln!(text, "{n} of {rules} not proven")?,
        (1, _) => writeln!(text, "1 of {examples} of {rules} does not hold")?,
        (n, _) => writeln!(text, "{n} of {examples} of {rules} do not hold")?,
    }
    print(&text)?;
    Ok(if failures.len() + unproven == 0 { Exit::Clean } else { Exit::Trouble })
}

/// The rules of a user's file.
fn read(path: &Path) -> anyhow::Result<Vec<Rule>> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    if path.file_name().is_some_and(|name| name.to_string_lossy().ends_with("skout.toml")) {
        return Ok(crate::config::load(path, &path.display().to_string(), &RuleSet::builtin())?.rules);
    }
    let file = RuleFile::parse(&text).map_err(|e| anyhow!("{}: {e}", path.display()))?;
    let rules: Result<Vec<Rule>, _> =
        file.rules.iter().map(|entry| Rule::from_entry(&file.provider, entry)).collect();
    rules.with_context(|| path.display().to_string())
}

/// Writes to standard output; a reader that has gone away is no error.
fn print(text: &str) -> anyhow::Result<Exit> {
    pass(text.as_bytes()).map(|()| Exit::Clean)
}
