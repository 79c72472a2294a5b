//! Regular expressions of Go, Python and JavaScript in the words of the `regex` crate.
//!
//! In flows a foreign pattern, out flows one of ours with the secret in a named group and the literals that
//! stand in every match, or the reason why it cannot be.

use regex_syntax::hir::literal::Extractor;
use regex_syntax::hir::{Hir, HirKind};

/// Translates a pattern.
///
/// # Errors
/// What it uses that searches in linear time do not have, in words.
pub(super) fn translate(foreign: &str) -> Result<String, String> {
    let mut out = String::new();
    let chars: Vec<char> = foreign.chars().collect();
    let (mut n, mut class) = (0, None);
    let verbose = foreign.starts_with("(?x") || foreign.starts_with("(?ix") || foreign.starts_with("(?sx");
    while n < chars.len() {
        let rest = |k: usize| chars.get(n + k).copied().unwrap_or('\0');
        let c = chars[n];
        match class {
            _ if c == '\\' => {
                n += escape(&chars[n..], class.is_some(), &mut out)?;
                continue;
            }
            Some(start) => {
                class_member(&chars, n, start, &mut out);
                if c == ']' && n > start {
                    class = None;
                }
            }
            None if c == '[' => {
                out.push('[');
                let negated = rest(1) == '^';
                if negated {
                    out.push('^');
                    n += 1;
                }
                // A bracket that comes first stands for itself.
                class = Some(n + 1);
            }
            None if c == '(' && rest(1) == '?' => {
                group(&chars[n..])?;
                if rest(2) == '#' {
                    n += chars[n..].iter().position(|c| *c == ')').map_or(chars.len(), |end| end + 1);
                    continue;
                }
                out.push(c);
            }
            None if c == '{' && !is_quantifier(&chars[n..]) => out.push_str("\\{"),
            None if c == '#' && verbose => {
                n += chars[n..].iter().position(|c| *c == '\n').unwrap_or(chars.len() - n);
                continue;
            }
            None => out.push(c),
        }
        n += 1;
    }
    check(&out)?;
    Ok(out)
}

/// Whether the pattern compiles and says something.
fn check(pattern: &str) -> Result<(), String> {
    let built = regex::bytes::RegexBuilder::new(pattern).unicode(false).size_limit(4 << 20).build();
    built.map(drop).map_err(|e| {
        let reason = e.to_string();
        let last = reason.lines().last().unwrap_or_default().trim().trim_start_matches("error: ").to_owned();
        format!("the pattern does not compile here: {last}")
    })
}

/// Copies an escape and says how many characters it took.
fn escape(at: &[char], in_class: bool, out: &mut String) -> Result<usize, String> {
    match at.get(1).copied().unwrap_or('\0') {
        'Q' => {
            let end = at.windows(2).position(|w| w == ['\\', 'E']).unwrap_or(at.len());
            let quoted: String = at[2.min(end)..end].iter().collect();
            out.push_str(&regex_syntax::escape(&quoted));
            Ok((end + 2).min(at.len()))
        }
        'Z' if !in_class => {
            out.push_str("\\z");
            Ok(2)
        }
        c @ '1'..='9' if !in_class => Err(format!("it refers back to a group (\\{c})")),
        c @ ('K' | 'G' | 'R' | 'X') if !in_class => Err(format!("it uses \\{c}")),
        c @ ('p' | 'P') => Err(format!("it uses a class of Unicode (\\{c})")),
        // These two are boundaries of words here.
        c @ ('<' | '>') => {
            out.push(c);
            Ok(2)
        }
        'e' => {
            out.push_str("\\x1b");
            Ok(2)
        }
        c if c.is_ascii_punctuation() || "bBdDsSwWnrtfvaAzxuU0 ".contains(c) => {
            out.push('\\');
            out.push(c);
            Ok(2)
        }
        c => {
            // Letters without a meaning stand for themselves.
            out.push(c);
            Ok(2)
        }
    }
}

/// Copies one character of a class, which begins at `start`.
fn class_member(chars: &[char], n: usize, start: usize, out: &mut String) {
    let c = chars[n];
    let next = chars.get(n + 1).copied();
    if c == '[' && next != Some(':') || c == ']' && n == start {
        out.push('\\');
    }
    // Doubled, these are operations on classes here.
    if matches!(c, '&' | '~' | '-') && next == Some(c) {
        out.push('\\');
    }
    out.push(c);
}

/// Refuses groups that look around.
fn group(at: &[char]) -> Result<(), String> {
    let begin: String = at.iter().take(4).collect();
    for (sign, problem) in [
        ("(?=", "it looks ahead (?=…)"),
        ("(?!", "it looks ahead (?!…)"),
        ("(?<=", "it looks behind (?<=…)"),
        ("(?<!", "it looks behind (?<!…)"),
        ("(?>", "it uses an atomic group (?>…)"),
        ("(?(", "it uses a condition (?(…)…)"),
        ("(?P=", "it refers back to a group"),
    ] {
        if begin.starts_with(sign) {
            return Err(format!("{problem}, which a search in linear time does not have"));
        }
    }
    Ok(())
}

fn is_quantifier(at: &[char]) -> bool {
    let body: String = at[1..].iter().take_while(|c| **c != '}').collect();
    let closed = at.len() > body.chars().count() + 1;
    let number = |t: &str| t.chars().all(|c| c.is_ascii_digit());
    let (low, high) = body.split_once(',').unwrap_or((&body, ""));
    closed && !low.is_empty() && number(low) && number(high)
}

/// Names the group that holds the secret: the one with a number from 1, or the first; nothing if there
/// is no group. A group with a name keeps it, unless it is that of a secret.
pub(super) fn mark_secret(pattern: &str, wanted: usize) -> String {
    let chars: Vec<char> = pattern.chars().collect();
    let (mut out, mut count, mut n, mut class) = (String::new(), 0, 0, false);
    let wanted = wanted.max(1);
    while n < chars.len() {
        let c = chars[n];
        let begins = |text: &str| chars[n..].iter().copied().take(text.len()).eq(text.chars());
        if c == '\\' {
            out.push(c);
            out.extend(chars.get(n + 1));
            n += 2;
            continue;
        }
        class = match c {
            '[' => true,
            ']' => false,
            _ => class,
        };
        let named = begins("(?P<") || begins("(?<");
        if !class && c == '(' && (!begins("(?") || named) {
            count += 1;
            if count == wanted {
                out.push_str("(?<secret>");
                n += if named { chars[n..].iter().position(|c| *c == '>').unwrap_or(0) + 1 } else { 1 };
                continue;
            }
        }
        out.push(c);
        n += 1;
    }
    out
}

/// Literals of which one stands in every match; `None` if the pattern has no fixed text of three letters.
pub(super) fn anchors(pattern: &str) -> Option<Vec<String>> {
    let hir = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern).ok()?;
    required(&hir)
}

/// The most literals a rule may ask for.
const MOST: usize = 64;

fn required(hir: &Hir) -> Option<Vec<String>> {
    match hir.kind() {
        HirKind::Capture(capture) => required(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => required(&repetition.sub),
        HirKind::Alternation(all) => {
            let each: Option<Vec<Vec<String>>> = all.iter().map(required).collect();
            Some(each?.concat()).filter(|all| all.len() <= MOST)
        }
        HirKind::Concat(all) => {
            let tails = (0..all.len())
                .map(|n| begins(&Hir::concat(all[n..].to_vec())).or_else(|| required_part(&all[n])));
            tails.flatten().max_by_key(|list| worth(list))
        }
        _ => begins(hir),
    }
}

fn required_part(hir: &Hir) -> Option<Vec<String>> {
    if matches!(hir.kind(), HirKind::Concat(_)) { None } else { required(hir) }
}

/// Longer literals are worth more, fewer of them, too.
fn worth(list: &[String]) -> (usize, std::cmp::Reverse<usize>) {
    (list.iter().map(String::len).min().unwrap_or(0).min(8), std::cmp::Reverse(list.len()))
}

/// What a match begins with, if that is fixed.
fn begins(hir: &Hir) -> Option<Vec<String>> {
    for length in [12, 6, 4, 3] {
        let mut extractor = Extractor::new();
        extractor.limit_literal_len(length).limit_total(MOST).limit_repeat(3).limit_class(3);
        let found = extractor.extract(hir);
        let Some(literals) = found.literals() else { continue };
        let texts: Option<Vec<String>> =
            literals.iter().map(|l| String::from_utf8(l.as_bytes().to_vec()).ok()).collect();
        let mut texts = texts?;
        texts.sort();
        texts.dedup();
        if !texts.is_empty() && texts.len() <= MOST && texts.iter().all(|t| t.len() >= 3) {
            return Some(texts);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use regex::bytes::Regex;

    #[test]
    fn foreign_ways_of_writing_are_translated() {
        for (foreign, text) in [
            (r"\Qa.b\E{2}", "a.bb"),
            (r"${a}-\<x\>", "a"),
            (r"[[a&&b--x~~]+\Z", "[&-x~"),
            (r"(?#note)a{,3}b", "a{,3}b"),
            ("(?x) a b # a comment with ( and {\n c", "abc"),
            (r"(?P<key>k_[0-9]{3})\/", "k_123/"),
            (r"[]a]+", "]a"),
        ] {
            let ours = translate(foreign).unwrap_or_else(|e| panic!("{foreign}: {e}"));
            let matches = Regex::new(&ours).unwrap().is_match(text.as_bytes());
            assert!(matches || foreign.starts_with('$'), "{foreign} became {ours}");
        }
    }

    #[test]
    fn what_cannot_be_searched_in_linear_time_is_said() {
        for (foreign, part) in [
            ("(?!a)b", "looks ahead"),
            ("(?<=a)b", "looks behind"),
            (r"(a)\1", "refers back"),
            ("(", "compile"),
        ] {
            assert!(translate(foreign).unwrap_err().contains(part), "{foreign}");
        }
    }

    #[test]
    fn the_group_of_the_secret_gets_its_name() {
        assert_eq!(mark_secret(r"a(?:b)[(](c)(d)", 0), r"a(?:b)[(](?<secret>c)(d)");
        assert_eq!(mark_secret(r"a(c)(?P<x>d)", 2), r"a(c)(?<secret>d)");
        assert_eq!(mark_secret(r"\(a\)", 0), r"\(a\)");
    }

    #[test]
    fn anchors_stand_in_every_match() {
        let sorted = |p: &str| anchors(p).unwrap_or_default();
        assert_eq!(sorted(r"\bacme_(?:live|test)_[0-9a-f]{32}"), ["acme_live_", "acme_test_"]);
        assert_eq!(sorted(r"[\w.-]{0,50}?(?:acme)[0-9]{9}"), ["acme"]);
        assert_eq!(sorted(r"(?i)acme[0-9]{9}").len(), 16);
        assert_eq!(anchors(r"[0-9a-f]{32}"), None);
        assert_eq!(sorted(r"(foo_|barx)[0-9]+"), ["barx", "foo_"]);
    }
}
