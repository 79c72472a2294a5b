//! How much worse a file can be made than a plain one: `cargo bench --bench hostile`. Every anchor of every rule, over and
//! over, in a dozen surroundings; prints the worst of them as a multiple of the time that plain text of that size takes.
//!
//! Facts about one machine; compare two builds on the same machine, in turn. Nothing here asserts a time.

#![allow(clippy::print_stdout, reason = "a benchmark speaks to a terminal")]

use std::collections::BTreeSet;
use std::hint::black_box;
use std::time::{Duration, Instant};

use skout::blob::Blob;
use skout::detect::{Detector, Settings};
use skout::rule::RuleSet;

/// How much text each case has, in bytes, and the worst of them when they are measured once more.
const SIZE: usize = 1 << 16;
const LARGE: usize = 1 << 18;

/// What stands behind each anchor; the second part changes from place to place, so that nothing is twice the same.
const SURROUNDINGS: [(&str, &str); 12] = [
    ("", ""),
    (" ", ""),
    ("\n", ""),
    ("=", " "),
    (": ", "\n"),
    ("=\"", "\"\n"),
    ("\": \"", "\", \""),
    ("\" + \"", ""),
    ("\\u00", ""),
    ("%3d", ""),
    ("-", "-"),
    ("_key = '", "'\n"),
];

/// One anchor of so many is tried, unless a number is given: `cargo bench --bench hostile -- 1` tries all.
const EVERY: usize = 16;

/// How many rows are printed.
const ROWS: usize = 30;

fn main() {
    let rules = RuleSet::builtin();
    let detector = Detector::new(&rules, Settings::default()).expect("the built-in rules are right");
    let anchors: BTreeSet<String> = rules
        .all()
        .flat_map(|(_, rule)| rule.anchors.iter().chain(rule.keywords.iter()).map(|text| text.to_string()))
        .collect();
    let every = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(EVERY);
    let cases: Vec<Case<'_>> = anchors
        .iter()
        .step_by(every)
        .flat_map(|anchor| {
            SURROUNDINGS.map(|round| [false, true].map(|varied| Case { anchor, round, varied }))
        })
        .flatten()
        .collect();
    let limit =
        |size| (0..9).map(|_| time(&detector, &plain_text(size))).min().unwrap_or_default().as_secs_f64();
    let (small, large) = (limit(SIZE), limit(LARGE));
    println!("plain text: {:.0} MB/s", LARGE as f64 / large / 1e6);
    let mut rows: Vec<(f64, &Case<'_>)> =
        cases.iter().map(|case| (time(&detector, &case.text(SIZE)).as_secs_f64() / small, case)).collect();
    rows.sort_by(|a, b| b.0.total_cmp(&a.0));
    for over in [3.0, 10.0, 30.0, 100.0] {
        let count = rows.iter().filter(|row| row.0 > over).count();
        println!("{count:8} of {} take over {over} times as long", rows.len());
    }
    let again = |case: &Case<'_>| time(&detector, &case.text(LARGE)).as_secs_f64() / large;
    let mut worst: Vec<(f64, &Case<'_>)> =
        rows.iter().take(ROWS).map(|(_, case)| (again(case), *case)).collect();
    worst.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (times, case) in worst {
        let Case { anchor, round: (behind, end), varied } = case;
        println!("{times:10.1} x  {:?}", format!("{anchor}{behind}{}{end}", if *varied { "…" } else { "" }));
    }
}

/// An anchor in its surroundings, over and over.
struct Case<'a> {
    anchor: &'a str,
    round: (&'static str, &'static str),
    /// Whether each place holds a number of its own.
    varied: bool,
}

impl Case<'_> {
    fn text(&self, size: usize) -> Vec<u8> {
        let (mut text, mut state) = (Vec::with_capacity(size + 200), 0x9E37_79B9_7F4A_7C15_u64);
        while text.len() < size {
            text.extend_from_slice(self.anchor.as_bytes());
            text.extend_from_slice(self.round.0.as_bytes());
            if self.varied {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                text.extend_from_slice(format!("{:x}", state >> 36).as_bytes());
            }
            text.extend_from_slice(self.round.1.as_bytes());
        }
        text.truncate(size);
        text
    }
}

/// How long the detector takes for one text.
fn time(detector: &Detector<'_>, text: &[u8]) -> Duration {
    let begun = Instant::now();
    black_box(detector.scan(black_box(&Blob::whole("example.txt", text))).len());
    begun.elapsed()
}

/// Text with hardly an anchor.
fn plain_text(size: usize) -> Vec<u8> {
    let unit = "The quick brown fox jumps over the lazy dog, and nobody minds it at all.\n";
    unit.repeat(size / unit.len() + 1).into_bytes()[..size].to_vec()
}
