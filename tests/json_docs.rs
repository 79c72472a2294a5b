//! `docs/json.md` is true: its table names every field that the reports hold and no other, and its example is what
//! skout writes.

#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

#[path = "reports/sample.rs"]
mod sample;

use std::collections::BTreeSet;

use serde_json::Value;
use skout::output::{self, Format, Options};
use skout::report::Report;

fn page() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/json.md")).unwrap()
}

fn json(report: &Report<'_>) -> Value {
    let options = Options {
        show_secrets: false,
        colour: false,
        width: 80,
        verbose: false,
        quiet: false,
        now: 0,
        name: String::new(),
    };
    let mut bytes = Vec::new();
    output::write(report, Format::Json, &options, &mut bytes).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

/// Every field as `findings[].rule`.
fn fields(value: &Value, path: &str, all: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                all.insert(path.clone());
                // The location of an ignored finding has the fields of every location.
                if path != "ignored[].location" {
                    fields(value, &path, all);
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|v| fields(v, &format!("{path}[]"), all)),
        _ => {}
    }
}

#[test]
fn the_table_names_every_field_and_no_other() {
    let rules = sample::rules();
    let mut written = BTreeSet::new();
    fields(&json(&sample::report(&rules)), "", &mut written);
    written.retain(|f| !f.ends_with("[]"));
    let page = page();
    let named: BTreeSet<String> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(field, _)| field.to_owned())
        .collect();
    assert_eq!(named, written);
}

#[test]
fn the_example_is_what_skout_writes() {
    let rules = sample::rules();
    let mut report = sample::report(&rules);
    report.findings.truncate(1);
    report.findings[0].places.remove(0);
    report.ignored.clear();
    report.stale.clear();
    report.receipt.errors.clear();
    report.receipt.skipped.truncate(1);
    if let Some(origin) = report.findings[0].places[0].origin.as_deref_mut() {
        origin.refs.truncate(1);
    }
    let mut written = json(&report);
    written["tool"]["version"] = "0.1.0".into();
    let page = page();
    let example = page.split_once("```json\n").unwrap().1.split_once("```").unwrap().0;
    let example: Value = serde_json::from_str(example).unwrap();
    assert_eq!(
        example,
        written,
        "the example should be:\n{}",
        serde_json::to_string_pretty(&written).unwrap()
    );
}
