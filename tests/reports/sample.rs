//! A report with everything in it that makes trouble: hostile names, a history, ignored and unread things.

use skout::blob::{ObjectId, Position};
use skout::finding::{Finding, Frame, Linked, Place, Reason, Status};
use skout::report::{Ignored, Receipt, Report, Stale};
use skout::rule::example::expand;
use skout::rule::schema::RuleFile;
use skout::rule::{Confidence, Rule, RuleSet, Selection, Severity};
use skout::secret::Secret;
use skout::source::{CommitInfo, Coverage, Origin, SourceError};

const RULES: &str = r#"
provider = "Example"
[[rule]]
id = "example-cloud-key"
name = "Example cloud key"
severity = "critical"
anchors = ["exk_"]
pattern = 'exk_[A-Z0-9]{40}'
impact = "Starts machines at the owner's expense."
remedy = "Revoke it at https://example.com/keys and create a new one."
references = ["https://example.com/docs/keys"]
[rule.examples]
match = []
clean = []
[[rule]]
id = "example-mail-token"
name = "Example mail token"
severity = "medium"
confidence = "medium"
anchors = ["exm_"]
pattern = 'exm_[A-Z0-9]{20}'
impact = "Sends mail in the owner's name."
remedy = "Delete it at https://example.com/mail."
[rule.examples]
match = []
clean = []
"#;

/// The rules of the sample.
pub(crate) fn rules() -> RuleSet {
    let file = RuleFile::parse(RULES).unwrap();
    let own = file.rules.iter().map(|r| Rule::from_entry(&file.provider, r).unwrap()).collect();
    RuleSet::new(own, &Selection::default()).unwrap()
}

/// Made from letters that no sentence of a report has in a row.
pub(crate) fn secret(prefix: &str, seed: &str, length: usize) -> Secret {
    let digits = expand(&format!("<hex:{length}>{seed}")).unwrap().text;
    let odd = |c: char| char::from(b"QXZJVKW35790WQJX"[c.to_digit(16).unwrap() as usize]);
    let body: String = digits.chars().take(length).map(odd).collect();
    Secret::new(format!("{prefix}{body}").as_bytes())
}

fn id(byte: u8) -> ObjectId {
    ObjectId::from_bytes(&[byte; 20]).unwrap()
}

fn commit(byte: u8, time: i64, date: &str, summary: &str) -> CommitInfo {
    CommitInfo {
        id: id(byte),
        author: "Ann <ann@example.com>".into(),
        committer: "Ann <ann@example.com>".into(),
        date: date.into(),
        time,
        summary: summary.into(),
    }
}

/// A place at line 3 of `path`, its frame masked.
pub(crate) fn place(path: &str, secret: &Secret) -> Place {
    let mask = secret.masked();
    let text = format!("const key = \"{mask}\"; // see\tREADME");
    Place {
        path: path.into(),
        start: Position { line: 3, column: 14 },
        end: Position { line: 3, column: 14 + secret.reveal().len() as u64 },
        decoded: Vec::new(),
        frame: Frame { text, from: 13, to: 13 + mask.chars().count() },
        object: None,
        origin: None,
        exposure: None,
    }
}

/// A finding of the rule called `rule` with these places.
pub(crate) fn finding(rules: &RuleSet, rule: &str, secret: Secret, places: Vec<Place>) -> Finding {
    let (id, rule) = rules.find(rule).unwrap();
    Finding {
        rule: id,
        fingerprint: secret.fingerprint(&rule.family),
        secret,
        severity: rule.severity,
        confidence: rule.confidence,
        aliases: Vec::new(),
        reasons: vec![Reason { judge: "structure", text: "has the inner structure of its kind".into() }],
        places,
        linked: Vec::new(),
        status: Status::Unverified,
    }
}

/// The report of a history scan.
pub(crate) fn report(rules: &RuleSet) -> Report<'_> {
    Report {
        rules,
        findings: vec![pushed(rules), unpushed(rules), mail(rules)],
        ignored: vec![ignored(rules)],
        stale: vec![Stale {
            place: ".skoutignore:3".into(),
            entry: "00000000000000000000000000000000".into(),
            problem: "expired on 2024-01-01".into(),
        }],
        receipt: Receipt {
            coverage: Coverage {
                kind: "history",
                scope: "4 refs".into(),
                files: 0,
                commits: 1204,
                blobs: 5310,
                bytes: 48_250_000,
                nothing_to_do: false,
            },
            rules: 312,
            skipped: vec![("logo.png".into(), "binary".into()), ("a.psd".into(), "binary".into())],
            errors: vec![SourceError::new("objects/12/34", "is missing").advise("run git fetch --unshallow")],
        },
    }
}

/// In the history since 2024, removed from one path, still in HEAD on another, and pushed.
fn pushed(rules: &RuleSet) -> Finding {
    let secret = secret("exk_", "a", 40);
    let origin = |path: &str, in_head: bool| Origin {
        path: path.into(),
        blob: id(7),
        introduced: Some(commit(1, 1_714_566_600, "2024-05-01T12:30:00Z", "Add settings")),
        removed: (!in_head).then(|| commit(2, 1_717_300_000, "2024-06-02T03:46:40Z", "Clean up")),
        in_head,
        refs: vec!["main".into(), "feat/\u{202e}txt.exe".into()],
        pushed: Some(true),
        link: Some("https://example.com/r/commit/0101".into()),
    };
    let old = Place {
        origin: Some(Box::new(origin("src/<img src=x onerror=alert(1)>.js", false))),
        ..place("src/<img src=x onerror=alert(1)>.js", &secret)
    };
    let new = Place {
        object: Some(id(7)),
        origin: Some(Box::new(origin("src/config app.js", true))),
        exposure: Some("shipped to browsers"),
        ..place("src/config app.js", &secret)
    };
    finding(rules, "example-cloud-key", secret, vec![old, new])
}

/// Committed, not pushed, with a commit message that would like to be a command.
fn unpushed(rules: &RuleSet) -> Finding {
    let secret = secret("exk_", "b", 40);
    let origin = Origin {
        path: "=cmd|' /C calc'!A0".into(),
        blob: id(8),
        introduced: Some(commit(
            3,
            1_732_000_000,
            "2024-11-19T07:06:40Z",
            "::error::x\n\u{1b}[31m`@all` [a](b)",
        )),
        removed: None,
        in_head: true,
        refs: vec!["work".into()],
        pushed: Some(false),
        link: None,
    };
    let place = Place { origin: Some(Box::new(origin)), ..place("=cmd|' /C calc'!A0", &secret) };
    let mut finding = finding(rules, "example-cloud-key", secret, vec![place]);
    finding.severity = Severity::High;
    finding.status = Status::Live("answers with 200".into());
    finding
}

/// A file name that is the secret, an encoding, a linked id.
fn mail(rules: &RuleSet) -> Finding {
    let secret = secret("exm_", "c", 20);
    let path = format!("logs/{}.txt", String::from_utf8_lossy(secret.reveal()));
    let place = Place { decoded: vec!["base64"], ..place(&path, &secret) };
    let mut finding = finding(rules, "example-mail-token", secret, vec![place]);
    finding.linked = vec![Linked { kind: "id".into(), text: "mail-1".into() }];
    finding.confidence = Confidence::Medium;
    finding
}

fn ignored(rules: &RuleSet) -> Ignored {
    let secret = secret("exk_", "d", 40);
    let (id, rule) = rules.find("example-cloud-key").unwrap();
    Ignored {
        rule: id,
        fingerprint: secret.fingerprint(&rule.family),
        place: place("tests/fixture.js", &secret),
        reason: "inline comment 'skout:allow'".into(),
    }
}
