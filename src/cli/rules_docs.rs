//! `skout rules docs`: the pages about rules, made from the rules themselves.
//!
//! In flow the built-in rules; out flow `docs/rules.md`, one section a rule, and the table between the
//! marks in `README.md`. A test holds both to the rules. No example is written: a page that shows keys
//! would be one that scanners stumble over.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, anyhow};

use crate::rule::{Rule, RuleSet, Syntax};

/// What encloses the table in the readme.
const MARKS: (&str, &str) = ("<!-- rules -->", "<!-- /rules -->");

/// The rules of each provider, sorted by the provider's name without regard to case.
type Providers<'r> = BTreeMap<(String, &'r str), Vec<&'r Rule>>;

/// Writes the pages into the project at `root`.
pub(super) fn write(root: &Path) -> anyhow::Result<()> {
    let rules = RuleSet::builtin();
    let providers = by_provider(&rules);
    let docs = root.join("docs");
    fs::create_dir_all(&docs).with_context(|| docs.display().to_string())?;
    let page_path = docs.join("rules.md");
    fs::write(&page_path, page(&providers)).with_context(|| page_path.display().to_string())?;
    let readme = root.join("README.md");
    let text = fs::read_to_string(&readme).with_context(|| readme.display().to_string())?;
    let text = with_table(&text, &table(&providers))
        .ok_or_else(|| anyhow!("{} has no marks {} and {}", readme.display(), MARKS.0, MARKS.1))?;
    fs::write(&readme, text).with_context(|| readme.display().to_string())
}

fn by_provider(rules: &RuleSet) -> Providers<'_> {
    let mut providers = Providers::new();
    for (_, rule) in rules.all() {
        let name = rule.provider.as_ref();
        providers.entry((name.to_lowercase(), name)).or_default().push(rule);
    }
    providers
}

/// The readme with a new table between its marks.
fn with_table(readme: &str, table: &str) -> Option<String> {
    let (head, rest) = readme.split_once(MARKS.0)?;
    let (_, tail) = rest.split_once(MARKS.1)?;
    Some(format!("{head}{}\n{table}{}{tail}", MARKS.0, MARKS.1))
}

/// One row for each initial, the providers linked to their sections.
fn table(providers: &Providers<'_>) -> String {
    let count: usize = providers.values().map(Vec::len).sum();
    let mut rows = BTreeMap::<String, Vec<String>>::new();
    for ((sorted, name), rules) in providers {
        let first = sorted.chars().next().filter(char::is_ascii_alphabetic);
        let initial = first.map_or("0–9".to_owned(), |c| c.to_ascii_uppercase().to_string());
        let link = format!("[{name}](docs/rules.md#{})", anchor(name));
        let many = if rules.len() > 1 { format!(" ({})", rules.len()) } else { String::new() };
        rows.entry(initial).or_default().push(link + &many);
    }
    let mut text = format!("{count} rules for the credentials of {} providers:\n\n", providers.len());
    text += "| | Providers (and how many rules, if more than one) |\n|---|---|\n";
    for (initial, names) in rows {
        text += &format!("| {initial} | {} |\n", names.join(", "));
    }
    text
}

/// The page with one section a rule.
fn page(providers: &Providers<'_>) -> String {
    let count: usize = providers.values().map(Vec::len).sum();
    let mut text = format!(
        "# Rules\n\nskout knows {count} kinds of credentials of {} providers. This page is made from the \
         rules (`skout rules docs .`), and a test holds it to them; `skout rules show ID` prints one \
         section.\n\n\
         *High* confidence means that the shape alone proves a credential, *medium* that shape and \
         context agree, *low* that only the context speaks for it. Words that must stand in a name or near by are \
         compared without regard to case.\n",
        providers.len()
    );
    for ((_, name), rules) in providers {
        text += &format!("\n## {name}\n");
        for rule in rules {
            text += &section(rule);
        }
    }
    text
}

fn section(rule: &Rule) -> String {
    let level = |level: &dyn std::fmt::Debug| format!("{level:?}").to_lowercase();
    let mut text = format!("\n### {}\n\n", rule.id);
    let (severity, confidence) = (level(&rule.severity), level(&rule.confidence));
    text += &format!("{}. Severity {severity}, confidence {confidence}.\n\n", rule.name);
    text += &format!("- **What a leak means:** {}\n", rule.impact);
    text += &format!("- **What to do:** {}\n", rule.remedy);
    text += &format!("- **Found by:** {}\n", found_by(rule));
    if !rule.paths.is_empty() {
        text += &format!("- **Only in:** {}\n", listed(&rule.paths, "and"));
    }
    if !rule.references.is_empty() {
        let links: Vec<String> = rule.references.iter().map(|url| format!("<{url}>")).collect();
        text += &format!("- **See:** {}\n", links.join(", "));
    }
    text
}

/// How the rule finds its secrets, in words.
fn found_by(rule: &Rule) -> String {
    let keywords = listed(&rule.keywords, "or");
    let lines = match rule.near {
        1 => "one line".to_owned(),
        n => format!("{n} lines"),
    };
    let near = match (rule.keywords.is_empty(), rule.near) {
        (true, _) => String::new(),
        (false, 0) => format!(", with {keywords} in the name or on the same line"),
        (false, _) => format!(", with {keywords} in the name or within {lines}"),
    };
    let shape = if rule.pattern.is_empty() {
        String::new()
    } else {
        format!(" of the shape {}", code(&rule.pattern))
    };
    let body = match rule.syntax {
        Syntax::Pattern => format!("text round {}{shape}{near}", listed(&rule.anchors, "or")),
        Syntax::Assignment if rule.anchors.is_empty() => format!("a value{shape}{near}"),
        _ => format!("a value{shape} that a name with {} is given{near}", listed(&rule.anchors, "or")),
    };
    let judge = |what: &str, name: &str| {
        if name.is_empty() { String::new() } else { format!("; its {what} is checked ({name})") }
    };
    body + &judge("structure", &rule.structure) + &judge("checksum", &rule.checksum) + "."
}

/// `a`, `b` or `c`.
fn listed(words: &[std::borrow::Cow<'static, str>], last: &str) -> String {
    let words: Vec<String> = words.iter().map(|w| code(w)).collect();
    match words.split_last() {
        Some((end, rest)) if !rest.is_empty() => format!("{} {last} {end}", rest.join(", ")),
        _ => words.concat(),
    }
}

/// Text as code, whatever backticks it holds.
fn code(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if longest > 0 { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// The name of a heading in a link, the way code hosts make it.
fn anchor(heading: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    heading.to_lowercase().chars().filter(kept).map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_between_the_marks_changes() {
        let readme = "# a\n<!-- rules -->\nold\n<!-- /rules -->\nb\n";
        let text = with_table(readme, "new\n").unwrap();
        assert_eq!(text, "# a\n<!-- rules -->\nnew\n<!-- /rules -->\nb\n");
        assert_eq!(with_table("no marks", "new"), None);
    }

    #[test]
    fn headings_are_linked_as_hosts_name_them() {
        assert_eq!(anchor("Weights & Biases"), "weights--biases");
        assert_eq!(anchor("X (Twitter)"), "x-twitter");
        assert_eq!(anchor("Fly.io"), "flyio");
    }

    #[test]
    fn code_survives_backticks() {
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("a`b"), "`` a`b ``");
    }
}
