//! What people see: one report in every format, held to its snapshot, to its schema, and to the promise that
//! nothing of a secret and nothing hostile comes out.

#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

#[path = "reports/sample.rs"]
mod sample;
#[path = "reports/schema.rs"]
mod schema;

use proptest::prelude::*;
use serde_json::Value;
use skout::output::{self, Format, Options};
use skout::report::Report;
use snapbox::{Data, assert_data_eq};

fn options() -> Options {
    Options {
        show_secrets: false,
        colour: false,
        width: 80,
        verbose: false,
        quiet: false,
        now: 1_735_689_600,
        name: "shop".to_owned(),
    }
}

fn written(report: &Report<'_>, format: Format, options: &Options) -> String {
    let mut bytes = Vec::new();
    output::write(report, format, options, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn json(report: &Report<'_>, format: Format) -> Value {
    serde_json::from_str(&written(report, format, &options())).unwrap()
}

fn schema_of(name: &str) -> Value {
    let path = format!("{}/tests/schemas/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Compares with `tests/snapshots/NAME`; `SNAPSHOTS=overwrite cargo test` writes it anew.
fn snapshot(name: &str, text: &str) {
    let path = format!("{}/tests/snapshots/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = text.replace(concat!("\"", env!("CARGO_PKG_VERSION"), "\""), "\"VERSION\"");
    let kept = Data::read_from(path.as_ref(), Some(snapbox::data::DataFormat::Text)).raw();
    assert_data_eq!(Data::text(text).raw(), kept);
}

#[test]
fn every_format_has_its_snapshot() {
    let rules = sample::rules();
    let report = sample::report(&rules);
    for &format in Format::ALL {
        snapshot(&format!("report.{}", format.name()), &written(&report, format, &options()));
    }
    let narrow = Options { width: 60, verbose: true, ..options() };
    snapshot("report.human-verbose-60", &written(&report, Format::Human, &narrow));
}

#[test]
fn a_narrow_screen_is_wide_enough() {
    let rules = sample::rules();
    let report = sample::report(&rules);
    let text = written(&report, Format::Human, &Options { width: 60, verbose: true, ..options() });
    for line in text.lines().filter(|l| l.chars().count() > 60) {
        assert!(
            !line.trim().contains(' ') || line.contains("https://"),
            "only one long word may stick out: {line}"
        );
    }
}

#[test]
fn colour_adds_nothing_but_colour() {
    let rules = sample::rules();
    let report = sample::report(&rules);
    let plain = written(&report, Format::Human, &options());
    let coloured = written(&report, Format::Human, &Options { colour: true, ..options() });
    let codes = regex::Regex::new("\x1b\\[[0-9;]*m").unwrap();
    assert_ne!(plain, coloured);
    assert_eq!(plain, codes.replace_all(&coloured, ""));
}

#[test]
fn a_clean_scan_says_what_was_read_and_an_empty_one_that_nothing_was() {
    let rules = sample::rules();
    let mut report = sample::report(&rules);
    report.findings.clear();
    report.receipt.errors.clear();
    let text = written(&report, Format::Human, &options());
    assert!(text.contains("No secrets found.") && text.contains("1,204 commits"), "{text}");
    report.receipt.coverage = skout::source::Coverage { kind: "tree", ..Default::default() };
    let text = written(&report, Format::Human, &options());
    assert!(text.contains("Nothing was read") && !text.contains("No secrets"), "{text}");
    report.receipt.coverage.nothing_to_do = true;
    assert!(written(&report, Format::Human, &options()).contains("Nothing to scan"));
}

#[test]
fn an_incomplete_scan_is_no_all_clear_in_any_format_that_can_say_so() {
    let rules = sample::rules();
    let mut report = sample::report(&rules);
    report.findings.clear();
    assert!(written(&report, Format::Human, &options()).contains("INCOMPLETE"));
    assert!(output::receipt(&report, &options()).contains("git fetch --unshallow"));
    assert_eq!(json(&report, Format::Json)["scan"]["complete"], false);
    assert_eq!(json(&report, Format::Sarif)["runs"][0]["invocations"][0]["executionSuccessful"], false);
    assert_eq!(json(&report, Format::Gitlab)["scan"]["status"], "failure");
    assert!(written(&report, Format::Junit, &options()).contains("errors=\"1\""));
    assert!(written(&report, Format::Github, &options()).contains("::error title=skout could not"));
}

#[test]
fn reports_hold_to_their_schemas() {
    let rules = sample::rules();
    let many = five_hundred(&rules, &|n| format!("src/file {n}.js"), 3);
    let cases = [
        (Format::Sarif, "sarif-2.1.0.json"),
        (Format::Gitlab, "gitlab-secret-detection.json"),
        (Format::Codequality, "codequality.json"),
    ];
    for (format, name) in cases {
        let schema = schema_of(name);
        for report in [&sample::report(&rules), &many] {
            assert_eq!(schema::check(&schema, &json(report, format)), Vec::<String>::new(), "{name}");
        }
    }
}

#[test]
fn the_validator_sees_what_is_wrong() {
    let rules = sample::rules();
    let mut log = json(&sample::report(&rules), Format::Sarif);
    log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0.into();
    log["runs"][0]["results"][1]["levle"] = "error".into();
    let errors = schema::check(&schema_of("sarif-2.1.0.json"), &log);
    assert_eq!(errors.len(), 2, "{errors:?}");
}

fn five_hundred<'r>(
    rules: &'r skout::rule::RuleSet,
    path: &dyn Fn(usize) -> String,
    line: u64,
) -> Report<'r> {
    let mut report = sample::report(rules);
    report.findings = (0..500)
        .map(|n| {
            let secret = sample::secret("exk_", &n.to_string(), 40);
            let mut place = sample::place(&path(n), &secret);
            (place.start.line, place.end.line) = (line, line);
            sample::finding(rules, "example-cloud-key", secret, vec![place])
        })
        .collect();
    report
}

#[test]
fn sarif_fingerprints_survive_moves_and_new_lines() {
    let rules = sample::rules();
    let prints = |report: &Report<'_>| -> Vec<Value> {
        let log = json(report, Format::Sarif);
        let results = log["runs"][0]["results"].as_array().unwrap();
        results.iter().map(|r| r["partialFingerprints"].clone()).collect()
    };
    let before = prints(&five_hundred(&rules, &|n| format!("a/{n}.js"), 3));
    let after = prints(&five_hundred(&rules, &|n| format!("moved/to/{n}.ts"), 77));
    assert_eq!(before, after);
    let distinct: std::collections::BTreeSet<String> = before.iter().map(Value::to_string).collect();
    assert_eq!(distinct.len(), 501, "each secret has its own, the ignored one too");
}

#[test]
fn github_shows_ten_and_counts_the_rest() {
    let rules = sample::rules();
    let text = written(&five_hundred(&rules, &|n| format!("{n}.js"), 3), Format::Github, &options());
    assert_eq!(text.matches("::error ").count(), 10);
    assert!(text.contains("::notice title=skout found more::491 more secrets"), "{text}");
}

#[test]
fn the_page_runs_its_own_script_and_style_and_nothing_else() {
    use base64::Engine as _;
    use sha2::{Digest, Sha256};
    let rules = sample::rules();
    let page = written(&sample::report(&rules), Format::Html, &options());
    for (open, close, name) in [("<style>", "</style>", "style-src"), ("<script>", "</script>", "script-src")]
    {
        assert_eq!(page.matches(open).count(), 1);
        let text = page.split_once(open).unwrap().1.split_once(close).unwrap().0;
        let hash = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(text.as_bytes()));
        assert!(page.contains(&format!("{name} 'sha256-{hash}'")), "{name}");
    }
    assert!(page.contains("default-src 'none'"));
    let forbidden =
        regex::Regex::new(r#"(?i) (on[a-z]+|style|src)="|<(link|img|iframe|object|base)\b|@import|url\("#)
            .unwrap();
    assert_eq!(forbidden.find(&page).map(|m| m.as_str()), None);
}

/// Strings that would like to be something else.
fn hostile() -> impl Strategy<Value = String> {
    let bad = prop::sample::select(vec![
        "<img src=x onerror=alert(1)>",
        "</script><script>",
        "=1+1",
        "@SUM(A1)",
        "+x",
        "-2",
        "\u{202e}",
        "\x1b]0;x\x07",
        "\u{9b}31m",
        "\r\n",
        "::error::",
        "%0A",
        "\"",
        "'",
        "|",
        "`",
        "]]>",
        "&lt;",
        "##vso[task]",
        "\t=x",
        "\u{feff}",
    ]);
    prop::collection::vec(prop_oneof![bad.prop_map(str::to_owned), "[a-z/ ]{0,6}"], 0..5)
        .prop_map(|parts| parts.concat())
}

/// A report in which hostile names and the secret itself stand everywhere.
fn poisoned<'r>(rules: &'r skout::rule::RuleSet, seed: &str, names: &[String]) -> Report<'r> {
    let mut report = sample::report(rules);
    for (n, finding) in report.findings.iter_mut().enumerate() {
        let length = [40, 30, 12][n];
        finding.secret = sample::secret("exk_", &format!("{seed}{n}"), length);
        let whole = String::from_utf8_lossy(finding.secret.reveal()).into_owned();
        for place in &mut finding.places {
            place.path = format!("{}{whole}{}", names[0], names[1]);
            place.frame.text = format!("{}{}{}", names[2], finding.secret.masked(), names[3]);
            place.frame.from = names[2].chars().count();
            place.frame.to = place.frame.from + finding.secret.masked().chars().count();
            if let Some(origin) = place.origin.as_deref_mut() {
                origin.refs = vec![names[0].clone(), whole.clone()];
                for commit in origin.introduced.iter_mut().chain(origin.removed.iter_mut()) {
                    commit.summary = format!("{}{whole}", names[1]);
                    commit.author = format!("{} <{whole}@x>", names[2]);
                }
            }
        }
        report.receipt.errors.push(skout::source::SourceError::new(whole.clone(), names[3].clone()));
        report.receipt.skipped.push((whole, names[0].clone()));
    }
    report
}

/// The part of a secret that its mask leaves out.
fn hidden(secret: &skout::secret::Secret) -> Vec<u8> {
    let mask = secret.masked();
    let (head, tail) = mask.split_once('…').unwrap();
    let bytes = secret.reveal();
    bytes[head.len()..bytes.len() - tail.len()].to_vec()
}

fn is_hostile(c: char) -> bool {
    c.is_control() && c != '\n' || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_report_gives_anything_away(seed in "[a-z]{8}", names in prop::collection::vec(hostile(), 4), verbose in any::<bool>()) {
        let rules = sample::rules();
        let report = poisoned(&rules, &seed, &names);
        let secret = String::from_utf8_lossy(report.findings[0].secret.reveal()).into_owned();
        let options = Options { verbose, name: format!("{}{secret}", names[0]), ..options() };
        let all = Format::ALL.iter().map(|&f| (f.name(), written(&report, f, &options)));
        let more = [("summary", output::summary(&report, &options)), ("receipt", output::receipt(&report, &options))];
        for (name, text) in all.chain(more) {
            for finding in &report.findings {
                let hidden = hidden(&finding.secret);
                // Shorter pieces of a random secret stand somewhere in a long report by chance.
                for window in hidden.windows(hidden.len().min(8)) {
                    let window = std::str::from_utf8(window).unwrap();
                    prop_assert!(!text.contains(window), "{name} shows {window}:\n{text}");
                }
            }
            let text = if name == "csv" { text.replace("\r\n", "\n") } else { text };
            prop_assert!(!text.contains(is_hostile), "{name} holds a control character: {text:?}");
            if matches!(name, "html" | "junit" | "markdown" | "summary") {
                prop_assert!(!text.contains("<img") && !text.contains("</script><script"), "{name} holds markup:\n{text}");
            }
            if name == "csv" {
                for cell in text.lines().flat_map(cells) {
                    let first = cell.trim_start().chars().next();
                    prop_assert!(!matches!(first, Some('=' | '+' | '-' | '@')), "a formula: {cell}");
                }
            }
            for line in text.lines().filter(|_| matches!(name, "human" | "github")) {
                let command = line.trim_start().starts_with("::") && name == "human" || line.contains("##vso[");
                prop_assert!(!command, "{name} gives a command: {line}");
            }
        }
    }
}

/// The cells of a row of comma-separated values without line ends in cells.
fn cells(row: &str) -> Vec<String> {
    let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut chars = row.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.next_if_eq(&'"').is_some() => cell.push('"'),
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(std::mem::take(&mut cell)),
            c => cell.push(c),
        }
    }
    cells.push(cell);
    cells
}
