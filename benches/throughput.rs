//! How fast the parts are: `cargo bench`. Prints megabytes a second, the best of several passes, on one core.
//!
//! Facts about one machine; compare two builds on the same machine, in turn. Nothing here asserts a time.

#![allow(clippy::print_stdout, reason = "a benchmark speaks to a terminal")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use skout::blob::Blob;
use skout::detect::anchors::Anchors;
use skout::detect::{Detector, Settings};
use skout::rule::{RuleSet, example};

/// How much text each case has, at least, in bytes.
const SIZE: usize = 8 << 20;

/// How long each case is repeated.
const LONG_ENOUGH: Duration = Duration::from_millis(800);

fn main() {
    let rules = RuleSet::builtin();
    let anchors = Anchors::new(&rules);
    let detector = Detector::new(&rules, Settings::default()).expect("the built-in rules are right");
    let code = repeated(&plain_code());
    let minified = repeated(&minified_code());
    let dense = dense_leaks(&rules);
    let misses = repeated("task-runner risk-free disk-size desk-top mask-image flask-login sk-loading\n");
    println!("{:44} {:>10} {:>10}", "case", "MB/s", "findings");
    measure("anchors alone, ordinary code", &code, || anchors.search(black_box(&code)).len() / usize::MAX);
    for (name, text) in [
        ("whole detector, ordinary code", &code),
        ("whole detector, minified, one line", &minified),
        ("whole detector, near misses", &misses),
        ("whole detector, a leak on every line", &dense),
    ] {
        measure(name, text, || detector.scan(black_box(&Blob::whole("example.txt", text))).len());
    }
}

/// Runs `work` over `text` until it was long enough, and prints the best rate.
fn measure(name: &str, text: &[u8], mut work: impl FnMut() -> usize) {
    let begun = Instant::now();
    let (mut best, mut found) = (Duration::MAX, 0);
    while begun.elapsed() < LONG_ENOUGH {
        let pass = Instant::now();
        found = black_box(work());
        best = best.min(pass.elapsed());
    }
    let rate = text.len() as f64 / best.as_secs_f64() / 1e6;
    println!("{name:44} {rate:>10.0} {found:>10}");
}

fn repeated(unit: &str) -> Vec<u8> {
    unit.repeat(SIZE / unit.len() + 1).into_bytes()
}

/// Code with the words that anchors are near to, and no secret.
fn plain_code() -> String {
    let mut text = String::new();
    for n in 0..400 {
        text += &format!(
            "    /// Reads the token of entry {n} and returns its key, or an error if there is none.\n    \
             pub fn entry_{n}(&self, tokens: &[Token], key: Key) -> Result<usize, Error> {{\n        \
             let author = self.authors.get(&key).ok_or(Error::Missing(\"key {n}\"))?;\n        \
             Ok(tokens.iter().filter(|t| t.author == author && t.index > {n}).count())\n    }}\n\n"
        );
    }
    text
}

/// The same kind of words without a line end.
fn minified_code() -> String {
    (0..2000)
        .map(|n| format!("function e{n}(t,k){{return t.key==k?t.tokens[{n}]:e{n}(t.next,k)}};"))
        .collect()
}

/// The examples of all rules, one after the other.
fn dense_leaks(rules: &RuleSet) -> Vec<u8> {
    let lines: Vec<String> = rules
        .all()
        .flat_map(|(_, rule)| rule.matches.iter())
        .filter_map(|template| example::expand(template).ok())
        .map(|example| example.text + "\n")
        .collect();
    repeated(&lines.concat())
}
