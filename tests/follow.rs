//! What is known of an object helps with those made from it, and changes nothing: an object that is scanned with the
//! marks of its base, near the changes only, has the findings that it has by itself.
//!
//! The texts are the rules' own examples between words of code; the bases are the same with bytes missing or replaced.

use std::ops::Range;
use std::sync::LazyLock;

use proptest::prelude::*;
use skout::blob::{Blob, Trail};
use skout::detect::{Detector, Settings};
use skout::finding::Finding;
use skout::rule::example::expand;
use skout::rule::{Confidence, RuleSet};

static RULES: LazyLock<RuleSet> = LazyLock::new(RuleSet::builtin);

/// One for all objects, so that each is scanned with what was remembered of the others.
static DETECTOR: LazyLock<Detector<'static>> = LazyLock::new(|| {
    let settings = Settings { confidence: Confidence::Low, ..Settings::default() };
    Detector::new(&RULES, settings).expect("the rules are sound")
});

/// Text between the examples: marks that come to nothing, far and near.
const BETWEEN: &[&str] = &[
    "",
    "\n",
    "\n\n\n",
    " ",
    "\"",
    "for key in keys: f(key, token)\n",
    "static struct key_spec *lookup(const char *key, size_t len);\n",
    "password = getpass()\ntoken: $TOKEN\nsecret := os.Getenv(\"SECRET\")\n",
    "https://example.org/a/b?key=&token=\n\\u006b %6b &#107;\n",
    "-----BEGIN CERTIFICATE-----\nQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB\n",
    "kind: Secret\nmetadata:\n  name: x\n",
];

/// Every example of every rule.
fn examples() -> Vec<String> {
    let all = RULES.all().flat_map(|(_, rule)| rule.matches.iter().chain(rule.clean.iter()));
    all.map(|template| expand(template).expect("the examples are sound").text).collect()
}

/// An object and what it was made from.
#[derive(Debug)]
struct Pair {
    base: Vec<u8>,
    object: Vec<u8>,
    /// What the object has of its base: where it begins there and here, and how long it is.
    copies: Vec<(usize, usize, usize)>,
}

impl Pair {
    /// The base is the object with other bytes in the place of each range.
    fn new(object: Vec<u8>, cuts: Vec<(Range<usize>, usize)>) -> Self {
        let (mut base, mut copies, mut at) = (Vec::new(), Vec::new(), 0);
        for (cut, other) in cuts.into_iter().filter(|(cut, other)| !cut.is_empty() || *other > 0) {
            if cut.start > at {
                copies.push((base.len(), at, cut.start - at));
                base.extend_from_slice(&object[at..cut.start]);
            }
            base.extend(std::iter::repeat_n(b'x', other));
            at = cut.end.max(at);
        }
        if at < object.len() {
            copies.push((base.len(), at, object.len() - at));
            base.extend_from_slice(&object[at..]);
        }
        Self { base, object, copies }
    }

    /// Where the object is not as its base: new bytes, and joints of copies.
    fn seams(&self) -> Vec<Range<usize>> {
        let mut seams = Vec::new();
        let (mut from, mut at) = (0, 0);
        let end = (self.base.len(), self.object.len(), 0);
        for (start, place, length) in self.copies.iter().copied().chain([end]) {
            if start != from || place != at {
                seams.push(at..place);
            }
            (from, at) = (start + length, place + length);
        }
        seams
    }

    /// What is known of the object, when `base` is known of its base.
    fn trail(&self, base: &Trail, clean: bool) -> Trail {
        let mut trail = Trail { fresh: Some(self.seams()), clean, ..Trail::default() };
        for (start, place, length) in &self.copies {
            let stands = |span: &Range<usize>| *start <= span.start && span.end <= start + length;
            for mark in base.marks.iter().filter(|mark| stands(&mark.span())) {
                let mut mark = *mark;
                mark.at = mark.at - start + place;
                trail.marks.push(mark);
            }
        }
        trail
    }
}

fn pairs() -> impl Strategy<Value = Pair> {
    let examples = examples();
    let pieces = prop_oneof![
        prop::sample::select(examples),
        prop::sample::select(BETWEEN).prop_map(str::to_owned),
        (prop::sample::select(BETWEEN), 1..60usize).prop_map(|(text, times)| text.repeat(times)),
    ];
    let cut = (any::<prop::sample::Index>(), 0..24usize, 0..24usize);
    (prop::collection::vec(pieces, 1..8), prop::collection::vec(cut, 1..5)).prop_map(|(pieces, cuts)| {
        let object = pieces.concat().into_bytes();
        let mut cuts: Vec<(Range<usize>, usize)> = cuts
            .into_iter()
            .map(|(place, length, other)| {
                let from = place.index(object.len() + 1);
                (from..object.len().min(from + length), other)
            })
            .collect();
        cuts.sort_by_key(|(cut, _)| (cut.start, cut.end));
        Pair::new(object, cuts)
    })
}

fn told(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(|f| format!("{:?} {:?} {:?}", f.rule, f.places[0].start, f.places[0].end)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn an_object_has_the_same_findings_with_its_base_and_without(pair in pairs()) {
        let mut base = Trail::default();
        let clean = DETECTOR.follow(&Blob::whole("", &pair.base), &mut base).is_empty();
        let object = Blob::whole("", &pair.object);
        let mut trail = pair.trail(&base, clean);
        let followed = DETECTOR.follow(&object, &mut trail);
        prop_assert_eq!(told(&followed), told(&DETECTOR.scan(&object)), "{:?}", pair);
    }
}
