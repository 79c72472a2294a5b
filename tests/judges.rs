//! Every judge matters: with any one of them silent, some case comes out differently.

use skout::blob::Blob;
use skout::detect::judge::COURT;
use skout::detect::{Detector, Settings};
use skout::rule::schema::{CHECKSUMS, RuleFile, STRUCTURES};
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
    ("commit", "a.yml", "github_token: <hex:40> # https://github.com/a/b/commit/<=:1>"),
    (
        "public-half",
        "a.yml",
        "signing_key: <b64of:<x:3059301306072a8648ce3d020106082a8648ce3d030107034200><bytes:64>>",
    ),
    ("placeholder", "a.yml", "password: your-<alnum:14>"),
    ("entropy", "a.txt", "zqzq_<alnum:24>"),
    ("readable", "a.yml", "access_token: <b64of:hello wonderful people>"),
    ("double", "tests/a.yml", "password: Secret-<alnum:9>"),
    (
        "crowd",
        "tests/a.yml",
        "secret: <hex:32>\nsecret: <hex:32>\nsecret: <hex:32>\nsecret: <hex:32>\nsecret: <hex:32>\nsecret: <hex:32>\nsecret: <hex:32>\nsecret: <hex:32>\nsecret: <hex:32>\n",
    ),
    ("vector", "tests/a.yml", "api_key: <hex:32>\nbase_iv: <hex:24>\nciphertext: <hex:64>\n"),
    ("rig", "tests/a.py", "SECRET_KEY = \"<alnum:50>\""),
    ("shown", "a.py", "EXAMPLES = \"\"\"\n- acme:\n    api_key: <hex:40>\n\"\"\"\n"),
    ("temporary", "tests/a.yml", "temp_clone_token: <alnum:30>"),
    ("twin", "tests/a.py", "access_token = \"<hex:40>7a\"\nother = \"<=:1>7b\"\n"),
    ("chance", "a.yml", "api_key: getUserPasswordFromRequest"),
    (
        "published",
        "a.env",
        "PHONEPE_SALT_KEY=<hexof:<x:099eb0cd>>-<hexof:<x:02cf>>-<hexof:<x:4e2a>>-<hexof:<x:8aca>>-<hexof:<x:3e6c6aff0399>>",
    ),
];

/// For each judge that a rule names, a rule that names it, a file, and a line that it decides or weighs.
const NAMED: &[(&str, &str, &str, &str)] = &[
    ("anthropic", "anthropic-api-key", "a.txt", "sk-ant-api03-<b64url:93>xx"),
    ("aws-id", "aws-access-key-id", "a.txt", "AKIA<up:2><up:2><=:1><=:2><=:2><=:1><=:1><=:2>"),
    ("azure-key", "azure-storage-key", "a.txt", "AccountKey=<hex:86>=="),
    ("basic-auth", "basic-authorization", "a.txt", "Authorization: Basic <alnum:32>"),
    ("bedrock", "aws-bedrock-api-key", "a.txt", "ABSK<alnum:132>"),
    ("discord", "discord-bot-token", "a.txt", "discord_token = \"M<alnum:23>.<alnum:6>.<alnum:27>\""),
    ("helicone", "helicone-api-key", "a.txt", "sk-helicone-<b32:7>-<b32:7>-<b32:7>-<b32:7>"),
    ("hex-run", "new-relic-license-key", "a.txt", "license: <hex:20>deadbeef<hex:8>NRAL"),
    ("intercom", "intercom-access-token", "a.txt", "token: dG9rO<alnum:52>+/="),
    ("json-inside", "grafana-cloud-token", "a.txt", "glc_eyJ<alnum:80>"),
    ("jwt", "json-web-token", "a.txt", "eyJhbGciOi<alnum:24>.eyJ<alnum:40>.<b64url:43>"),
    ("mnemonic", "recovery-phrase", "a.txt", "mnemonic: <phrase:12>\n"),
    ("one-api", "one-api-token", "a.txt", "key: sk-<alnum:16><hex:32>"),
    ("openai", "openai-project-key", "a.txt", "key: sk-proj-<b64url:74>T3BlbkFJ<b64url:60>"),
    ("openai-compatible", "openai-compatible-key", "a.txt", "key: sk-<low:30>"),
    ("padded", "dropbox-token-legacy", "a.txt", "dropbox_token = \"<alnum:11>AAAAAAAAAA<alnum:43>\""),
    (
        "pem",
        "private-key",
        "a.txt",
        "-----BEGIN PRIVATE KEY-----\n<alnum:64>\n<alnum:64>\n-----END PRIVATE KEY-----\n",
    ),
    (
        "pem-encrypted",
        "private-key-encrypted",
        "a.txt",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\n<alnum:64>\n<alnum:64>\n-----END ENCRYPTED PRIVATE KEY-----\n",
    ),
    (
        "putty",
        "putty-private-key",
        "a.txt",
        "PuTTY-User-Key-File-2: ssh-rsa\nEncryption: none\nPrivate-Lines: 1\n<b64:8>\n",
    ),
    (
        "supabase-service",
        "supabase-service-role-key",
        "a.txt",
        "eyJhbGciOi<alnum:24>.eyJ<alnum:60>.<b64url:43>",
    ),
    ("urlsafe16", "litellm-key", "a.txt", "litellm: sk-<alnum:21>x"),
    ("uuid4", "langfuse-secret-key", "a.txt", "sk-lf-<hex:8>-<hex:4>-1<hex:3>-8<hex:3>-<hex:12>"),
    ("workos", "workos-api-key", "a.txt", "sk_live_a2V5Xz<alnum:40>"),
    ("base58check", "extended-private-key", "a.txt", "xprv<b58:107>"),
    ("bech32", "age-secret-key", "a.txt", "AGE-SECRET-KEY-1<BECH32:58>"),
    ("crc32-base36", "gitlab-routable-token", "a.txt", "glpat-<alnum:30>.01.<low36:9>"),
    ("crc32-base62", "github-personal-token", "a.txt", "ghp_<alnum:36>"),
    ("crc32-hex", "atlassian-api-token", "a.txt", "ATATT3xFfGF0<alnum:174>=<HEX:8>"),
    ("crc32le-hex", "grafana-service-token", "a.txt", "glsa_<alnum:32>_<hex:8>"),
    ("github-fine-grained", "github-fine-grained-token", "a.txt", "github_pat_<alnum:22>_<alnum:59>"),
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

#[test]
fn switching_any_named_judge_off_changes_a_verdict() {
    let builtin = RuleSet::builtin();
    let mut idle = Vec::new();
    for name in STRUCTURES.iter().chain(CHECKSUMS) {
        let case = NAMED.iter().find(|(judge, ..)| judge == name);
        let (_, id, path, line) = case.unwrap_or_else(|| panic!("there is no case for the judge '{name}'"));
        let (_, rule) = builtin.find(id).expect("the rule of the case exists");
        assert!(rule.structure == *name || rule.checksum == *name, "{id} does not name the judge '{name}'");
        let without = Rule { structure: "".into(), checksum: "".into(), ..rule.clone() };
        if alone(rule.clone(), (path, line)) == alone(without, (path, line)) {
            idle.push(name);
        }
    }
    assert!(idle.is_empty(), "no case needs {idle:?}");
}

/// What is found, and how surely, with this rule and no other that knows the shape.
fn alone(rule: Rule, case: (&str, &str)) -> Vec<(u16, Confidence)> {
    // Assignments are read where a generic rule's anchor stands.
    let only = ["mutant", "generic-token"].map(str::to_owned).to_vec();
    let only = Selection { only, disabled: Vec::new() };
    let rules = RuleSet::new(vec![Rule { id: "mutant".into(), ..rule }], &only).expect("the rule is sound");
    outcome(&rules, &[], case)
}

#[test]
fn a_row_of_letters_is_reported_under_a_shape_of_its_own_and_with_less_confidence() {
    let rules = RuleSet::builtin();
    let row = "0123456789abcdef".repeat(4);
    let drawn = example::expand("<hex:64>").expect("the template is sound").text;
    let [seen, sure] =
        [row, drawn.clone()].map(|body| outcome(&rules, &[], ("a.txt", &format!("{}_v1_{body}", "dop"))));
    assert_eq!((seen.len(), sure.len()), (1, 1));
    assert_eq!((seen[0].1, sure[0].1), (Confidence::Medium, Confidence::High));
    for (path, line) in [
        // No shape but that of any key.
        ("a.yml", "access_key: 0123456789abcdef0123456789abcdef".to_owned()),
        // A shape that others share.
        ("a.txt", format!("{}-{}", "sk", "0123456789abcdef".repeat(3))),
        // The same beside the name of the service.
        ("a.env", format!("SILICONFLOW_API_KEY={}-{}", "sk", "abcdefghijklmnopqrstuvwx".repeat(2))),
        // A checksum that fails says enough.
        ("a.txt", format!("{}_{}", "ghp", "abcdefghijklmnopqrstuvwxyz0123456789")),
        // Words beside the row.
        ("a.txt", format!("{}_v1_{}", "dop", "deadbeef".to_owned() + &drawn[..40] + "0123456789abcdef")),
    ] {
        assert_eq!(outcome(&rules, &[], (path, &line)), [], "{line}");
    }
}

#[test]
fn a_plain_word_is_a_password_where_it_is_given_with_what_it_opens() {
    let rules = RuleSet::builtin();
    let found = |path: &str, text: &str| outcome(&rules, &[], (path, text)).len();
    for (path, text) in [
        ("a.conf", "user = \"mg1021\"\npassword = \"goodspec\"\n"),
        ("a.txt", "Server=db4;User ID=mkuhn;Password=goodspec;\n"),
        ("a.txt", "ACME_DB_PASSWORD=goodspec\n"),
        ("a.txt", "mongodb+srv://mkuhn:goodspec@cluster0.acme.net/app\n"),
    ] {
        assert_eq!(found(path, text), 1, "{text}");
    }
    for (path, text) in [
        ("a.conf", "password = \"goodspec\"\n"),
        ("a.conf", "user = \"$USER\"\npassword = \"goodspec\"\n"),
        ("tests/a.conf", "user = \"mg1021\"\npassword = \"goodspec\"\n"),
        ("a.sh", "ACME_DB_PASSWORD=goodspec\n"),
        ("a.yml", "POSTGRES_DB: goodspec\nPOSTGRES_USER: mkuhn\nPOSTGRES_PASSWORD: goodspec\n"),
        ("a.txt", "mongodb://mkuhn:goodspec@localhost/app\n"),
        ("a.txt", "https://mkuhn:goodspec@www.acme.net/app\n"),
    ] {
        assert_eq!(found(path, text), 0, "{text}");
    }
}

#[test]
fn a_private_key_counts_unless_it_is_shown_to_explain_or_made_for_tests() {
    let rules = RuleSet::builtin();
    let (id, rule) = rules.all().find(|(_, rule)| rule.id == "private-key").expect("there is one");
    let key = rule.matches[0].replace(['«', '»'], "");
    let found = |path: &str| outcome(&rules, &[], (path, &key));
    for path in ["deploy/id.pem", "README.md", "src/tls.py"] {
        assert_eq!(found(path), [(id.0, Confidence::High)], "{path}");
    }
    for path in ["docs/tls.md", "tests/data/id.pem"] {
        assert_eq!(found(path), [(id.0, Confidence::Low)], "{path}");
    }
}
