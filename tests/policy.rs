//! What is ignored stays ignored, and nothing else: comments, `.skoutignore`, baseline, `skout.toml`.

#![allow(clippy::unwrap_used, reason = "a test may stop anywhere")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use skout::rule::RuleSet;
use skout::rule::example::expand;
use tempfile::TempDir;

/// The line of a rule's first example, with a secret that looks real.
fn leak(rule: &str) -> String {
    let rules = RuleSet::builtin();
    let (_, rule) = rules.find(rule).unwrap_or_else(|| panic!("there is a rule {rule}"));
    expand(&rule.matches[0]).expect("examples expand").text
}

fn key() -> String {
    leak("openai-project-key")
}

struct Repo(TempDir);

impl Repo {
    fn new() -> Self {
        let repo = Self(tempfile::tempdir().unwrap());
        repo.git(&["init", "-q", "-b", "main"]);
        repo
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path().join(path)).unwrap()
    }

    fn git(&self, args: &[&str]) {
        let day = "2024-05-01T12:00:00Z";
        let done = Command::new("git")
            .args(["-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"])
            .args(args)
            .current_dir(self.path())
            .envs([("GIT_AUTHOR_DATE", day), ("GIT_COMMITTER_DATE", day), ("GIT_CONFIG_GLOBAL", "/dev/null")])
            .output()
            .unwrap();
        assert!(done.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&done.stderr));
    }

    fn commit(&self) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-qm", "change"]);
    }

    /// Runs skout in a folder of the repository.
    fn skout_in(&self, folder: &str, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_skout"))
            .args(args)
            .current_dir(self.path().join(folder))
            .env_remove("SKOUT_CONFIG")
            .output()
            .unwrap()
    }

    fn skout(&self, args: &[&str]) -> Output {
        self.skout_in("", args)
    }

    /// The JSON report and the exit status.
    fn scan(&self, args: &[&str]) -> (serde_json::Value, i32) {
        let done = self.skout(&[args, &["-f", "json"]].concat());
        let report = serde_json::from_slice(&done.stdout);
        let report = report.unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&done.stderr)));
        (report, done.status.code().unwrap())
    }

    fn fingerprint(&self) -> String {
        let (report, _) = self.scan(&["scan"]);
        report["findings"][0]["fingerprint"].as_str().expect("a finding").to_owned()
    }
}

fn said(done: &Output) -> String {
    String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr)
}

fn status(done: &Output) -> i32 {
    done.status.code().unwrap()
}

#[test]
fn ignoring_survives_moves_edits_above_and_squashes() {
    let repo = Repo::new();
    repo.write("src/a.py", &key());
    repo.commit();
    assert_eq!(repo.scan(&["scan"]).1, 1);
    let done = repo.skout(&["ignore", "add", &repo.fingerprint(), "--reason", "revoked in May"]);
    assert_eq!(status(&done), 0, "{}", said(&done));
    assert!(repo.read(".skoutignore").contains(" rule=openai-project-key reason=revoked in May"));
    let (report, status) = repo.scan(&["scan"]);
    assert_eq!(status, 0);
    assert_eq!(report["ignored"][0]["reason"], ".skoutignore:1: revoked in May");
    repo.write("lib/deep/b.js", &format!("// above\n\n\n{}\n// below\n", key()));
    fs::remove_file(repo.path().join("src/a.py")).unwrap();
    repo.commit();
    assert_eq!(repo.scan(&["scan"]).1, 0);
    assert_eq!(repo.scan(&["git"]).1, 0);
    repo.git(&["checkout", "-q", "--orphan", "squashed"]);
    repo.commit();
    repo.git(&["branch", "-q", "-D", "main"]);
    assert_eq!(repo.scan(&["git"]).1, 0);
    let changed = key().replacen("sk-proj-", "sk-proj-Z", 1);
    repo.write("src/new.py", &(changed[..changed.len() - 2].to_owned() + &changed[changed.len() - 1..]));
    assert_eq!(repo.scan(&["scan", "--confidence", "low"]).1, 1, "another key alerts again");
}

#[test]
fn the_last_scan_can_be_ignored_as_a_whole_or_by_a_few_digits() {
    let repo = Repo::new();
    repo.write("a.py", &key());
    repo.write("b.py", &leak("anthropic-admin-key"));
    let found = repo.scan(&["scan"]).0["findings"].as_array().unwrap().len();
    assert!(found >= 2, "{found}");
    let short = repo.fingerprint()[..8].to_owned();
    assert_eq!(status(&repo.skout(&["ignore", "add", &short])), 0);
    assert_eq!(repo.scan(&["scan"]).0["findings"].as_array().unwrap().len(), found - 1);
    assert_eq!(status(&repo.skout(&["ignore", "add", "--last", "--until", "2999-01-01"])), 0);
    assert_eq!(repo.scan(&["scan"]).1, 0);
    let text = repo.read(".skoutignore");
    let mut sorted: Vec<&str> = text.lines().collect();
    sorted.sort_unstable();
    assert_eq!(sorted, text.lines().collect::<Vec<_>>(), "the file is sorted");
    assert_eq!(status(&repo.skout(&["ignore", "add", "12345678"])), 2);
    assert!(said(&repo.skout(&["ignore", "list"])).contains("in .skoutignore"));
}

#[test]
fn expired_and_unused_entries_are_told_and_pruned() {
    let repo = Repo::new();
    repo.write("a.py", &key());
    let print = repo.fingerprint();
    let unused = "0".repeat(32);
    repo.write(".skoutignore", &format!("# ours\n{unused}\n{print} until=2020-01-01\n{unused}\n"));
    repo.commit();
    let (report, status) = repo.scan(&["scan"]);
    assert_eq!(status, 1, "an expired entry alerts again");
    let problems: Vec<&str> =
        report["stale"].as_array().unwrap().iter().map(|s| s["problem"].as_str().unwrap()).collect();
    assert_eq!(problems[0], "matches nothing in the working tree");
    assert_eq!(problems[1], "expired on 2020-01-01");
    let part = repo.scan(&["scan", "a.py"]).0;
    assert_eq!(part["stale"].as_array().unwrap().len(), 1, "a part of the tree proves nothing unused");
    let done = repo.skout(&["ignore", "prune", "--dry-run"]);
    assert!(said(&done).contains("3 lines would be taken out"), "{}", said(&done));
    repo.skout(&["ignore", "prune"]);
    assert_eq!(repo.read(".skoutignore"), "# ours\n");
}

#[test]
fn files_at_the_root_hold_in_every_folder() {
    let repo = Repo::new();
    repo.write("deep/tests/a.py", &key());
    repo.write("skout.toml", "[[allow]]\nreason = \"samples\"\npath = \"/deep/tests/\"\n");
    repo.commit();
    let root = repo.path().canonicalize().unwrap();
    for (folder, args) in [
        ("", vec!["scan"]),
        ("deep", vec!["scan"]),
        ("deep/tests", vec!["scan", "a.py"]),
        ("deep/tests", vec!["scan", "../.."]),
        ("", vec!["scan", root.to_str().unwrap()]),
        ("deep", vec!["git"]),
    ] {
        let done = repo.skout_in(folder, &args);
        assert_eq!(status(&done), 0, "{folder} {args:?}: {}", said(&done));
    }
    let outside = tempfile::tempdir().unwrap();
    let done =
        Command::new(env!("CARGO_BIN_EXE_skout")).arg(&root).current_dir(outside.path()).output().unwrap();
    assert_eq!(status(&done), 0, "{}", said(&done));
    repo.write("skout.toml", "exclude = [\"/deep/tests/\"]\n");
    repo.write("b.txt", "nothing\n");
    for (folder, args) in [("", vec!["scan"]), ("deep", vec!["scan", ".."])] {
        let done = repo.skout_in(folder, &args);
        assert_eq!(status(&done), 0, "{folder} {args:?}: {}", said(&done));
    }
}

#[test]
fn a_baseline_lets_only_new_secrets_through() {
    let repo = Repo::new();
    repo.write("a.py", &key());
    repo.commit();
    fs::remove_file(repo.path().join("a.py")).unwrap();
    repo.write("b.py", &leak("anthropic-admin-key"));
    repo.commit();
    let done = repo.skout(&["baseline", "create"]);
    assert_eq!(status(&done), 0, "{}", said(&done));
    let text = repo.read(".skout-baseline");
    assert!(text.contains("openai-project-key"), "history counts: {text}");
    assert!(!text.contains("line") && text.lines().all(|l| l.starts_with("{\"fingerprint\":")), "{text}");
    assert_eq!(repo.scan(&["scan", "-b", ".skout-baseline"]).1, 0);
    assert_eq!(repo.scan(&["git", "-b", ".skout-baseline"]).1, 0);
    repo.write("skout.toml", "baseline = \".skout-baseline\"\n");
    assert_eq!(repo.scan(&["scan"]).1, 0);
    repo.write("c.py", &leak("anthropic-api-key"));
    assert_eq!(repo.scan(&["scan"]).1, 1);
    let done = repo.skout(&["baseline", "diff"]);
    assert_eq!(status(&done), 1);
    assert!(
        said(&done).contains("\n1 secret new, 0 gone") || said(&done).contains("1 secret new"),
        "{}",
        said(&done)
    );
    assert_eq!(status(&repo.skout(&["baseline", "create"])), 2, "nothing is overwritten");
    assert_eq!(status(&repo.skout(&["baseline", "update"])), 0);
    assert_eq!(repo.scan(&["scan"]).1, 0);
    fs::remove_file(repo.path().join("c.py")).unwrap();
    repo.skout(&["baseline", "prune"]);
    assert_eq!(repo.read(".skout-baseline"), text);
}

#[test]
fn a_report_serves_as_a_baseline() {
    let repo = Repo::new();
    repo.write("a.py", &key());
    for format in ["json", "jsonl"] {
        repo.skout(&["scan", "-f", &format!("{format}=report.{format}")]);
        assert_eq!(repo.scan(&["scan", "-b", &format!("report.{format}")]).1, 0, "{format}");
    }
}

#[test]
fn rules_of_ones_own_and_disabled_ones() {
    let repo = Repo::new();
    repo.write("a.txt", &["x acme_", "0a1b2c3d4e5f60718293a4b5c6d7e8f9"].concat());
    assert_eq!(repo.scan(&["scan"]).1, 0);
    let rule = "\u{feff}[[rule]]\nid = \"acme-key\"\nname = \"Acme key\"\nseverity = \"high\"\nanchors = [\"acme_\"]\n\
                pattern = 'acme_[0-9a-f]{32}'\nimpact = \"All.\"\nremedy = \"Revoke it.\"\n\
                [rule.examples]\nmatch = []\nclean = []\n";
    repo.write("skout.toml", rule);
    let (report, status) = repo.scan(&["scan"]);
    assert_eq!((report["findings"][0]["rule"].as_str(), status), (Some("acme-key"), 1));
    repo.write("skout.toml", &rule.replacen("[[rule]]", "disable = [\"acme-*\"]\n[[rule]]", 1));
    assert_eq!(repo.scan(&["scan"]).1, 0);
}

#[test]
fn the_configuration_is_found_named_or_in_the_environment() {
    let repo = Repo::new();
    repo.write("a.py", &key());
    repo.write("elsewhere.toml", "only = [\"stripe-*\"]\n");
    assert_eq!(repo.scan(&["scan", "-c", "elsewhere.toml"]).1, 0);
    let with = Command::new(env!("CARGO_BIN_EXE_skout"))
        .current_dir(repo.path())
        .env("SKOUT_CONFIG", "elsewhere.toml")
        .output()
        .unwrap();
    assert_eq!(status(&with), 0, "{}", said(&with));
    for name in ["skout.toml", ".skout.toml", ".config/skout.toml"] {
        repo.write(name, "only = [\"stripe-*\"]\n");
        assert_eq!(repo.scan(&["scan"]).1, 0, "{name}");
        fs::remove_file(repo.path().join(name)).unwrap();
    }
    assert_eq!(status(&repo.skout(&["scan", "-c", "no.toml"])), 2);
}

#[test]
fn the_schema_knows_every_key_and_the_documentation_too() {
    let schema: serde_json::Value = serde_json::from_str(skout::config::SCHEMA).unwrap();
    let docs = fs::read_to_string("docs/configuration.md").unwrap();
    let keys = |at: &serde_json::Value| -> Vec<String> { at.as_object().unwrap().keys().cloned().collect() };
    let top = &schema["properties"];
    let lists = [top, &top["allow"]["items"]["properties"], &top["rule"]["items"]["properties"]];
    for key in lists.into_iter().flat_map(keys).filter(|k| k != "$schema") {
        assert!(docs.contains(&format!("`{key}`")), "docs/configuration.md says nothing about '{key}'");
    }
    // The parser names every key it knows when it meets one that it does not.
    let known = |text: &str| {
        let error = skout::config::Config::parse("t", text, &RuleSet::builtin()).unwrap_err().problem;
        let list = error.split("expected one of ").nth(1).unwrap_or_else(|| panic!("{error}")).to_owned();
        let list = list.split(';').next().unwrap().to_owned();
        let mut keys: Vec<String> = list.split(", ").map(|k| k.trim_matches('\'').to_owned()).collect();
        keys.sort();
        keys
    };
    let sorted = |at: &serde_json::Value| {
        let mut keys = keys(at);
        keys.sort();
        keys
    };
    assert_eq!(known("x = 1"), sorted(top));
    assert_eq!(known("[[allow]]\nx = 1"), sorted(&top["allow"]["items"]["properties"]));
    assert_eq!(known("[[rule]]\nx = 1"), sorted(&top["rule"]["items"]["properties"]));
}

/// Runs skout with standard output going to a reader that leaves at once.
#[cfg(unix)]
#[test]
fn a_reader_that_leaves_changes_nothing() {
    let repo = Repo::new();
    repo.write("a.py", &key());
    for (args, wanted) in [(vec!["scan"], 1), (vec!["scan", "-f", "json"], 1), (vec!["config", "schema"], 0)]
    {
        let mut child = Command::new(env!("CARGO_BIN_EXE_skout"))
            .args(&args)
            .current_dir(repo.path())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let done = child.wait_with_output().unwrap();
        assert_eq!(done.status.code(), Some(wanted), "{args:?}");
        assert!(!said(&done).contains("Broken pipe"), "{}", said(&done));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_trouble_and_secrets_win() {
    let repo = Repo::new();
    repo.write("a.txt", "nothing\n");
    let done = repo.skout(&["scan", "-f", "json", "-o", "/dev/full"]);
    assert_eq!(status(&done), 2, "{}", said(&done));
    assert!(said(&done).contains("/dev/full"), "{}", said(&done));
    repo.write("a.txt", &key());
    assert_eq!(status(&repo.skout(&["scan", "-f", "json", "-o", "/dev/full"])), 1);
}

#[test]
fn old_command_lines_still_work() {
    let repo = Repo::new();
    repo.write("a.py", &key());
    repo.git(&["add", "-A"]);
    let staged = repo.skout(&["protect", "--staged", "--no-banner", "--redact"]);
    assert_eq!(status(&staged), 1, "{}", said(&staged));
    repo.commit();
    for line in [
        "detect --source . -v",
        "detect --no-git --source=. --report-format json --report-path out.json",
        "dir . --no-color",
        "fs .",
        "filesystem . --json --no-verification",
        "git . --log-opts=--all --no-validate",
        "-v --no-banner scan . --sarif",
    ] {
        let done = repo.skout(&line.split(' ').collect::<Vec<_>>());
        assert_eq!(status(&done), 1, "{line}: {}", said(&done));
    }
    assert!(repo.read("out.json").contains("skout/v1"));
}

#[test]
fn a_baseline_is_made_under_any_name_even_if_the_configuration_names_it_already() {
    let repo = Repo::new();
    repo.write("a.py", &key());
    let missing = repo.skout(&["scan", "-b", "known.json"]);
    assert!(said(&missing).contains("`skout baseline create -b known.json` makes one"), "{}", said(&missing));
    let made = repo.skout(&["baseline", "create", "-b", "known.json"]);
    assert_eq!(status(&made), 0, "{}", said(&made));
    assert_eq!(repo.scan(&["scan", "-b", "known.json"]).1, 0);
    repo.write("skout.toml", "baseline = \"named.json\"\n");
    let missing = repo.skout(&["scan"]);
    assert!(said(&missing).contains("`skout baseline create` makes one"), "{}", said(&missing));
    let made = repo.skout(&["baseline", "create"]);
    assert_eq!(status(&made), 0, "{}", said(&made));
    assert_eq!(repo.scan(&["scan"]).1, 0);
    assert!(repo.read("named.json").contains("openai-project-key"));
}

#[test]
fn an_empty_report_does_not_empty_the_baseline() {
    let repo = Repo::new();
    repo.write("a.py", &key());
    assert_eq!(status(&repo.skout(&["baseline", "create"])), 0);
    let before = repo.read(".skout-baseline");
    repo.write("report.json", "\n");
    for command in ["prune", "update", "diff"] {
        let done = repo.skout(&["baseline", command, "--from", "report.json"]);
        assert_eq!(status(&done), 2, "{command}: {}", said(&done));
        assert!(said(&done).contains("it is empty, so it is no report"), "{}", said(&done));
    }
    assert_eq!(repo.read(".skout-baseline"), before);
}

#[test]
fn an_entry_that_would_do_nothing_is_not_added() {
    let repo = Repo::new();
    repo.write("a.py", &key());
    let print = repo.fingerprint();
    let done = repo.skout(&["ignore", "add", &print, "--until", "2020-01-01"]);
    assert_eq!(status(&done), 2);
    assert!(said(&done).contains("that day is over"), "{}", said(&done));
    assert_eq!(status(&repo.skout(&["ignore", "add", &print[..8]])), 0);
    assert_eq!(repo.scan(&["scan"]).1, 0);
    let done = repo.skout(&["ignore", "add", &print[..8]]);
    assert!(said(&done).contains("it is in .skoutignore already, on line 1"), "{}", said(&done));
}

#[test]
fn no_file_of_ours_holds_a_secret_that_is_the_name_of_a_file() {
    let repo = Repo::new();
    let key = expand("sk-proj-<alnum:74>T3BlbkFJ<alnum:74>").unwrap().text;
    repo.write(&format!("{key}.txt"), "hello\n");
    assert_eq!(repo.scan(&["scan"]).1, 1);
    assert_eq!(status(&repo.skout(&["baseline", "create"])), 0);
    for file in [".skout-baseline", ".git/skout/last"] {
        let text = repo.read(file);
        assert!(text.contains("openai-project-key") && !text.contains(&key), "{file}: {text}");
    }
}

#[test]
fn a_private_key_stays_ignored_when_its_lines_are_written_otherwise() {
    let repo = Repo::new();
    let pem = leak("private-key");
    repo.write("id.pem", &pem);
    let print = repo.fingerprint();
    for (path, text) in [
        ("dos.pem", pem.replace('\n', "\r\n")),
        ("key.yaml", format!("key: |\n  {}", pem.replace('\n', "\n  "))),
        ("key.json", format!("{{\"key\": \"{}\"}}\n", pem.replace('\n', "\\n"))),
    ] {
        repo.write(path, &text);
        let (report, _) = repo.scan(&["scan"]);
        assert_eq!(report["findings"].as_array().unwrap().len(), 1, "{path}: {report:#}");
        assert_eq!(report["findings"][0]["fingerprint"], print.as_str(), "{path}");
    }
    let (report, _) = repo.scan(&["scan"]);
    assert_eq!(report["findings"][0]["locations"].as_array().unwrap().len(), 4);
    repo.commit();
    let (report, _) = repo.scan(&["git"]);
    assert_eq!(report["findings"].as_array().unwrap().len(), 1);
    assert_eq!(report["findings"][0]["locations"].as_array().unwrap().len(), 4);
    assert_eq!(status(&repo.skout(&["ignore", "add", &print])), 0);
    assert_eq!(repo.scan(&["scan"]).1, 0);
}
