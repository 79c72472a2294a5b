//! Ignore markers: how each is written, which lines it speaks about, which rules, and until when.
//!
//! In flow the bytes of a text; out flow the markers that stand in it, in order. Whether a marker may
//! be obeyed where it stands is decided in `inline.rs`.

use std::ops::Range;
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, MatchKind};

use super::date::Date;

/// The lines a marker speaks about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Its own line, or the statement it was written for.
    Line,
    /// Its own line, or the statement below.
    LineOrNext,
    /// The statement below.
    NextLine,
    /// Everything below, up to the end mark.
    Start,
    /// Ends what `Start` began.
    End,
    /// The whole file.
    File,
}

/// A marker as it stands in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Marker {
    /// The bytes of the marker's word.
    pub span: Range<usize>,
    /// The lines.
    pub reach: Reach,
    /// Rules as written; empty means every rule.
    pub rules: Vec<String>,
    /// The last day on which it holds.
    pub until: Option<Date>,
    /// Why, in the writer's words.
    pub reason: String,
    /// What is wrong with it, if it cannot be obeyed.
    pub broken: Option<String>,
    /// One of our own: the foreign ones are never reported as unused.
    pub own: bool,
    /// The word, as reports name it.
    pub word: &'static str,
}

/// A word and what it means.
struct Word {
    text: &'static str,
    reach: Reach,
    /// Whether names of rules may follow.
    takes_rules: bool,
}

const fn word(text: &'static str, reach: Reach, takes_rules: bool) -> Word {
    Word { text, reach, takes_rules }
}

/// Every marker but the `pragma:` family, which allows more ways of writing. Longer words first, where
/// one begins another. Sources: the tools' own documentation, see docs/ignoring.md.
static WORDS: &[Word] = &[
    word("skout:allow-next-line", Reach::NextLine, true),
    word("skout:allow-start", Reach::Start, true),
    word("skout:allow-end", Reach::End, true),
    word("skout:allow-file", Reach::File, true),
    word("skout:allow", Reach::Line, true),
    word("gitleaks:allow", Reach::Line, false),
    word("gitleaks:ignore", Reach::Line, false),
    word("betterleaks:allow", Reach::Line, false),
    word("trufflehog:ignore", Reach::Line, false),
    word("kingfisher:ignore", Reach::LineOrNext, false),
    word("secretlint-disable-next-line", Reach::NextLine, true),
    word("secretlint-disable-line", Reach::Line, true),
    word("secretlint-disable", Reach::Start, true),
    word("secretlint-enable", Reach::End, true),
    word("ggignore", Reach::Line, false),
];

/// What to look for: each word begins with one of these.
const STEMS: &[&str] = &[
    "skout:allow",
    "skout: allow",
    "gitleaks:",
    "betterleaks:",
    "trufflehog:",
    "kingfisher:",
    "secretlint-",
    "ggignore",
    "pragma:",
    "Pragma:",
];

/// How much of the text after a marker is read for its arguments, in bytes.
const ARGUMENTS: usize = 400;

/// All markers of a text, in order, in one pass.
pub(crate) fn find(bytes: &[u8]) -> Vec<Marker> {
    static SEARCH: OnceLock<AhoCorasick> = OnceLock::new();
    // Whichever is first: only such a search takes 32 bytes at a time.
    let build = || AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(STEMS);
    let search = SEARCH.get_or_init(|| build().expect("ten words are few enough"));
    let apart = |at: usize| at.checked_sub(1).is_none_or(|n| !part_of_word(bytes[n]));
    let stems = search.find_iter(bytes).map(|stem| stem.start());
    stems.filter(|at| apart(*at)).filter_map(|at| read(bytes, at)).collect()
}

fn part_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'@')
}

/// The marker that begins at `at`, if one does.
fn read(bytes: &[u8], at: usize) -> Option<Marker> {
    let rest = &bytes[at..bytes.len().min(at + ARGUMENTS)];
    let rest = &rest[..memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len())];
    let lowered = rest[..rest.len().min(40)].to_ascii_lowercase();
    if let Some((reach, length)) = pragma(&lowered) {
        return Some(plain(at..at + length, reach, "pragma: allowlist secret"));
    }
    // A blank behind the colon, as behind `pragma:`, is easily written and means the same.
    let closed = rest.strip_prefix(b"skout: ").map(|after| [&b"skout:"[..], after].concat());
    let (rest, blank) = closed.as_deref().map_or((rest, 0), |closed| (closed, 1));
    let found = WORDS.iter().find(|w| {
        let next = rest.get(w.text.len()).copied().unwrap_or(b' ');
        rest.starts_with(w.text.as_bytes()) && !(next.is_ascii_alphanumeric() || matches!(next, b'-' | b'_'))
    })?;
    let mut marker = plain(at..at + found.text.len() + blank, found.reach, found.text);
    marker.own = found.text.starts_with("skout:");
    if found.takes_rules {
        let mut after = &rest[found.text.len()..];
        if in_string(bytes, at) {
            after = &after[..memchr::memchr(b'"', after).unwrap_or(after.len())];
        }
        let text = String::from_utf8_lossy(after).into_owned();
        if marker.own { own_arguments(&mut marker, &text) } else { foreign_rules(&mut marker, &text) }
    }
    Some(marker)
}

/// Whether the marker stands in a string in double quotes, as in JSON, which has no comments: what comes after the
/// string is not about it.
fn in_string(bytes: &[u8], at: usize) -> bool {
    let line = &bytes[at.saturating_sub(ARGUMENTS)..at];
    let line = &line[memchr::memrchr2(b'\n', b'\r', line).map_or(0, |end| end + 1)..];
    memchr::memchr_iter(b'"', line).count() % 2 == 1
}

fn plain(span: Range<usize>, reach: Reach, word: &'static str) -> Marker {
    let (rules, reason) = (Vec::new(), String::new());
    Marker { span, reach, rules, until: None, reason, broken: None, own: false, word }
}

/// `pragma: allowlist secret` in all its spellings: the blank may miss, `whitelist` is the old word,
/// `nextline` speaks about the line below. Returns how long it is.
fn pragma(lowered: &[u8]) -> Option<(Reach, usize)> {
    let text = std::str::from_utf8(lowered).ok().or_else(|| {
        let upto = std::str::from_utf8(lowered).err()?.valid_up_to();
        std::str::from_utf8(&lowered[..upto]).ok()
    })?;
    let mut rest = text.strip_prefix("pragma:")?.trim_start();
    rest = rest.strip_prefix("allowlist").or_else(|| rest.strip_prefix("whitelist"))?;
    rest = rest.strip_prefix([' ', '-'])?;
    let next = rest.strip_prefix("nextline ").or_else(|| rest.strip_prefix("nextline-"));
    let end = next.unwrap_or(rest).strip_prefix("secret")?;
    if end.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return None;
    }
    let reach = if next.is_some() { Reach::NextLine } else { Reach::Line };
    Some((reach, text.len() - end.len()))
}

/// Cuts off what ends a comment.
fn inside_comment(text: &str) -> &str {
    let ends = ["*/", "-->", "*)", "#}", "%>", "--%>", "}}", "-}", "?>", "|#", "\"\"\"", "'''"];
    let end = ends.iter().filter_map(|end| text.find(end)).min().unwrap_or(text.len());
    text[..end].trim().trim_end_matches(['"', ',', '\'']).trim_end()
}

/// Reads `[rule, rule] reason=… until=YYYY-MM-DD`, in any order; a bare name with a `-` or a `*` is a
/// rule, other bare words are the reason.
fn own_arguments(marker: &mut Marker, text: &str) {
    let mut rest = inside_comment(text).trim_start_matches([':', ' ', '\t']);
    let mut words = Vec::new();
    while !rest.is_empty() {
        let (argument, after) = split_argument(rest);
        rest = after.trim_start();
        if let Some(list) = argument.strip_prefix('[') {
            let names = list.trim_end_matches(']').split(',').map(str::trim).filter(|n| !n.is_empty());
            marker.rules.extend(names.map(str::to_owned));
        } else if let Some(day) = argument.strip_prefix("until=") {
            let day = day.trim_matches('"');
            marker.until = Date::parse(day);
            if marker.until.is_none() {
                marker.broken = Some(format!("'until={day}' is no date; write until=YYYY-MM-DD"));
            }
        } else if let Some(reason) = argument.strip_prefix("reason=") {
            words.push(reason.trim_matches('"').to_owned());
        } else if words.is_empty() && is_rule_name(argument) {
            marker.rules.extend(argument.split(',').filter(|n| !n.is_empty()).map(str::to_owned));
        } else {
            words.push(argument.to_owned());
        }
    }
    marker.reason = words.join(" ");
}

/// The first argument of `text`, and what comes after it: a list in brackets, a quoted value, or a word.
fn split_argument(text: &str) -> (&str, &str) {
    let end = if text.starts_with('[') {
        text.find(']').map(|n| n + 1)
    } else if let Some(open) = ["reason=\"", "until=\""].iter().find(|o| text.starts_with(**o)) {
        text[open.len()..].find('"').map(|n| open.len() + n + 1)
    } else {
        text.find([' ', '\t'])
    };
    text.split_at(end.unwrap_or(text.len()))
}

fn is_rule_name(text: &str) -> bool {
    let shaped = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '*' | ',');
    text.contains(['-', '*']) && text.chars().all(shaped) && !text.starts_with('-')
}

/// The rules a foreign marker names: `@scope/name-rule-x, other`, up to ` -- ` and the reason.
fn foreign_rules(marker: &mut Marker, text: &str) {
    let text = inside_comment(text);
    let (names, reason) = text.split_once("-- ").unwrap_or((text, ""));
    marker.reason = reason.trim().to_owned();
    let name = |n: &str| n.rsplit('/').next().unwrap_or(n).to_owned();
    let listed = names.split([',', ' ']).map(str::trim).filter(|n| n.contains("secretlint-rule-"));
    let mut rules: Vec<String> = listed.map(name).collect();
    if rules.iter().any(|r| r.contains("-preset-")) {
        rules.clear();
    }
    let bare = |r: &String| r.rsplit("secretlint-rule-").next().unwrap_or(r).to_owned();
    marker.rules = rules.iter().map(bare).map(|r| format!("~{r}")).collect();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Marker {
        let mut all = find(text.as_bytes());
        assert_eq!(all.len(), 1, "{text}: {all:?}");
        all.remove(0)
    }

    #[test]
    fn a_blank_behind_the_colon_does_not_matter() {
        let marker = one("x # skout: allow-next-line reason=made up");
        assert_eq!((marker.reach, marker.reason.as_str(), marker.span), (Reach::NextLine, "made up", 4..26));
        assert_eq!(find(b"skout: allowed, skout: all"), []);
    }

    #[test]
    fn the_reason_ends_where_its_comment_or_string_ends() {
        assert_eq!(one("{- skout:allow made up -}").reason, "made up");
        assert_eq!(one("k = 1 {- skout:allow -}").reason, "");
        assert_eq!(one(r#"{"_": "skout:allow made up", "key": "value"}"#).reason, "made up");
        assert_eq!(one(r#"KEY = "value"  # skout:allow reason="made up""#).reason, "made up");
    }

    #[test]
    fn every_word_is_read_with_its_reach() {
        for word in WORDS {
            assert_eq!(one(&format!("x # {}", word.text)).reach, word.reach, "{}", word.text);
            assert!(find(format!("x{}", word.text).as_bytes()).is_empty(), "{}", word.text);
            assert!(find(format!("{}ing", word.text).as_bytes()).is_empty(), "{}", word.text);
        }
        for text in ["pragma: allowlist secret", "pragma:allowlist secret", "pragma: whitelist-secret"] {
            assert_eq!(one(text).reach, Reach::Line, "{text}");
        }
        assert_eq!(one("# pragma: allowlist nextline secret").reach, Reach::NextLine);
        assert!(find(b"# pragma: no cover").is_empty());
    }

    #[test]
    fn our_own_marker_takes_rules_reason_and_a_day() {
        let marker = one("// skout:allow openai-project-key reason=from the docs until=2999-01-31");
        assert_eq!(marker.rules, ["openai-project-key"]);
        assert_eq!(marker.reason, "from the docs");
        assert_eq!(marker.until, Date::parse("2999-01-31"));
        let marker = one("/* skout:allow [aws-*, stripe-key] until=\"2999-01-31\" reason=\"a b\" */ code");
        assert_eq!((marker.rules.len(), marker.reason.as_str()), (2, "a b"));
        assert_eq!(one("<!-- skout:allow only an example -->").reason, "only an example");
    }

    #[test]
    fn a_day_that_is_none_breaks_the_marker() {
        assert!(one("# skout:allow until=soon").broken.is_some_and(|b| b.contains("soon")));
    }

    #[test]
    fn rules_of_a_foreign_marker_are_kept() {
        let marker = one("// secretlint-disable-line @secretlint/secretlint-rule-slack -- demo");
        assert_eq!(marker.rules, ["~slack"]);
        assert_eq!(marker.reason, "demo");
        assert!(one("/* secretlint-disable */").rules.is_empty());
    }
}
