//! From the file as written to a configuration that works: patterns compiled, ids unique, reasons given.
//!
//! In flows the text of `skout.toml`, out flows a configuration or the first error, with its line and
//! column and what to do.

use std::collections::BTreeMap;
use std::ops::Range;

use regex::bytes::{Regex, RegexBuilder};
use toml::Spanned;

use super::file::{AllowEntry, File, Many};
use crate::blob::Position;
use crate::glob::GlobSet;
use crate::policy::{Allow, Date};
use crate::rule::schema::{RuleEntry, RuleError};
use crate::rule::{Confidence, Rule, RuleSet, did_you_mean, nearest};
use crate::secret::Fingerprint;

/// What a project says about its scans, checked.
#[derive(Debug, Default)]
pub struct Config {
    /// Report from this level on.
    pub confidence: Option<Confidence>,
    /// Files to leave out, in gitignore syntax from the root of the repository.
    pub exclude: Vec<String>,
    /// Only these files, in the same syntax.
    pub include: Vec<String>,
    /// Only these rules.
    pub only: Vec<String>,
    /// Not these rules.
    pub disable: Vec<String>,
    /// Whether ignore comments are honoured; yes by default.
    pub inline_ignore: Option<bool>,
    /// A baseline, from the root of the repository.
    pub baseline: Option<String>,
    /// Rules of the project's own.
    pub rules: Vec<Rule>,
    /// Findings that do not count.
    pub allow: Vec<Allow>,
}

/// Something in a configuration file that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {problem}")]
pub struct ConfigError {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: u64,
    /// The column in code points, from 1.
    pub column: u64,
    /// What is wrong and what to do.
    pub problem: String,
}

/// A text and its name, to say where something stands.
struct Text<'t> {
    file: &'t str,
    text: &'t str,
}

impl Text<'_> {
    fn error(&self, span: Range<usize>, problem: impl Into<String>) -> ConfigError {
        let upto = span.start.min(self.text.len());
        let Position { line, column } = Position::START.after(&self.text.as_bytes()[..upto]);
        ConfigError { file: self.file.to_owned(), line, column, problem: problem.into() }
    }

    /// Where `key` is written in the table that begins at `table`; the table itself if it is not.
    fn key(&self, table: Range<usize>, key: &str) -> Range<usize> {
        let mut at = table.start;
        for (n, line) in self.text[table.start..].split_inclusive('\n').enumerate() {
            let trimmed = line.trim_start();
            if n > 0 && trimmed.starts_with("[[") {
                break;
            }
            let named = trimmed.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('='));
            if named {
                return at + (line.len() - trimmed.len())..at + line.len();
            }
            at += line.len();
        }
        table
    }
}

impl Config {
    /// Reads and checks the text of the file called `name`. `rules` are the built-in ones.
    ///
    /// # Errors
    /// The first thing that is wrong: broken TOML, an unknown key, a wrong type, a pattern that does not
    /// compile, an id that is taken, an entry without a reason.
    pub fn parse(name: &str, text: &str, rules: &RuleSet) -> Result<Self, ConfigError> {
        let text = Text { file: name, text: text.strip_prefix('\u{feff}').unwrap_or(text) };
        let file: File = toml::from_str(text.text)
            .map_err(|e| text.error(e.span().unwrap_or(0..0), toml_problem(e.message())))?;
        let globs = |list: &[Spanned<String>]| {
            list.iter().try_for_each(|p| {
                let set = GlobSet::new([p.get_ref().as_str()]);
                set.map(drop).map_err(|e| text.error(p.span(), e.to_string()))
            })
        };
        globs(&file.exclude)?;
        globs(&file.include)?;
        let provider = file.provider.as_deref().unwrap_or("This project");
        let own = own_rules(&text, provider, &file.rules, rules)?;
        let known = |name: &str| {
            let start = name.strip_suffix('*');
            let means = |id: &str| start.map_or(name == id, |s| id.starts_with(s));
            rules.ids().chain(own.iter().map(|rule| &*rule.id)).any(means)
        };
        if let Some(named) = file.only.iter().chain(&file.disable).find(|n| !known(n.get_ref())) {
            let ids = rules.ids().chain(own.iter().map(|rule| &*rule.id));
            return Err(text.error(named.span(), no_rule(named.get_ref(), ids)));
        }
        let allow = file.allow.iter().map(|entry| allow(&text, entry, &known)).collect::<Result<_, _>>()?;
        let plain = |list: Vec<Spanned<String>>| list.into_iter().map(Spanned::into_inner).collect();
        Ok(Self {
            confidence: file.confidence,
            exclude: plain(file.exclude),
            include: plain(file.include),
            only: plain(file.only),
            disable: plain(file.disable),
            inline_ignore: file.inline_ignore,
            baseline: file.baseline.map(Spanned::into_inner),
            rules: own,
            allow,
        })
    }
}

/// That there is no rule of this name, and which one may be meant.
fn no_rule<'i>(name: &str, ids: impl Iterator<Item = &'i str>) -> String {
    let meant = did_you_mean(name, ids);
    format!("there is no rule '{name}';{meant} `skout rules list` shows all ids")
}

/// The parser's message in our words, with what to do; a value of a wrong type is not repeated.
fn toml_problem(message: &str) -> String {
    let message = message.trim().replace('\n', "; ").replace('`', "'");
    let mut quoted = message.split('\'').skip(1).step_by(2);
    let word = quoted.next().unwrap_or_default();
    let known: Vec<&str> = quoted.collect();
    let wrong_type = message.strip_prefix("invalid type: ").and_then(|rest| rest.rsplit_once(", expected "));
    match (message.split(' ').take(2).collect::<Vec<_>>().as_slice(), wrong_type) {
        (["unknown", "field"], _) => {
            let known = match nearest(word, known.into_iter()) {
                Some(meant) => format!("unknown key '{word}', did you mean '{meant}'?"),
                None => message.replace("unknown field", "unknown key") + ";",
            };
            known + " `skout config schema` describes every key"
        }
        (["unknown", "variant"], _) => format!("'{word}' is none of {}", known.join(", ")),
        (["missing", "field"], _) if word == "reason" => {
            "missing key 'reason'; say in one sentence why these findings do not count".to_owned()
        }
        (["missing", "field"], _) => message.replace("missing field", "missing key"),
        (_, Some((_, "a sequence"))) => "a list is wanted here, such as [\"one\", \"two\"]".to_owned(),
        (_, Some((_, wanted))) => format!("{wanted} is wanted here"),
        _ if message.starts_with("wanted string") => "a string is wanted here".to_owned(),
        _ => message.clone(),
    }
}

fn own_rules(
    text: &Text<'_>,
    provider: &str,
    entries: &[Spanned<RuleEntry>],
    builtin: &RuleSet,
) -> Result<Vec<Rule>, ConfigError> {
    let mut seen = BTreeMap::new();
    let mut own = Vec::new();
    for entry in entries {
        let (rule, span) = (entry.get_ref(), entry.span());
        let taken = if builtin.find(&rule.id).is_some() {
            Some("is a built-in rule; choose a new id, and switch the built-in one off under 'disable'")
        } else {
            seen.insert(rule.id.as_str(), ()).map(|()| "is the id of two rules; choose a new one")
        };
        if let Some(problem) = taken {
            return Err(text.error(text.key(span, "id"), format!("'{}' {problem}", rule.id)));
        }
        let wrong = |e: RuleError| {
            let keys = ["pattern", "anchor", "remedy", "name", "id"];
            let key = keys.into_iter().find(|k| e.problem.contains(k)).unwrap_or("id");
            let key = if key == "anchor" { "anchors" } else { key };
            text.error(text.key(entry.span(), key), e.to_string())
        };
        let made = Rule::from_entry(provider, rule).map_err(wrong)?;
        GlobSet::new(rule.paths.iter().map(String::as_str))
            .map_err(|e| text.error(text.key(entry.span(), "paths"), e.to_string()))?;
        if let Some(problem) = too_large(&made.pattern) {
            return Err(text.error(text.key(entry.span(), "pattern"), problem));
        }
        own.push(made);
    }
    Ok(own)
}

/// How large a pattern may look before it is compiled to be sure, in states. A run compiles no pattern
/// that no text asks for; one that would be refused then must be refused here.
const SUSPECT: usize = 20_000;

/// Why a pattern that parses cannot be used, if it cannot.
fn too_large(pattern: &str) -> Option<String> {
    let hir = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern).ok()?;
    if states(&hir) < SUSPECT {
        return None;
    }
    let built = RegexBuilder::new(pattern).unicode(false).size_limit(4 << 20).build();
    built.err().map(|e| format!("the pattern does not compile: {e}; make its repetitions shorter"))
}

/// Roughly how many states a pattern compiles to.
fn states(hir: &regex_syntax::hir::Hir) -> usize {
    use regex_syntax::hir::HirKind::{Alternation, Capture, Class, Concat, Empty, Literal, Look, Repetition};
    match hir.kind() {
        Empty | Look(_) | Class(_) => 1,
        Literal(literal) => literal.0.len(),
        Repetition(r) => states(&r.sub).saturating_mul(r.max.unwrap_or(r.min + 1) as usize),
        Capture(c) => states(&c.sub),
        Concat(all) | Alternation(all) => all.iter().map(states).fold(0, usize::saturating_add),
    }
}

fn allow(
    text: &Text<'_>,
    entry: &Spanned<AllowEntry>,
    known: &dyn Fn(&str) -> bool,
) -> Result<Allow, ConfigError> {
    let (span, entry) = (entry.span(), entry.get_ref());
    let here = text.error(span.clone(), "");
    let reason = entry.reason.get_ref().trim();
    if reason.is_empty() {
        let problem = "'reason' is empty; say in one sentence why these findings do not count";
        return Err(text.error(entry.reason.span(), problem));
    }
    let list = |values: &Option<Spanned<Many>>| values.as_ref().map_or(Vec::new(), |v| v.get_ref().0.clone());
    let at = |values: &Option<Spanned<Many>>| values.as_ref().map_or(span.clone(), Spanned::span);
    let rules = list(&entry.rule);
    if let Some(name) = rules.iter().find(|name| !known(name)) {
        let problem = format!("there is no rule '{name}'; `skout rules list` shows all ids");
        return Err(text.error(at(&entry.rule), problem));
    }
    let paths = list(&entry.path);
    let paths = GlobSet::new(paths.iter().map(String::as_str))
        .map_err(|e| text.error(at(&entry.path), e.to_string()))?;
    let made = Allow {
        reason: reason.to_owned(),
        place: format!("{}:{}", here.file, here.line),
        rules,
        paths,
        path_patterns: patterns(text, &entry.path_regex)?,
        secrets: patterns(text, &entry.secret)?,
        stopwords: list(&entry.stopword),
        fingerprints: fingerprints(text, &entry.fingerprint)?,
        commits: list(&entry.commit),
        until: entry.until.as_ref().map(|day| until(text, day)).transpose()?,
        ..Allow::default()
    };
    if let Some(short) =
        made.commits.iter().find(|c| c.len() < 7 || !c.bytes().all(|b| b.is_ascii_hexdigit()))
    {
        let problem = format!("'{short}' is no commit id; write at least seven of its digits");
        return Err(text.error(at(&entry.commit), problem));
    }
    if made.stopwords.iter().any(|w| w.trim().is_empty()) {
        return Err(text.error(at(&entry.stopword), "a stopword is empty and would stand in every secret"));
    }
    let conditions = [&entry.rule, &entry.path, &entry.path_regex, &entry.secret, &entry.stopword];
    let given = conditions.into_iter().chain([&entry.fingerprint, &entry.commit]);
    if given.flatten().all(|v| v.get_ref().0.is_empty()) {
        let problem = "an [[allow]] without a condition would allow everything; add rule, path, path_regex, \
                       secret, stopword, fingerprint or commit";
        return Err(text.error(span, problem));
    }
    Ok(made)
}

fn patterns(text: &Text<'_>, values: &Option<Spanned<Many>>) -> Result<Vec<Regex>, ConfigError> {
    let Some(values) = values else { return Ok(Vec::new()) };
    let compile = |pattern: &String| {
        let built = RegexBuilder::new(pattern).unicode(false).size_limit(4 << 20).build();
        let built = built.map_err(|e| {
            let reason = e.to_string();
            let last = reason.lines().last().unwrap_or_default().trim_start_matches("error: ");
            text.error(values.span(), format!("the pattern '{pattern}' does not compile: {last}"))
        })?;
        if built.is_match(b"") {
            let problem = format!("the pattern '{pattern}' matches everything; make a part mandatory");
            return Err(text.error(values.span(), problem));
        }
        Ok(built)
    };
    values.get_ref().0.iter().map(compile).collect()
}

fn fingerprints(text: &Text<'_>, values: &Option<Spanned<Many>>) -> Result<Vec<Fingerprint>, ConfigError> {
    let Some(values) = values else { return Ok(Vec::new()) };
    let read = |print: &String| {
        let problem = format!("'{print}' is no fingerprint: it must have 32 digits 0-9a-f");
        Fingerprint::parse(print).ok_or_else(|| text.error(values.span(), problem))
    };
    values.get_ref().0.iter().map(read).collect()
}

/// A day, as a date of TOML or a string.
fn until(text: &Text<'_>, value: &Spanned<toml::Value>) -> Result<Date, ConfigError> {
    let written = match value.get_ref() {
        toml::Value::String(day) => day.clone(),
        other => other.to_string(),
    };
    let problem = format!("'{written}' is no date; write until = 2027-01-31");
    Date::parse(&written).ok_or_else(|| text.error(value.span(), problem))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        Config::parse("skout.toml", text, &RuleSet::builtin()).unwrap_err().to_string()
    }

    const RULE: &str = "[[rule]]\nid = \"acme-key\"\nname = \"Acme key\"\nseverity = \"high\"\n\
        anchors = [\"acme_\"]\npattern = 'acme_[0-9a-f]{32}'\nimpact = \"All.\"\nremedy = \"Revoke it.\"\n\
        [rule.examples]\nmatch = [\"k=«acme_<hex:32>»\"]\nclean = []\n";

    #[test]
    fn everything_can_be_said_and_a_byte_order_mark_does_not_matter() {
        let text = format!(
            "\u{feff}confidence = \"low\"\nexclude = [\"vendor/\"]\ndisable = [\"generic-*\"]\n\
             [[allow]]\nreason = \"sample\"\npath = \"tests/**\"\nrule = [\"acme-key\"]\nuntil = 2999-01-01\n{RULE}"
        );
        let config = Config::parse("skout.toml", &text, &RuleSet::builtin()).unwrap();
        assert_eq!((config.rules.len(), config.allow.len()), (1, 1));
        assert_eq!(config.allow[0].place, "skout.toml:4");
        assert_eq!(config.confidence, Some(Confidence::Low));
    }

    #[test]
    fn errors_say_line_column_and_what_to_do() {
        let twice = format!("{RULE}{RULE}");
        let open = RULE.replace("{32}'", "{32'");
        let nothing = RULE.replace("'acme_[0-9a-f]{32}'", "'(acme_[0-9a-f]{32})?'");
        for (text, part) in [
            ("a = [", "skout.toml:1:"),
            (
                "\nexclud = [\"a\"]",
                "skout.toml:2:1: unknown key 'exclud', did you mean 'exclude'? `skout config",
            ),
            (
                "\ncolour = 1",
                "skout.toml:2:1: unknown key 'colour', expected one of '$schema', 'confidence', ",
            ),
            ("exclude = \"a\"", "skout.toml:1:11: a list is wanted here, such as [\"one\", \"two\"]"),
            ("inline_ignore = \"a\"", "skout.toml:1:17: a boolean is wanted here"),
            ("confidence = 3", "skout.toml:1:14: a string is wanted here"),
            ("confidence = \"hihg\"", "skout.toml:1:14: 'hihg' is none of low, medium, high"),
            ("disable = [\"no-such-rule\"]", "skout.toml:1:12: there is no rule 'no-such-rule'; `skout"),
            ("disable = [\"openai-projct-key\"]", "; did you mean 'openai-project-key'? `skout rules list`"),
            ("[[allow]]\npath = \"x\"", "missing key 'reason'; say in one sentence"),
            ("[[allow]]\nreason = \" \"\npath = \"x\"", "skout.toml:2:10: 'reason' is empty"),
            ("[[allow]]\nreason = \"x\"", "skout.toml:1:1: an [[allow]] without a condition"),
            (
                "[[allow]]\nreason = \"x\"\nsecret = \"(\"",
                "skout.toml:3:10: the pattern '(' does not compile",
            ),
            ("[[allow]]\nreason = \"x\"\nsecret = \".*\"", "matches everything"),
            ("[[allow]]\nreason = \"x\"\nfingerprint = \"12\"", "is no fingerprint"),
            (
                "[[allow]]\nreason = \"x\"\npath = \"a\"\nuntil = \"soon\"",
                "skout.toml:4:9: 'soon' is no date",
            ),
            ("[[allow]]\nreason = \"x\"\ncommit = \"12\"", "is no commit id"),
            (twice.as_str(), "skout.toml:13:1: 'acme-key' is the id of two rules"),
            (open.as_str(), "skout.toml:6:1: rule 'acme-key': the pattern does not compile"),
            (nothing.as_str(), "can match nothing at all"),
        ] {
            let error = error(text);
            assert!(error.contains(part), "{error}\nshould say: {part}");
        }
    }

    #[test]
    fn a_builtin_id_is_taken() {
        let rules = RuleSet::builtin();
        let taken = rules.ids().next().unwrap().to_owned();
        let error = error(&RULE.replace("acme-key", &taken));
        assert!(error.contains("is a built-in rule"), "{error}");
    }

    #[test]
    fn a_pattern_that_would_not_compile_later_is_refused_now() {
        let error = error(&RULE.replace("{32}", "{32}([a-z]{900}){900}"));
        assert!(error.contains("does not compile"), "{error}");
    }
}
