//! A rule as it is written: the TOML of `rules/<provider>.toml` and of a user's own rules.
//!
//! In flows text, out flow checked entries or an error that names the rule. It compiles no pattern
//! for matching. The build script includes this file too, so it imports nothing from the crate.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::shape::Shape;

/// One file of rules.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleFile {
    /// Who issues the credentials.
    pub provider: String,
    /// The rules, at least one.
    #[serde(rename = "rule")]
    pub rules: Vec<RuleEntry>,
}

/// How bad it is when the secret leaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Little can be done with it, or not for long.
    Low,
    /// It opens something of limited reach.
    Medium,
    /// It opens an account or a service.
    High,
    /// It costs money without a limit, or opens everything.
    Critical,
}

/// How sure skout is that a finding is a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Context only.
    Low,
    /// Shape and context agree.
    Medium,
    /// The shape proves it.
    High,
}

/// How a rule finds its candidates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Syntax {
    /// The pattern is searched in a window round an anchor.
    #[default]
    Pattern,
    /// The value of an assignment in any common syntax. Anchors, if there are any, are words in the
    /// name that is assigned to; the pattern, if there is one, must match the whole value.
    Assignment,
    /// The password in the user information of a URL. The anchor is `://`.
    Url,
}

/// The judges that `structure` may name; `detect/judge/structure/` has one file a family.
pub const STRUCTURES: &[&str] = &[
    "anthropic",
    "aws-id",
    "azure-key",
    "basic-auth",
    "bedrock",
    "discord",
    "helicone",
    "hex-run",
    "intercom",
    "json-inside",
    "jwt",
    "mnemonic",
    "one-api",
    "openai",
    "openai-compatible",
    "padded",
    "pem",
    "pem-encrypted",
    "putty",
    "supabase-service",
    "urlsafe16",
    "uuid4",
    "workos",
];

/// The judges that `checksum` may name; `detect/judge/checksum/` has one file a family.
pub const CHECKSUMS: &[&str] = &[
    "base58check",
    "bech32",
    "crc32-base36",
    "crc32-base62",
    "crc32-hex",
    "crc32le-hex",
    "github-fine-grained",
];

/// By what measure the judges of style judge a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Judged {
    /// The pattern gives the shape; nothing but placeholders and plain words is doubted. An assignment
    /// rule without a pattern goes by the name that is assigned to instead.
    #[default]
    Shape,
    /// As something a person chose.
    Password,
    /// As something a machine drew at random.
    Token,
    /// As the digest of a password, which tests and documentation may hold.
    Hash,
}

/// One rule as written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleEntry {
    /// Kebab-case, unique, never reused.
    pub id: String,
    /// What a person calls the credential.
    pub name: String,
    /// How bad a leak is.
    pub severity: Severity,
    /// How sure the shape alone makes us, before judges and context; `high` by default.
    #[serde(default = "high")]
    pub confidence: Confidence,
    /// Rules of one family share their fingerprints; the rule's own id by default.
    pub family: Option<String>,
    /// How candidates are found.
    #[serde(default)]
    pub syntax: Syntax,
    /// Literals of which one must stand in or near the secret; compared without case if written in
    /// lower case in an assignment rule, exactly otherwise.
    #[serde(default)]
    pub anchors: Vec<String>,
    /// The pattern (regex crate syntax, bytes, no Unicode classes). The group `secret` marks the
    /// secret; without it the whole match is the secret.
    #[serde(default)]
    pub pattern: String,
    /// Words of which one must stand near the secret (see `near`), compared without case; `_` stands for `-`, too.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// How many lines above and below the secret `keywords` may stand; 10 by default.
    #[serde(default = "ten")]
    pub near: u16,
    /// A judge that proves the shape (`openai`, `jwt`, …).
    pub structure: Option<String>,
    /// A judge that proves a checksum (`crc32-base62`, …).
    pub checksum: Option<String>,
    /// The least Shannon entropy of the secret in bits per byte, 0 to 8.
    #[serde(default)]
    pub entropy: f64,
    /// By what measure values are judged; `shape` by default.
    #[serde(default)]
    pub judged: Judged,
    /// Only in files whose path matches one of these gitignore patterns.
    #[serde(default)]
    pub paths: Vec<String>,
    /// The keywords are names of a service, and are searched for themselves ([`spellings`]): a key may be given to
    /// the bare name. Only for assignment rules without anchors; every such word costs a little time everywhere.
    #[serde(default)]
    pub brand: bool,
    /// A letter, digit or `_` may stand directly before the match; off by default.
    #[serde(default)]
    pub inside_word: bool,
    /// How many bytes a match of a pattern without an upper bound may have; 16,384 by default. Only for patterns that
    /// begin with one of the anchors. `[a-z]*` with a bound here takes far less to compile than `[a-z]{0,300}`.
    pub reach: Option<u32>,
    /// What belongs to the secret and is reported with it if it stands within 12 lines, each written
    /// `kind: pattern` (`host: [a-z0-9]+\.example\.com`); the group `value` marks the text. Never required.
    #[serde(default)]
    pub pair: Vec<String>,
    /// What somebody who has it can do, one sentence.
    pub impact: String,
    /// What to do now, one sentence, with the real page.
    pub remedy: String,
    /// Where the format or the revocation is described.
    #[serde(default)]
    pub references: Vec<String>,
    /// How to ask the provider whether the key is alive.
    pub verify: Option<toml::Value>,
    /// The rule's own proof.
    pub examples: Examples,
}

/// Lines that prove a rule.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Examples {
    /// Each must be found: exactly the bytes between `«` and `»`, by exactly this rule.
    #[serde(rename = "match")]
    pub matches: Vec<String>,
    /// Nothing may be found in these.
    pub clean: Vec<String>,
    /// The file the examples stand in; `example.txt` by default.
    pub path: Option<String>,
}

fn high() -> Confidence {
    Confidence::High
}

fn ten() -> u16 {
    10
}

/// What is wrong with a rule, in words, with the rule's id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleError {
    /// The rule.
    pub rule: String,
    /// What is wrong and what to do about it.
    pub problem: String,
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rule '{}': {}", self.rule, self.problem)
    }
}

impl std::error::Error for RuleError {}

/// The longest window in bytes round an anchor, whatever a pattern asks for.
pub const LONGEST_WINDOW: u32 = 32 * 1024;

/// The window for a pattern without an upper bound.
const OPEN_WINDOW: u32 = 16 * 1024;

impl RuleEntry {
    /// The pattern without Unicode classes, ready for the `regex` crate's byte API.
    fn parsed(&self) -> Result<regex_syntax::hir::Hir, RuleError> {
        regex_syntax::ParserBuilder::new()
            .unicode(false)
            .utf8(false)
            .build()
            .parse(&self.pattern)
            .map_err(|e| self.error(format!("the pattern does not compile: {e}")))
    }

    fn error(&self, problem: impl Into<String>) -> RuleError {
        RuleError { rule: self.id.clone(), problem: problem.into() }
    }

    /// How many bytes to either side of an anchor the pattern may need.
    ///
    /// # Errors
    /// The pattern does not compile.
    pub fn window(&self) -> Result<u32, RuleError> {
        let longest = self.parsed()?.properties().maximum_len();
        let open = self.reach.map_or(OPEN_WINDOW, |most| most.saturating_add(1));
        let bytes = longest.map_or(open, |n| u32::try_from(n + 2).unwrap_or(u32::MAX));
        Ok(bytes.min(LONGEST_WINDOW))
    }

    /// What all that fits the pattern has in common.
    ///
    /// # Errors
    /// The pattern does not compile.
    pub fn shape(&self) -> Result<Shape, RuleError> {
        Ok(Shape::of(&self.parsed()?))
    }

    /// Whether every match begins with one of the anchors, so that a hit can be refused by the byte
    /// before it without running the pattern.
    pub fn anchored_at_start(&self) -> bool {
        let Ok(pattern) = self.parsed() else { return false };
        let mut extractor = regex_syntax::hir::literal::Extractor::new();
        // `EAA[B-Z]` has 25 beginnings.
        let prefixes = extractor.limit_class(26).extract(&pattern);
        prefixes.literals().is_some_and(|all| {
            let begins = |literal: &[u8]| self.anchors.iter().any(|a| literal.starts_with(a.as_bytes()));
            !all.is_empty() && all.iter().all(|literal| begins(literal.as_bytes()))
        })
    }

    /// Whether the judges that the rule names exist.
    fn check_judges(&self) -> Result<(), RuleError> {
        let named = [("structure", &self.structure, STRUCTURES), ("checksum", &self.checksum, CHECKSUMS)];
        for (field, name, known) in named {
            if let Some(name) = name.as_deref().filter(|n| !known.contains(n)) {
                let known = known.join(", ");
                return Err(self.error(format!("there is no {field} '{name}'; there are {known}")));
            }
        }
        Ok(())
    }

    /// Checks what can be checked without running the rule.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self) -> Result<(), RuleError> {
        let kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.id.is_empty() || !self.id.chars().all(kebab) {
            return Err(self.error("the id may hold only a-z, 0-9 and '-'"));
        }
        if self.name.trim().is_empty() || self.remedy.trim().is_empty() {
            return Err(self.error("'name' and 'remedy' must say something"));
        }
        if self.syntax == Syntax::Pattern && self.pattern.is_empty() {
            return Err(self.error("needs a 'pattern' (or syntax = \"assignment\")"));
        }
        if self.syntax == Syntax::Pattern && self.anchors.is_empty() {
            return Err(self.error("needs 'anchors': literals that stand in or near every match"));
        }
        // A rule for files that hold nothing but one value is called by their names alone.
        let file = self.syntax == Syntax::Assignment && !self.paths.is_empty() && !self.pattern.is_empty();
        if self.anchors.is_empty() && self.keywords.is_empty() && !file {
            return Err(self.error("needs 'anchors' or 'keywords'"));
        }
        if self.brand && (self.syntax != Syntax::Assignment || !self.anchors.is_empty()) {
            return Err(self.error("'brand' is for assignment rules that have keywords and no anchors"));
        }
        self.check_judges()?;
        let searched = [("anchor", &self.anchors), ("keyword", &self.keywords)];
        for (what, word) in searched.iter().flat_map(|(what, words)| words.iter().map(move |w| (what, w))) {
            if !(3..=60).contains(&word.len()) {
                return Err(self.error(format!("the {what} '{word}' must have 3 to 60 bytes")));
            }
        }
        if !self.pattern.is_empty() {
            match self.parsed()?.properties().minimum_len() {
                Some(0) => {
                    return Err(self.error("the pattern can match nothing at all; make a part mandatory"));
                }
                None => return Err(self.error("the pattern can never match; a class in it is empty")),
                Some(_) => {}
            }
        }
        if let Some(reach) = self.reach {
            let open = self.parsed()?.properties().maximum_len().is_none();
            if !(1..LONGEST_WINDOW).contains(&reach) || !open || !self.anchored_at_start() {
                return Err(self.error(
                    "'reach' (1 to 32,767) is for a pattern without an upper bound that begins with an anchor",
                ));
            }
        }
        Ok(())
    }
}

impl RuleFile {
    /// Reads one file of rules and checks each of them.
    ///
    /// # Errors
    /// Broken TOML (with line and column), or the first rule that is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let file: Self = toml::from_str(text).map_err(|error| {
            // In the parser's own words the line would be shown, which may hold a key.
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let (line, column) =
                (before.split('\n').count(), before.chars().rev().take_while(|c| *c != '\n').count() + 1);
            format!("line {line}, column {column}: {}", error.message().trim().replace('\n', "; "))
        })?;
        file.rules.iter().try_for_each(RuleEntry::check).map_err(|e| e.to_string())?;
        Ok(file)
    }
}

/// How a keyword is looked for: in lower case, and with a hyphen for each underscore, as names in YAML, flags and
/// headers have it.
pub fn forms(keyword: &str) -> BTreeSet<Vec<u8>> {
    let lower = keyword.to_ascii_lowercase();
    [lower.replace('_', "-").into_bytes(), lower.into_bytes()].into()
}

/// How the name of a service is spelled where `brand` searches for it: as written, in lower case, in capitals,
/// and with a capital in front. Exact spellings cost the search far less than a name without case does.
pub fn spellings(brand: &str) -> BTreeSet<Vec<u8>> {
    let lower = brand.to_ascii_lowercase().into_bytes();
    let mut front = lower.clone();
    front[..1].make_ascii_uppercase();
    [brand.as_bytes().to_vec(), lower.to_ascii_uppercase(), front, lower].into()
}

/// The first id that occurs twice.
pub fn duplicate_id<'a>(ids: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let mut seen = BTreeSet::new();
    ids.into_iter().find(|id| !seen.insert(*id))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(anchors: &[&str], pattern: &str) -> RuleEntry {
        let text = format!(
            "provider = \"P\"\n[[rule]]\nid = \"p-key\"\nname = \"Key\"\nseverity = \"high\"\nanchors = {anchors:?}\n\
             pattern = '{pattern}'\nimpact = \"i\"\nremedy = \"r\"\n[rule.examples]\nmatch = []\nclean = []\n"
        );
        let mut file: RuleFile = toml::from_str(&text).unwrap();
        file.rules.remove(0)
    }

    #[test]
    fn a_pattern_that_begins_with_its_anchors_is_known() {
        assert!(entry(&["ghp_"], r"(?<secret>ghp_[a-z]{5})").anchored_at_start());
        assert!(entry(&["ghp_"], r"\bghp_[a-z]{5}\b").anchored_at_start());
        assert!(entry(&["ghp_", "gho_"], r"(?<secret>gh[po]_[a-z]{5})").anchored_at_start());
        assert!(entry(&["aaa_", "bbb_"], r"(?:aaa_|bbb_)[a-z]{5}|aaa_x").anchored_at_start());
    }

    #[test]
    fn a_pattern_that_may_begin_otherwise_is_known() {
        assert!(!entry(&["ghp_"], r"(?<secret>gh[po]_[a-z]{5})").anchored_at_start());
        assert!(!entry(&["ghp_"], r"(?:ghp_)?[a-z]{5}").anchored_at_start());
        assert!(!entry(&["T3Blb"], r"sk-[a-z]{5,9}T3Blb[a-z]{5}").anchored_at_start());
        assert!(!entry(&["ghp_"], r"(?i)ghp_[a-z]{5}").anchored_at_start());
    }

    #[test]
    fn a_word_that_cannot_be_searched_for_is_an_error_that_names_it() {
        for word in ["ac", &"a".repeat(61)] {
            let mut rule = entry(&["ghp_"], "ghp_x");
            rule.keywords = vec![word.to_owned()];
            let error = rule.check().unwrap_err().to_string();
            assert!(error.contains("p-key") && error.contains(&format!("keyword '{word}'")), "{error}");
        }
    }

    #[test]
    fn a_keyword_with_underscores_is_looked_for_with_hyphens_too() {
        assert_eq!(forms("DD_API"), [b"dd-api".to_vec(), b"dd_api".to_vec()].into());
        assert_eq!(forms("acme"), [b"acme".to_vec()].into());
    }

    #[test]
    fn a_reach_is_for_a_pattern_that_begins_with_an_anchor_and_has_no_end() {
        let reach = |pattern: &str, reach: u32| {
            let rule = RuleEntry { reach: Some(reach), ..entry(&["ghp_"], pattern) };
            rule.check().map_err(|error| error.to_string())
        };
        assert!(reach("ghp_[a-z]+", 300).is_ok());
        for (pattern, bytes) in
            [("ghp_[a-z]{9}", 300), ("[a-z]+ghp_", 300), ("ghp_[a-z]+", 0), ("ghp_.+", u32::MAX)]
        {
            assert!(reach(pattern, bytes).unwrap_err().contains("'reach' (1 to 32,767)"), "{pattern}");
        }
    }

    #[test]
    fn an_unknown_judge_is_an_error_that_names_the_rule() {
        let mut rule = entry(&["ghp_"], "ghp_x");
        rule.structure = Some("no-such".to_owned());
        let error = rule.check().unwrap_err().to_string();
        assert!(error.contains("p-key") && error.contains("no-such"), "{error}");
    }
}
