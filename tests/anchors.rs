//! Anchors lose nothing: whatever a rule's pattern finds when it is run over every byte, the detector's
//! short ways (anchors, windows, keywords, early refusals) find too.
//!
//! The texts are drawn from the patterns themselves, so that every rule is tried with matches of its own.

use std::fmt::Write as _;
use std::ops::Range;

use proptest::prelude::*;
use proptest::test_runner::TestRng;
use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::hir::{Class, Hir, HirKind};
use skout::blob::Blob;
use skout::detect::judge::COURT;
use skout::detect::{Detector, Settings};
use skout::rule::{Confidence, Rule, RuleId, RuleSet, Syntax};

/// How many times more than its least a repetition without a bound is drawn.
const MORE: u32 = 12;

/// A detector that refuses nothing: what it traces is what its anchors led it to.
fn collecting(rules: &RuleSet) -> Detector<'_> {
    let silent = COURT.iter().map(|judge| judge.name.to_owned()).collect();
    Detector::new(rules, Settings { confidence: Confidence::Low, silent }).expect("the rules are sound")
}

/// What the detector takes for secrets, before any judge has spoken.
fn collected(detector: &Detector<'_>, text: &[u8]) -> Vec<(RuleId, Range<usize>)> {
    let mut all = Vec::new();
    detector.scan_traced(&Blob::whole("", text), &mut |trace| all.push((trace.rule, trace.span)));
    all
}

fn parsed(pattern: &str) -> Hir {
    let mut parser = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build();
    parser.parse(pattern).expect("the pattern is sound")
}

/// A text that the pattern matches, look-around aside.
fn draw(pattern: &Hir, rng: &mut TestRng, out: &mut Vec<u8>) {
    match pattern.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => out.extend_from_slice(&literal.0),
        HirKind::Class(class) => out.push(draw_byte(class, rng)),
        HirKind::Repetition(repetition) => {
            let most = repetition.max.unwrap_or(repetition.min + MORE).min(repetition.min + 4 * MORE);
            for _ in 0..rng.random_range(repetition.min..=most) {
                draw(&repetition.sub, rng, out);
            }
        }
        HirKind::Capture(group) => draw(&group.sub, rng, out),
        HirKind::Concat(parts) => parts.iter().for_each(|part| draw(part, rng, out)),
        HirKind::Alternation(ways) => draw(&ways[rng.random_range(0..ways.len())], rng, out),
    }
}

/// A byte of a class, one that can be printed if there is any.
fn draw_byte(class: &Class, rng: &mut TestRng) -> u8 {
    let ranges: Vec<(u8, u8)> = match class {
        Class::Bytes(class) => class.ranges().iter().map(|r| (r.start(), r.end())).collect(),
        Class::Unicode(class) => {
            class.ranges().iter().map(|r| (r.start() as u8, r.end().min('\x7f') as u8)).collect()
        }
    };
    let all: Vec<u8> = ranges.iter().flat_map(|&(from, to)| from..=to).collect();
    let graphic: Vec<u8> = all.iter().copied().filter(u8::is_ascii_graphic).collect();
    let from = if graphic.is_empty() { all } else { graphic };
    from[rng.random_range(0..from.len())]
}

/// The patterns, as they would be run over every byte.
fn everywhere(rules: &RuleSet) -> Vec<(RuleId, &Rule, Regex)> {
    let patterns = rules.all().filter(|(_, rule)| rule.syntax == Syntax::Pattern);
    let compile = |rule: &Rule| RegexBuilder::new(&rule.pattern).unicode(false).build();
    patterns.map(|(id, rule)| (id, rule, compile(rule).expect("the pattern compiles"))).collect()
}

/// Whether a match is one that the rule wants: not begun within a word, and with a keyword standing
/// plainly near. (A keyword that stands less plainly may count for the detector.)
fn wanted(rule: &Rule, text: &[u8], (all, secret): (&Range<usize>, &Range<usize>)) -> bool {
    let word = |at: usize| text.get(at).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
    if rule.starts && !rule.inside_word && all.start > 0 && word(all.start - 1) && word(all.start) {
        return false;
    }
    if rule.starts && all.len() >= rule.window as usize {
        return false;
    }
    rule.keywords.is_empty()
        || rule.keywords.iter().any(|keyword| stands_near(keyword, text, secret, rule.near))
}

/// Whether a keyword stands as a word of its own within 1,000 bytes and the rule's number of lines.
fn stands_near(keyword: &str, text: &[u8], secret: &Range<usize>, lines: u16) -> bool {
    let keyword = keyword.as_bytes();
    let from = secret.start.saturating_sub(1000);
    let to = text.len().min(secret.end + 1000);
    (from..to.saturating_sub(keyword.len())).any(|at| {
        let end = at + keyword.len();
        let bounded = |n: Option<&u8>| n.is_none_or(|b| !b.is_ascii_alphanumeric());
        let apart = end <= secret.start || secret.end <= at;
        let gap = if end <= secret.start { end..secret.start } else { secret.end.min(at)..at };
        apart
            && text[at..end].eq_ignore_ascii_case(keyword)
            && bounded(at.checked_sub(1).and_then(|n| text.get(n)))
            && bounded(text.get(end))
            && text[gap].iter().filter(|b| **b == b'\n').count() <= usize::from(lines)
    })
}

/// What the patterns find over every byte and the detector does not take for a secret.
fn lost(text: &[u8], patterns: &[(RuleId, &Rule, Regex)], detector: &Detector<'_>) -> String {
    let found = collected(detector, text);
    let mut lost = String::new();
    for (id, rule, pattern) in patterns {
        for captures in pattern.captures_iter(text) {
            let all = captures.get(0).expect("a match has bounds");
            let secret = captures.name("secret").unwrap_or(all);
            let (all, secret) = (all.range(), secret.range());
            if wanted(rule, text, (&all, &secret)) && !found.contains(&(*id, secret.clone())) {
                let shown = String::from_utf8_lossy(&text[secret.clone()]).into_owned();
                writeln!(lost, "{} at {secret:?}: {shown}", rule.id).expect("a string takes all");
            }
        }
    }
    lost
}

/// A line or so of a file with a match of the rule in it.
fn line_with(rule: &Rule, rng: &mut TestRng) -> Vec<u8> {
    let mut text = Vec::new();
    let before = ["", "", " ", "key = \"", "- ", "x:", "(", "https://h.example/?a=", "sk-", "\n\n"];
    let after = ["", "", " ", "\"", "\";\n", ",", ")", "&b=1", "\r\n", "-"];
    if let [_, ..] = &*rule.keywords {
        text.extend_from_slice(rule.keywords[rng.random_range(0..rule.keywords.len())].as_bytes());
        text.extend_from_slice([": ", "\n", " ", "_KEY="][rng.random_range(0..4)].as_bytes());
    }
    text.extend_from_slice(before[rng.random_range(0..before.len())].as_bytes());
    draw(&parsed(&rule.pattern), rng, &mut text);
    text.extend_from_slice(after[rng.random_range(0..after.len())].as_bytes());
    text
}

/// A value that a rule for assignments wants, under a name that calls the rule.
fn assignment_of(rule: &Rule, rng: &mut TestRng) -> (Vec<u8>, Range<usize>) {
    let mut value = Vec::new();
    draw(&parsed(&rule.pattern), rng, &mut value);
    let pick = |list: &[std::borrow::Cow<'static, str>], rng: &mut TestRng| {
        list.get(rng.random_range(0..list.len().max(1))).map_or("", |word| word).replace(' ', "_")
    };
    let (keyword, anchor) = (pick(&rule.keywords, rng), pick(&rule.anchors, rng));
    let name = match (keyword.trim_matches('_'), anchor.as_str()) {
        (keyword, "") => format!("{keyword}_api_key"),
        ("", anchor) => anchor.to_owned(),
        (keyword, anchor) => format!("{keyword}_{anchor}"),
    };
    let (open, close) =
        [(" = \"", "\";\n"), ("=", "\n"), (": '", "'"), ("\": \"", "\",")][rng.random_range(0..4)];
    let mut text = format!("{name}{open}").into_bytes();
    let from = text.len();
    text.extend_from_slice(&value);
    let span = from..text.len();
    text.extend_from_slice(close.as_bytes());
    (text, span)
}

#[test]
fn every_assignment_rule_is_found_under_a_name_that_calls_it() {
    let rules = RuleSet::builtin();
    let detector = collecting(&rules);
    let mut rng = TestRng::deterministic_rng(prop::test_runner::RngAlgorithm::ChaCha);
    let (mut lost, mut tried) = (String::new(), 0);
    let shaped =
        |rule: &Rule| rule.syntax == Syntax::Assignment && !rule.pattern.is_empty() && rule.paths.is_empty();
    for (id, rule) in rules.all().filter(|(_, rule)| shaped(rule)) {
        for _ in 0..8 {
            tried += 1;
            let (text, secret) = assignment_of(rule, &mut rng);
            if !collected(&detector, &text).contains(&(id, secret)) {
                writeln!(lost, "{}: {}", rule.id, String::from_utf8_lossy(&text))
                    .expect("a string takes all");
            }
        }
    }
    assert!(tried > 600 && lost.is_empty(), "of {tried} lost:\n{lost}");
}

#[test]
fn every_rule_is_found_by_its_anchors_wherever_its_pattern_matches() {
    let rules = RuleSet::builtin();
    let (patterns, detector) = (everywhere(&rules), collecting(&rules));
    let mut rng = TestRng::deterministic_rng(prop::test_runner::RngAlgorithm::ChaCha);
    let mut all = String::new();
    for pattern in &patterns {
        for _ in 0..8 {
            let text = line_with(pattern.1, &mut rng);
            all += &lost(&text, std::slice::from_ref(pattern), &detector);
        }
    }
    assert!(all.is_empty(), "lost:\n{all}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Several rules' matches side by side and run together, every pattern over every byte.
    #[test]
    fn the_anchors_lose_nothing_that_every_pattern_everywhere_finds(
        picks in prop::collection::vec((any::<prop::sample::Index>(), any::<u64>()), 1..6),
    ) {
        let rules = RuleSet::builtin();
        let (patterns, detector) = (everywhere(&rules), collecting(&rules));
        let mut text = Vec::new();
        for (pick, seed) in picks {
            let seed = [seed.to_le_bytes(), seed.to_be_bytes()].concat();
            let mut rng = TestRng::from_seed(prop::test_runner::RngAlgorithm::XorShift, &seed);
            text.extend(line_with(pick.get(&patterns).1, &mut rng));
        }
        let lost = lost(&text, &patterns, &detector);
        prop_assert!(lost.is_empty(), "in {:?} lost:\n{lost}", String::from_utf8_lossy(&text));
    }
}
