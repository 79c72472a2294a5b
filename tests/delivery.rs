//! Where reports go and what is said when they cannot: formats, files, streams, colour, and `skout redact`.

#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use skout::rule::example::expand;
use tempfile::TempDir;

/// A key of a shape that proves itself.
fn key(n: u32) -> String {
    let text = expand(&format!("{n} sk-<alnum:20>T3BlbkFJ<alnum:20>")).unwrap().text;
    text.split_once(' ').unwrap().1.to_owned()
}

fn leaky() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("app.py"), format!("openai.api_key = '{}'\n", key(1))).unwrap();
    folder
}

fn clean() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("app.py"), "print('hello')\n").unwrap();
    folder
}

fn skout(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_skout"));
    command.current_dir(folder).stdin(Stdio::null());
    for name in ["NO_COLOR", "CLICOLOR_FORCE", "COLUMNS", "GITHUB_STEP_SUMMARY", "SOURCE_DATE_EPOCH"] {
        command.env_remove(name);
    }
    command
}

fn run(folder: &Path, args: &[&str]) -> Output {
    skout(folder).args(args).output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn one_scan_writes_many_reports() {
    let folder = leaky();
    let done = run(folder.path(), &["-f", "sarif=a.sarif", "-f", "html=a.html", "-f", "json", "."]);
    assert_eq!(done.status.code(), Some(1));
    let json: serde_json::Value = serde_json::from_str(&out(&done)).unwrap();
    assert_eq!(json["findings"].as_array().unwrap().len(), 1);
    assert!(err(&done).contains("1 secret found"), "the receipt goes to standard error: {}", err(&done));
    for name in ["a.sarif", "a.html"] {
        let text = fs::read_to_string(folder.path().join(name)).unwrap();
        assert!(text.contains("app.py") && !text.contains(&key(1)), "{name}");
    }
}

#[test]
fn many_secrets_end_with_where_to_begin_and_one_entry_a_page() {
    let folder = leaky();
    for n in 2..6 {
        fs::write(folder.path().join(format!("{n}.py")), format!("openai.api_key = '{}'\n", key(n))).unwrap();
    }
    let done = run(folder.path(), &["-f", "human", "-f", "html=a.html", "."]);
    let text = out(&done);
    let (_, begin) = text.split_once("Begin with:\n").unwrap();
    assert_eq!(begin.matches("https://platform.openai.com/api-keys").count(), 1, "{begin}");
    assert!(begin.contains("2 more"), "three of five are named: {begin}");
    let html = fs::read_to_string(folder.path().join("a.html")).unwrap();
    let (_, first) = html.split_once("<h2>Start here</h2>").unwrap();
    let (first, _) = first.split_once("</section>").unwrap();
    assert_eq!((first.matches("<li>").count(), first.matches("<code").count()), (1, 5), "{first}");
    let few = run(leaky().path(), &["."]);
    assert!(!out(&few).contains("Begin with:"), "a short list needs no beginning");
}

#[test]
fn the_configuration_of_a_repository_holds_however_its_folder_is_named() {
    let folder = leaky();
    let root = folder.path().canonicalize().unwrap();
    fs::create_dir_all(root.join("src/gen")).unwrap();
    fs::create_dir(root.join(".git")).unwrap();
    fs::rename(root.join("app.py"), root.join("src/gen/app.py")).unwrap();
    fs::write(root.join("src/clean.py"), "a = 1\n").unwrap();
    fs::write(root.join("skout.toml"), "exclude = [\"src/gen/\"]\n").unwrap();
    let whole = root.join("src").display().to_string();
    for (at, name) in
        [(".", "."), (".", "src"), (".", &whole), ("src", "../src"), ("src", "."), ("src/gen", "..")]
    {
        let done = run(&root.join(at), &[name]);
        assert_eq!(done.status.code(), Some(0), "{name} in {at}: {}{}", out(&done), err(&done));
    }
}

#[test]
fn output_names_the_file_of_the_last_format_without_one() {
    let folder = leaky();
    let done = run(folder.path(), &["-f", "json", "-f", "sarif=a.sarif", "-o", "b.json", "."]);
    assert_eq!((done.status.code(), out(&done).as_str()), (Some(1), ""));
    assert!(fs::read_to_string(folder.path().join("b.json")).unwrap().contains("skout/v1"));
    let done = run(folder.path(), &["-f", "sarif=a.sarif", "-o", "b.json", "."]);
    assert_eq!(done.status.code(), Some(2));
    assert!(err(&done).contains("--output b.json"), "{}", err(&done));
}

#[test]
fn two_formats_cannot_share_standard_output_and_an_unknown_one_is_named() {
    let folder = clean();
    let done = run(folder.path(), &["-f", "json", "-f", "csv", "."]);
    assert_eq!((done.status.code(), out(&done).as_str()), (Some(2), ""));
    assert!(err(&done).contains("csv=PATH"), "{}", err(&done));
    let done = run(folder.path(), &["-f", "xml", "."]);
    assert_eq!(done.status.code(), Some(2));
    assert!(err(&done).contains("junit"), "the formats are listed: {}", err(&done));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_trouble_and_secrets_still_win() {
    let (leaky, clean) = (leaky(), clean());
    let done = run(clean.path(), &["-o", "/dev/full", "."]);
    assert_eq!(done.status.code(), Some(2));
    assert!(err(&done).contains("/dev/full") && err(&done).contains("No space left"), "{}", err(&done));
    let done = run(leaky.path(), &["-o", "/dev/full", "."]);
    assert_eq!(done.status.code(), Some(1), "{}", err(&done));
    assert!(err(&done).contains("No space left"), "{}", err(&done));
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_quiet() {
    let folder = leaky();
    let mut child =
        skout(folder.path()).arg(".").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let done = child.wait_with_output().unwrap();
    assert_eq!((done.status.code(), err(&done).as_str()), (Some(1), ""));
}

#[test]
fn no_command_minds_a_reader_that_went_away() {
    let folder = leaky();
    let made = Command::new("git").arg("-C").arg(folder.path()).args(["init", "-q"]).status().unwrap();
    assert!(made.success());
    let commands: [&[&str]; 9] = [
        &["man"],
        &["completions", "bash"],
        &["rules", "list"],
        &["config", "schema"],
        &["explain", "app.py:1"],
        &["install"],
        &["doctor"],
        &["uninstall"],
        &["ci", "--plan"],
    ];
    for args in commands {
        let mut child =
            skout(folder.path()).args(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let done = child.wait_with_output().unwrap();
        assert!(!err(&done).contains("pipe") && !err(&done).contains("panicked"), "{args:?}: {}", err(&done));
        assert_eq!(done.status.code(), Some(0), "{args:?}: {}", err(&done));
    }
}

#[test]
fn a_report_in_a_folder_that_is_not_there_names_the_file() {
    let folder = clean();
    let done = run(folder.path(), &["-o", "no/such/report.txt", "."]);
    assert_eq!(done.status.code(), Some(2));
    assert!(err(&done).contains("no/such/report.txt"), "{}", err(&done));
}

#[test]
fn colour_follows_the_option_and_then_the_environment() {
    let folder = leaky();
    let coloured = |args: &[&str], variables: &[(&str, &str)]| {
        let done = skout(folder.path()).args(args).arg(".").envs(variables.iter().copied()).output().unwrap();
        out(&done).contains('\x1b')
    };
    assert!(!coloured(&[], &[]), "a pipe gets none");
    assert!(coloured(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(coloured(&["--color", "always"], &[("NO_COLOR", "1")]));
    assert!(!coloured(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]));
}

#[test]
fn quiet_says_nothing_of_a_clean_scan() {
    let folder = clean();
    let done = run(folder.path(), &["-q", "."]);
    assert_eq!((done.status.code(), out(&done).as_str(), err(&done).as_str()), (Some(0), "", ""));
}

#[test]
fn an_exit_code_of_zero_hides_no_trouble() {
    let folder = clean();
    let done = run(folder.path(), &["--exit-code", "0", "-o", "no/such/report.txt", "."]);
    assert_eq!(done.status.code(), Some(2));
}

#[test]
fn the_step_summary_is_added_to() {
    let folder = leaky();
    let summary = folder.path().join("summary.md");
    fs::write(&summary, "before\n").unwrap();
    let mut command = skout(folder.path());
    let done =
        command.args(["-f", "github", "app.py"]).env("GITHUB_STEP_SUMMARY", &summary).output().unwrap();
    assert_eq!(done.status.code(), Some(1));
    assert!(out(&done).starts_with("::error file=app.py,line=1"), "{}", out(&done));
    let text = fs::read_to_string(&summary).unwrap();
    assert!(text.starts_with("before\n## skout: 1 secret found"), "{text}");
}

#[test]
fn redact_masks_and_copies() {
    let folder = clean();
    let mut child =
        skout(folder.path()).arg("redact").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let input = format!("a\r\n\u{1b}[1mkey={}\u{1b}[0m\nlast", key(2));
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let done = child.wait_with_output().unwrap();
    assert_eq!(done.status.code(), Some(0));
    let mask = skout::secret::Secret::new(key(2).as_bytes()).masked();
    assert_eq!(out(&done), input.replace(&key(2), &mask));
}

/// The fingerprints of a history in SARIF.
fn fingerprints(folder: &Path) -> Vec<String> {
    let done = run(folder, &["git", "-f", "sarif", "."]);
    assert_eq!(done.status.code(), Some(1), "{}", err(&done));
    let log: serde_json::Value = serde_json::from_str(&out(&done)).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let mut prints: Vec<String> =
        results.iter().map(|r| r["partialFingerprints"]["primaryLocationLineHash"].to_string()).collect();
    prints.sort();
    prints
}

#[test]
fn sarif_fingerprints_survive_a_move_new_lines_and_a_squash() {
    let folder = tempfile::tempdir().unwrap();
    let git = |args: &[&str]| {
        let mut command = Command::new("git");
        command.current_dir(folder.path()).args(["-c", "user.name=Ann", "-c", "user.email=ann@example.com"]);
        let done = command.args(args).output().unwrap();
        assert!(done.status.success(), "git {args:?}: {}", err(&done));
    };
    let text: String = (0..500).map(|n| format!("key_{n} = '{}'\n", key(n))).collect();
    git(&["init", "-q", "-b", "main"]);
    fs::write(folder.path().join("keys.py"), &text).unwrap();
    git(&["add", "."]);
    git(&["commit", "-q", "-m", "One"]);
    let before = fingerprints(folder.path());
    assert_eq!(before.len(), 500);

    git(&["mv", "keys.py", "moved.py"]);
    fs::write(folder.path().join("moved.py"), format!("# one\n# two\n\n{text}")).unwrap();
    git(&["commit", "-q", "-a", "-m", "Two"]);
    assert_eq!(fingerprints(folder.path()), before, "after a move with lines above");

    git(&["checkout", "-q", "--orphan", "squashed"]);
    git(&["commit", "-q", "-m", "All in one"]);
    git(&["branch", "-q", "-D", "main"]);
    assert_eq!(fingerprints(folder.path()), before, "after a squash");
}
