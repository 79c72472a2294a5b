//! `skout ci` in clones that git makes, with the events and variables of each service.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

#[path = "git/world.rs"]
#[allow(dead_code, reason = "the other tests use the rest")]
mod world;

use std::fs;
use std::ops::Deref;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

const ZERO: &str = "0000000000000000000000000000000000000000";

/// A server with a history, and clones of it as a CI service makes them.
///
/// `main`: clean, then an old leak that was never taken out, then clean. `topic`, from there: clean, then a leak.
struct World(world::World);

impl Deref for World {
    type Target = world::World;

    fn deref(&self) -> &world::World {
        &self.0
    }
}

/// How a run ended, and everything it said.
struct Run {
    status: i32,
    said: String,
    outputs: String,
    summary: String,
}

impl World {
    fn new() -> Self {
        let world = Self(world::World::new());
        world.commit("a.py", "a = 1\n");
        world.commit("old.py", &leak(1));
        world.commit("b.py", "b = 1\n");
        world.git(&["branch", "stable"]);
        world.git(&["checkout", "-q", "-b", "topic"]);
        world.commit("c.py", "c = 1\n");
        world.commit("new.py", &leak(2));
        world.git(&["clone", "-q", "--bare", ".", "../server.git"]);
        let server = world.home().join("server.git");
        world.git_in(&server, &["config", "uploadpack.allowAnySHA1InWant", "true"]);
        world.git_in(&server, &["symbolic-ref", "HEAD", "refs/heads/main"]);
        world
    }

    fn commit(&self, path: &str, text: &str) {
        self.0.commit(path, text, path);
    }

    fn id(&self, name: &str) -> String {
        self.git(&["rev-parse", name])
    }

    /// A clone of one branch; `depth` 0 is the whole history with all branches.
    fn clone(&self, branch: &str, depth: u32) -> PathBuf {
        let url = format!("file://{}", self.home().join("server.git").display());
        let folder = self.home().join(format!("clone-{branch}-{depth}"));
        let depth = format!("--depth={depth}");
        let mut args = vec!["clone", "-q", "--branch", branch, &url, folder.to_str().unwrap()];
        if depth != "--depth=0" {
            args.push(&depth);
        }
        self.git(&args);
        folder
    }

    fn run(&self, folder: &Path, variables: &[(&str, &str)], args: &[&str]) -> Run {
        let file = |name: &str| self.home().join(name);
        for name in ["outputs", "summary"] {
            let _ = fs::remove_file(file(name));
        }
        let out = self
            .command(env!("CARGO_BIN_EXE_skout"), folder)
            .arg("ci")
            .args(args)
            .env("GITHUB_OUTPUT", file("outputs"))
            .env("GITHUB_STEP_SUMMARY", file("summary"))
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let run = Run {
            status: out.status.code().unwrap(),
            said: text(&out.stdout) + &text(&out.stderr),
            outputs: fs::read_to_string(file("outputs")).unwrap_or_default(),
            summary: fs::read_to_string(file("summary")).unwrap_or_default(),
        };
        for n in [1, 2] {
            let all = [&run.said, &run.outputs, &run.summary].map(String::as_str).concat();
            assert!(!all.contains(&leak(n)[30..60]), "a secret is shown");
        }
        run
    }

    /// A run on GitHub with this event.
    fn github(&self, folder: &Path, name: &str, event: &Value, args: &[&str]) -> Run {
        let path = self.home().join("event.json");
        fs::write(&path, event.to_string()).unwrap();
        let sha = self.git_in(folder, &["rev-parse", "HEAD"]);
        let variables = [
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_EVENT_NAME", name),
            ("GITHUB_EVENT_PATH", path.to_str().unwrap()),
            ("GITHUB_SHA", &sha),
        ];
        self.run(folder, &variables, args)
    }

    fn pull_request(&self, fork: bool) -> Value {
        json!({"action": "opened", "number": 7, "pull_request": {"number": 7,
            "base": {"ref": "main", "sha": self.id("main"), "repo": {"id": 1}},
            "head": {"ref": "topic", "sha": self.id("topic"), "repo": {"id": if fork { 2 } else { 1 }, "fork": fork}}}})
    }

    /// A run on GitHub for a pull request from `topic` into `main`.
    fn review(&self, folder: &Path, args: &[&str]) -> Run {
        self.github(folder, "pull_request", &self.pull_request(false), args)
    }

    fn push(&self, name: &str, before: &str, after: &str, more: Value) -> Value {
        let mut event = json!({"ref": name, "before": before, "after": after, "created": before == ZERO,
            "deleted": after == ZERO, "forced": false, "repository": {"default_branch": "main"}});
        event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        event
    }
}

/// A line with a key that looks live, made anew so that none stands in this repository.
fn leak(seed: u64) -> String {
    let letters = |mut seed: u64, n: usize| -> String {
        let alphabet: Vec<char> = ('a'..='z').chain('A'..='Z').chain('0'..='9').collect();
        let next = |_| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            alphabet[usize::try_from(seed >> 33).unwrap() % alphabet.len()]
        };
        (0..n).map(next).collect()
    };
    format!("OPENAI_API_KEY = \"sk-proj-{}{}{}\"\n", letters(seed, 74), "T3BlbkFJ", letters(seed + 9, 74))
}

#[test]
fn a_pull_request_reports_what_it_adds_where_people_look() {
    let world = World::new();
    let clone = world.clone("topic", 0);
    let run = world.review(&clone, &["--sarif", "s.json", "--report", "r.json"]);
    assert_eq!(run.status, 1, "{}", run.said);
    assert!(run.said.contains("::error file=new.py,line=1"), "{}", run.said);
    assert!(!run.said.contains("old.py"), "what main holds is not this change's: {}", run.said);
    assert!(run.outputs.contains("findings=1\n") && run.outputs.contains("exit-code=1\n"), "{}", run.outputs);
    assert!(run.outputs.contains("sarif=s.json\n") && run.outputs.contains("report=r.json\n"));
    assert!(run.summary.contains("new.py") && run.summary.contains("pull request 7"), "{}", run.summary);
    let report: Value = serde_json::from_slice(&fs::read(clone.join("r.json")).unwrap()).unwrap();
    assert_eq!(report["findings"].as_array().unwrap().len(), 1);
    let sarif: Value = serde_json::from_slice(&fs::read(clone.join("s.json")).unwrap()).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
}

#[test]
fn the_name_of_a_branch_is_no_markup_and_no_place_for_a_key() {
    let world = World::new();
    let clone = world.clone("topic", 0);
    let key = leak(2)[18..].trim_end_matches(['"', '\n']).to_owned();
    let (before, after) = (world.id("main"), world.id("topic~1"));
    for name in ["<b>bold</b>", key.as_str()] {
        let event = world.push(&format!("refs/heads/{name}"), &before, &after, json!({}));
        let run = world.github(&clone, "push", &event, &[]);
        assert!(run.summary.contains("Scanned: ") && !run.summary.contains("<b>bold"), "{}", run.summary);
    }
}

#[test]
fn annotations_and_the_summary_are_written_once() {
    let world = World::new();
    let clone = world.clone("topic", 0);
    let event = world.pull_request(false);
    for args in [&[][..], &["-f", "github"], &["-f", "human", "-f", "github=notes.txt"]] {
        let run = world.github(&clone, "pull_request", &event, args);
        assert_eq!(run.said.matches("::error file=new.py").count(), 1, "{args:?}: {}", run.said);
        assert_eq!(run.summary.matches("## skout:").count(), 1, "{args:?}: {}", run.summary);
    }
    let run = world.github(&clone, "pull_request", &event, &["-f", "github", "--no-summary"]);
    assert!(run.summary.is_empty(), "{}", run.summary);
}

#[test]
fn a_fork_needs_no_token() {
    let world = World::new();
    let clone = world.clone("topic", 0);
    let run = world.github(&clone, "pull_request", &world.pull_request(true), &[]);
    assert_eq!(run.status, 1);
    assert!(run.said.contains("from a fork"), "{}", run.said);
}

#[test]
fn a_push_is_what_it_brings() {
    let world = World::new();
    let clone = world.clone("topic", 0);
    let topic = world.id("topic");
    let clean = world.push("refs/heads/topic", &world.id("main"), &world.id("topic^"), json!({}));
    assert_eq!(world.github(&clone, "push", &clean, &[]).status, 0);
    let leaking = world.push("refs/heads/topic", &world.id("topic^"), &topic, json!({}));
    assert_eq!(world.github(&clone, "push", &leaking, &[]).status, 1);
    let new = world.push("refs/heads/topic", ZERO, &topic, json!({}));
    let run = world.github(&clone, "push", &new, &[]);
    assert!(run.status == 1 && run.outputs.contains("findings=1\n"), "{}", run.said);
}

#[test]
fn the_first_push_of_the_default_branch_is_all_of_it() {
    let world = World::new();
    let clone = world.clone("main", 0);
    let event = world.push("refs/heads/main", ZERO, &world.id("main"), json!({}));
    let run = world.github(&clone, "push", &event, &[]);
    assert!(run.status == 1 && run.said.contains("old.py"), "{}", run.said);
}

#[test]
fn a_force_push_whose_old_commit_is_gone_is_compared_with_the_default_branch() {
    let world = World::new();
    let clone = world.clone("topic", 0);
    let gone = "1234567890123456789012345678901234567890";
    let event = world.push("refs/heads/topic", gone, &world.id("topic"), json!({"forced": true}));
    for args in [&[][..], &["--fetch"]] {
        let run = world.github(&clone, "push", &event, args);
        assert!(run.status == 1 && run.outputs.contains("findings=1\n"), "{}", run.said);
    }
}

#[test]
fn tags_and_deleted_branches() {
    let world = World::new();
    let clone = world.clone("topic", 0);
    let tag = world.push("refs/tags/v1", ZERO, &world.id("topic"), json!({}));
    assert_eq!(world.github(&clone, "push", &tag, &[]).status, 1);
    let deleted = world.push("refs/heads/gone", &world.id("topic"), ZERO, json!({}));
    let run = world.github(&clone, "push", &deleted, &[]);
    assert!(run.status == 0 && run.said.contains("nothing to scan"), "{}", run.said);
    assert!(run.outputs.contains("findings=0\n"));
}

#[test]
fn a_merge_queue_a_schedule_and_a_run_by_hand() {
    let world = World::new();
    let clone = world.clone("topic", 0);
    let queue = json!({"action": "checks_requested", "merge_group": {
        "head_sha": world.id("topic"), "base_sha": world.id("main"), "head_ref": "refs/heads/gh-readonly-queue/main/pr-7"}});
    let run = world.github(&clone, "merge_group", &queue, &[]);
    assert!(run.status == 1 && run.outputs.contains("findings=1\n"), "{}", run.said);
    for (name, event) in
        [("schedule", json!({"schedule": "0 4 * * *"})), ("workflow_dispatch", json!({"inputs": null}))]
    {
        let run = world.github(&clone, name, &event, &[]);
        assert!(run.status == 1 && run.outputs.contains("findings=2\n"), "{name}: {}", run.said);
    }
}

#[test]
fn a_shallow_clone_is_no_all_clear_and_what_to_set_is_said() {
    let world = World::new();
    let clone = world.clone("topic", 1);
    let run = world.review(&clone, &[]);
    assert_eq!(run.status, 2, "{}", run.said);
    assert!(run.said.contains("fetch-depth: 0") && run.said.contains("--fetch"), "{}", run.said);
    assert!(run.outputs.contains("exit-code=2\n"), "{}", run.outputs);
    let schedule = world.clone("stable", 1);
    let run = world.github(&schedule, "schedule", &json!({}), &[]);
    assert!(
        run.status == 1 && run.said.contains("INCOMPLETE"),
        "secrets win, the trouble is told: {}",
        run.said
    );
    let run = world.run(&schedule, &[("GITLAB_CI", "true"), ("CI_PIPELINE_SOURCE", "schedule")], &[]);
    assert!(run.said.contains("shallow") && run.said.contains("GIT_DEPTH: 0"), "{}", run.said);
    let incomplete = world.github(&schedule, "schedule", &json!({}), &["--rule", "anthropic-*"]);
    assert!(incomplete.status == 2 && incomplete.said.contains("INCOMPLETE"), "{}", incomplete.said);
}

#[test]
fn a_shallow_clone_is_deepened_when_it_may() {
    let world = World::new();
    let clone = world.clone("topic", 1);
    let run = world.review(&clone, &["--fetch"]);
    assert!(run.status == 1 && run.outputs.contains("findings=1\n"), "{}", run.said);
    let clone = world.clone("stable", 1);
    let run = world.github(&clone, "schedule", &json!({}), &["--fetch"]);
    assert!(run.status == 1 && run.outputs.contains("findings=1\n"), "{}", run.said);
    fs::rename(world.home().join("server.git"), world.home().join("gone")).unwrap();
    let lost = world.clone_of_nothing();
    let run = world.review(&lost, &["--fetch"]);
    assert_eq!(run.status, 2, "{}", run.said);
}

impl World {
    fn clone_of_nothing(&self) -> PathBuf {
        let folder = self.home().join("nothing");
        self.git(&["init", "-q", folder.to_str().unwrap()]);
        self.git_in(&folder, &["commit", "-q", "--allow-empty", "-m", "x"]);
        folder
    }
}

/// A payload as GitHub sent it (tests/events; github.com/octokit/webhooks, MIT; links left out), about the commits of this
/// world instead of its own.
fn recorded(name: &str, changes: &[(&str, Value)]) -> Value {
    let path = format!("{}/tests/events/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let mut event: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    for (pointer, value) in changes {
        *event.pointer_mut(pointer).unwrap_or_else(|| panic!("{name}: {pointer}")) = value.clone();
    }
    event
}

#[test]
fn events_that_github_sent_are_understood() {
    let world = World::new();
    let clone = world.clone("topic", 0);
    let [base, tip, zero] = [world.id("main"), world.id("topic"), ZERO.to_owned()].map(Value::from);
    let request = [("/pull_request/base/sha", base.clone()), ("/pull_request/head/sha", tip.clone())];
    let fork = [&request[..], &[("/pull_request/head/repo/id", json!(2))]].concat();
    let push = |name: &str, before: &Value, forced: bool| {
        let before = before.clone();
        let new = json!(before == json!(ZERO));
        recorded(
            "push-new-branch",
            &[
                ("/ref", json!(name)),
                ("/before", before),
                ("/after", tip.clone()),
                ("/created", new),
                ("/forced", json!(forced)),
                ("/repository/default_branch", json!("main")),
            ],
        )
    };
    let gone = json!("1234567890123456789012345678901234567890");
    let queue = [("/merge_group/base_sha", base.clone()), ("/merge_group/head_sha", tip.clone())];
    let schedule = json!({"schedule": "0 4 * * *", "workflow": ".github/workflows/skout.yml"});
    let cases = [
        ("pull_request", recorded("pull_request", &request), "pull request 2", 1),
        ("pull_request", recorded("pull_request", &fork), "pull request 2 from a fork", 1),
        ("pull_request_target", recorded("pull_request", &fork), "pull request 2 from a fork", 1),
        ("merge_group", recorded("merge_group", &queue), "merge queue", 1),
        ("push", push("refs/heads/topic", &base, false), "push to topic", 1),
        ("push", push("refs/heads/topic", &base, true), "force push to topic", 1),
        ("push", push("refs/heads/topic", &gone, true), "force push to topic", 1),
        ("push", push("refs/heads/topic", &zero, false), "push of the new branch topic", 1),
        ("push", push("refs/tags/v1", &zero, false), "push of the tag v1", 1),
        ("push", recorded("push-deleted-tag", &[]), "simple-tag was deleted", 0),
        ("workflow_dispatch", recorded("workflow_dispatch", &[]), "started by hand", 2),
        ("schedule", schedule, "scheduled run", 2),
    ];
    for (name, event, what, findings) in cases {
        let run = world.github(&clone, name, &event, &[]);
        assert!(run.said.contains(&format!("GitHub Actions: {what}\n")), "{name}: {}", run.said);
        assert!(run.outputs.contains(&format!("findings={findings}\n")), "{what}: {}", run.said);
        assert_eq!(run.status, i32::from(findings > 0), "{what}: {}", run.said);
    }
}

#[test]
fn an_event_that_cannot_be_read_is_trouble() {
    let world = World::new();
    let clone = world.clone("topic", 0);
    let path = world.home().join("broken.json");
    fs::write(&path, "{").unwrap();
    let variables = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_EVENT_NAME", "push"),
        ("GITHUB_EVENT_PATH", path.to_str().unwrap()),
    ];
    let run = world.run(&clone, &variables, &[]);
    assert!(run.status == 2 && run.outputs.contains("exit-code=2"), "{}", run.said);
}

#[test]
fn the_other_services_scan_what_is_new_too() {
    let world = World::new();
    let clone = world.clone("topic", 0);
    let (main, topic) = (world.id("main"), world.id("topic"));
    let cases: [&[(&str, &str)]; 7] = [
        &[
            ("GITLAB_CI", "true"),
            ("CI_PIPELINE_SOURCE", "merge_request_event"),
            ("CI_MERGE_REQUEST_DIFF_BASE_SHA", &main),
            ("CI_COMMIT_SHA", &topic),
        ],
        &[
            ("GITLAB_CI", "true"),
            ("CI_PIPELINE_SOURCE", "push"),
            ("CI_COMMIT_BRANCH", "topic"),
            ("CI_COMMIT_BEFORE_SHA", ZERO),
            ("CI_COMMIT_SHA", &topic),
            ("CI_DEFAULT_BRANCH", "main"),
        ],
        &[
            ("BITBUCKET_BUILD_NUMBER", "1"),
            ("BITBUCKET_PR_ID", "7"),
            ("BITBUCKET_PR_DESTINATION_BRANCH", "main"),
            ("BITBUCKET_COMMIT", &topic),
        ],
        &[
            ("TF_BUILD", "True"),
            ("BUILD_REASON", "PullRequest"),
            ("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/main"),
            ("SYSTEM_PULLREQUEST_SOURCECOMMITID", &topic),
        ],
        &[("CIRCLECI", "true"), ("CIRCLE_BRANCH", "topic"), ("CIRCLE_SHA1", &topic)],
        &[
            ("BUILDKITE", "true"),
            ("BUILDKITE_PULL_REQUEST", "7"),
            ("BUILDKITE_PULL_REQUEST_BASE_BRANCH", "main"),
            ("BUILDKITE_COMMIT", &topic),
        ],
        &[
            ("JENKINS_URL", "http://jenkins"),
            ("CHANGE_ID", "7"),
            ("CHANGE_TARGET", "main"),
            ("GIT_COMMIT", &topic),
        ],
    ];
    for variables in cases {
        let run = world.run(&clone, variables, &[]);
        assert_eq!(run.status, 1, "{variables:?}: {}", run.said);
        assert!(run.outputs.contains("findings=1\n"), "{variables:?}: {}", run.said);
        assert!(!run.said.contains("::error"), "annotations are GitHub's: {}", run.said);
    }
}

#[test]
fn a_default_branch_is_never_compared_with_itself() {
    let world = World::new();
    let clone = world.clone("main", 0);
    let main = world.id("main");
    let run =
        world.run(&clone, &[("CIRCLECI", "true"), ("CIRCLE_BRANCH", "main"), ("CIRCLE_SHA1", &main)], &[]);
    assert!(run.status == 1 && run.said.contains("old.py"), "{}", run.said);
}

#[test]
fn a_clone_that_does_not_know_the_default_branch_is_compared_with_the_usual_ones() {
    let world = World::new();
    let server = format!("file://{}", world.home().join("server.git").display());
    let topic = world.id("topic");
    // Azure Pipelines: git init, then a fetch of all branches.
    let azure = world.home().join("azure");
    world.git(&["init", "-q", azure.to_str().unwrap()]);
    world.git_in(&azure, &["remote", "add", "origin", &server]);
    world.git_in(&azure, &["fetch", "-q", "origin", "+refs/heads/*:refs/remotes/origin/*"]);
    world.git_in(&azure, &["checkout", "-q", "--detach", &topic]);
    let push = [
        ("TF_BUILD", "True"),
        ("BUILD_REASON", "IndividualCI"),
        ("BUILD_SOURCEBRANCH", "refs/heads/topic"),
        ("BUILD_SOURCEVERSION", &topic),
    ];
    let run = world.run(&azure, &push, &[]);
    assert!(run.status == 1 && run.outputs.contains("findings=1\n"), "{}", run.said);
    // Bitbucket Pipelines: one branch alone.
    let bitbucket = world.home().join("bitbucket");
    world.git(&["clone", "-q", "--single-branch", "--branch", "topic", &server, bitbucket.to_str().unwrap()]);
    let push = [("BITBUCKET_BUILD_NUMBER", "1"), ("BITBUCKET_BRANCH", "topic"), ("BITBUCKET_COMMIT", &topic)];
    let whole = world.run(&bitbucket, &push, &[]);
    assert!(whole.outputs.contains("findings=2\n"), "what main has is not known: {}", whole.said);
    let run = world.run(&bitbucket, &push, &["--fetch"]);
    assert!(run.status == 1 && run.outputs.contains("findings=1\n"), "{}", run.said);
}

#[test]
fn options_have_the_last_word() {
    let world = World::new();
    let clone = world.clone("topic", 0);
    let run = world.review(&clone, &["--all", "--no-annotations", "--no-summary"]);
    assert!(run.outputs.contains("findings=2\n"), "{}", run.said);
    assert!(run.summary.is_empty() && !run.said.contains("::error"));
    let run = world.github(&clone, "schedule", &json!({}), &["--base", "topic^"]);
    assert!(run.outputs.contains("findings=1\n"), "{}", run.said);
    let run = world.review(&clone, &["--plan"]);
    assert!(run.status == 0 && run.said.contains("pull request 7") && run.outputs.is_empty(), "{}", run.said);
}
