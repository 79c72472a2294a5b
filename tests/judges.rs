//! Every judge matters: with any one of them silent, some case comes out differently.

use skout::blob::Blob;
use skout::detect::judge::COURT;
use skout::detect::{Detector, Settings};
use skout::rule::schema::RuleFile;
use skout::rule::{Confidence, Rule, RuleSet, Selection, example};

/// For each judge a file and a line that it alone decides, or weighs.
const CASES: &[(&str, &str, &str)] = &[
    ("structure", "a.txt", "key: sk-proj-<b64url:74>T3BlbkFJ<b64url:60>"),
    ("structure", "a.txt", "token: AKIA<same:2:3><B32:13>"),
    ("structure", "a.txt", "Authorization: Basic <alnum:32>"),
    ("checksum", "a.txt", "ghp_<alnum:36>"),
    ("boundary", "a.txt", "disk-hf_<alpha:34>"),
    ("code", "a.py", "password = x<alnum:10>"),
    ("reference", "a.yml", "password: x${<alnum:14>}"),
    ("own-name", "a.yml", "<low36:9>_password: <=:1>"),
    ("label", "a.yml", "password: \"<alnum:9> <alnum:5>\""),
    ("shape", "a.yml", "password: sha256-<b64:43>"),
    ("placeholder", "a.yml", "password: your-<alnum:14>"),
    ("entropy", "a.txt", "zqzq_<alnum:24>"),
    ("readable", "a.yml", "access_token: <b64of:hello wonderful people>"),
    ("double", "tests/a.yml", "password: Secret-<alnum:9>"),
    ("chance", "a.yml", "api_key: getUserPasswordFromRequest"),
];

/// A rule that asks for more entropy than any text has.
const STRICT: &str = r#"
provider = "Test"
[[rule]]
id = "strict"
name = "Strict"
severity = "low"
anchors = ["zqzq_"]
pattern = "zqzq_[A-Za-z0-9]{24}"
entropy = 7.5
impact = "None."
remedy = "None."
[rule.examples]
match = []
clean = []
"#;

fn outcome(rules: &RuleSet, silent: &[String], (path, template): (&str, &str)) -> Vec<(u16, Confidence)> {
    let settings = Settings { confidence: Confidence::Low, silent: silent.to_vec() };
    let detector = Detector::new(rules, settings).expect("the rules are sound");
    let text = example::expand(template).expect("the template is sound").text;
    detector.scan(&Blob::whole(path, text.as_bytes())).iter().map(|f| (f.rule.0, f.confidence)).collect()
}

#[test]
fn switching_any_judge_off_changes_a_verdict() {
    let file = RuleFile::parse(STRICT).expect("the rule is sound");
    let own = file.rules.iter().map(|r| Rule::from_entry(&file.provider, r).expect("the rule is sound"));
    let rules = RuleSet::new(own.collect(), &Selection::default()).expect("the rules are sound");
    let mut idle = Vec::new();
    for judge in COURT {
        let mut cases = CASES.iter().filter(|(name, ..)| *name == judge.name);
        let silent = [judge.name.to_owned()];
        if !cases.any(|(_, path, line)| {
            outcome(&rules, &[], (path, line)) != outcome(&rules, &silent, (path, line))
        }) {
            idle.push(judge.name);
        }
    }
    assert!(idle.is_empty(), "no case needs {idle:?}");
}
