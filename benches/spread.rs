//! What files cost by what they hold: `cargo bench --bench spread -- FOLDER…`. Prints how many nanoseconds a byte takes in most
//! files, in few, and in which the most: beside that is to be seen what a file can be made to cost (`hostile.rs`).
//!
//! Facts about one machine and some folders. Nothing here asserts a time.

#![allow(clippy::print_stdout, reason = "a benchmark speaks to a terminal")]

use std::fs;
use std::hint::black_box;
use std::time::Instant;

use ignore::Walk;
use skout::blob::Blob;
use skout::detect::{Detector, Settings};
use skout::rule::RuleSet;

/// Files shorter than this cost what a call costs, in bytes; of longer ones only the first piece is read.
const SHORT: usize = 1 << 11;
const PIECE: usize = 1 << 20;

/// How many of the dearest files are named.
const NAMED: usize = 10;

fn main() {
    let rules = RuleSet::builtin();
    let detector = Detector::new(&rules, Settings::default()).expect("the built-in rules are right");
    let folders = std::env::args().skip(1).filter(|word| !word.starts_with("--"));
    let files = folders.flat_map(Walk::new).flatten().map(|entry| entry.into_path());
    let mut costs: Vec<(f64, usize, String)> = files
        .filter_map(|path| {
            let bytes = fs::read(&path).ok().filter(|bytes| bytes.len() >= SHORT && !bytes.contains(&0))?;
            let bytes = &bytes[..bytes.len().min(PIECE)];
            Some((time(&detector, bytes), bytes.len(), path.to_string_lossy().into_owned()))
        })
        .collect();
    costs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let Some(last) = costs.len().checked_sub(1) else {
        return println!("name a folder with files of {SHORT} bytes and more");
    };
    println!("{} files, nanoseconds a byte:", costs.len());
    for (part, said) in
        [(0.5, "half"), (0.9, "nine tenths"), (0.99, "all but 1 in 100"), (0.999, "all but 1 in 1,000")]
    {
        println!("{:10.2}  at most in {said}", costs[(last as f64 * part) as usize].0);
    }
    for (cost, length, path) in costs.iter().rev().take(NAMED) {
        println!("{cost:10.2}  {length} bytes of {path}");
    }
}

/// How long the detector takes for a byte of the text, in nanoseconds: the better of two times.
fn time(detector: &Detector<'_>, text: &[u8]) -> f64 {
    let once = || {
        let begun = Instant::now();
        black_box(detector.scan(black_box(&Blob::whole("example.txt", text))).len());
        begun.elapsed().as_secs_f64()
    };
    once().min(once()) * 1e9 / text.len() as f64
}
