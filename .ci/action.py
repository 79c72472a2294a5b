#!/usr/bin/env python3
"""Runs the steps of action.yml as a GitHub runner does, in a sandbox of its own: a fake GITHUB_* environment, a release
in a local folder, repositories made here. Needs PyYAML (.ci/workflow-test installs it).

    .ci/action.py PROGRAM        the skout to release

In: a built program. Out: nothing but the exit status and a line for each case.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))


def evaluate(text, names):
    """The little of GitHub's expression language that action.yml uses: names and `||`."""

    def value(match):
        found = [names.get(part.strip(), "") for part in match.group(1).split("||")]
        return next((part for part in found if part), "")

    return re.sub(r"\$\{\{(.*?)\}\}", value, str(text))


class Runner:
    def __init__(self, home, inputs, workspace, event_name, event):
        self.home, self.workspace = home, workspace
        known = {name: str(spec.get("default", "")) for name, spec in ACTION["inputs"].items()}
        assert set(inputs) <= set(known), inputs
        self.names = {f"inputs.{name}": value for name, value in {**known, **inputs}.items()}
        self.names |= {
            "github.action_path": str(ROOT),
            "github.repository": "owner/project",
            "github.server_url": "https://github.invalid",
        }
        (home / "event.json").write_text(json.dumps(event))
        head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=workspace, capture_output=True, text=True, check=True)
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_WORKSPACE": str(workspace),
            "GITHUB_EVENT_NAME": event_name,
            "GITHUB_EVENT_PATH": str(home / "event.json"),
            "GITHUB_SHA": head.stdout.strip(),
            "GITHUB_STEP_SUMMARY": str(home / "summary.md"),
            "RUNNER_OS": "Linux",
            "RUNNER_ARCH": "X64",
            "RUNNER_TEMP": str(home),
            "GIT_CONFIG_NOSYSTEM": "1",
        }

    def run(self):
        """All steps, until one fails; returns whether they passed, what they said, and the outputs of the action."""
        said = ""
        for step in ACTION["runs"]["steps"]:
            assert step["shell"] == "bash" and "${{" not in step["run"], "nothing is interpolated into a script"
            outputs = self.home / "outputs"
            outputs.write_text("")
            env = {name: evaluate(value, self.names) for name, value in step.get("env", {}).items()}
            done = subprocess.run(
                ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
                cwd=self.workspace / evaluate(step.get("working-directory", "."), self.names),
                env={**self.env, **env, "GITHUB_OUTPUT": str(outputs)},
                capture_output=True,
                text=True,
                check=False,
            )
            said += done.stdout + done.stderr
            for line in outputs.read_text().splitlines():
                name, value = line.split("=", 1)
                self.names[f"steps.{step['id']}.outputs.{name}"] = value
            if done.returncode:
                return False, said, self.outputs()
        return True, said, self.outputs()

    def outputs(self):
        return {name: evaluate(spec["value"], self.names) for name, spec in ACTION["outputs"].items()}


def git(folder, *args):
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    done = subprocess.run(["git", *who, *args], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def repository(folder):
    """main is clean; topic adds a leak."""
    subprocess.run(
        ["bash", str(ROOT / ".github/packaging/action/fixture.sh"), "leaky"],
        cwd=folder,
        env={**os.environ, "HOME": str(folder)},
        check=True,
    )
    project = folder / "fixture"
    git(project, "branch", "-m", "main", "topic")
    git(project, "branch", "main", "topic^")
    return project


def release(folder, program, version):
    out = folder / "releases" / f"v{version}"
    target = "x86_64-unknown-linux-musl"
    subprocess.run([str(ROOT / ".github/packaging/archive.sh"), target, str(out), program], check=True)
    archive = out / f"skout-{version}-{target}.tar.gz"
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    (out / "SHA256SUMS").write_text(f"{digest}  {archive.name}\n")
    return out.parent.as_uri(), archive


def documented():
    """The pages about CI and hooks name every input, output and hook there is, and no other."""

    def table(page, head):
        rows = (ROOT / "docs" / page).read_text(encoding="utf-8").split(head, 1)[1].split("\n\n", 1)[0]
        first = [row.strip().split("|")[1] for row in rows.splitlines() if row.strip().startswith("| `")]
        return {name for cell in first for name in re.findall("`([^`]+)`", cell)}

    inputs = table("ci.md", "| input | meaning |")
    assert inputs == set(ACTION["inputs"]), inputs ^ set(ACTION["inputs"])
    page = (ROOT / "docs/ci.md").read_text(encoding="utf-8")
    outputs = set(re.findall("`([^`]+)`", re.search(r"^Outputs: (.*?)\. ", page, re.MULTILINE).group(1)))
    assert outputs == set(ACTION["outputs"]), outputs ^ set(ACTION["outputs"])
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    ids = {hook["id"] for hook in hooks}
    assert table("hooks.md", "| id | reads |") == ids, ids
    for path in [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"]:
        for block in re.findall(r"^ *```yaml\n(.*?)^ *```", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
            assert yaml.safe_load(block), f"{path.name}: {block}"
    print("ok: the documentation names what there is, and its YAML is YAML")


def main():
    documented()
    program = str(Path(sys.argv[1]).resolve())
    version = re.search(r'^version = "(.*)"', (ROOT / "Cargo.toml").read_text(encoding="utf-8"), re.MULTILINE).group(1)
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        url, archive = release(home, program, version)
        project = repository(home)
        base, head = git(project, "rev-parse", "main"), git(project, "rev-parse", "topic")
        leaking = {"pull_request": {"number": 1, "base": {"sha": base}, "head": {"sha": head}}}
        clean = {"ref": "refs/heads/main", "before": "0" * 40, "after": base, "created": True, "repository": {}}

        def case(title, event_name, event, inputs, check):
            runner = Runner(home, {"release-url": url, "fetch": "false", **inputs}, project, event_name, event)
            passed, said, outputs = runner.run()
            key = (project / "app.py").read_text().split('"')[-2]
            if not check(passed, said, outputs) or key[20:60] in said + json.dumps(outputs):
                sys.exit(f"FAILED: {title}\n{outputs}\n{said}")
            print(f"ok: {title}")

        case("a leak fails the step", "pull_request", leaking, {}, lambda passed, said, out: (
            not passed and out["findings"] == "1" and out["exit-code"] == "1"
            and "::error file=app.py" in said and (project / out["sarif"]).is_file() and (project / out["report"]).is_file()
        ))
        case("a clean push passes", "push", clean, {}, lambda passed, said, out: (
            passed and out["findings"] == "0" and out["exit-code"] == "0"
        ))
        case("fail-on: none leaves it to later steps", "pull_request", leaking, {"fail-on": "none"},
             lambda passed, said, out: passed and out["findings"] == "1" and out["exit-code"] == "1")
        case("trouble fails even then", "pull_request", {"pull_request": {"base": {"sha": "1" * 40}, "head": {"sha": head}}},
             {"fail-on": "none"}, lambda passed, said, out: not passed and out["exit-code"] == "2" and "fetch-depth: 0" in said)
        hostile = "x'; touch owned; $(touch owned) `touch owned`"
        case("an input is never run", "push", clean, {"base": hostile, "config": ""},
             lambda passed, said, out: not passed and not list(home.rglob("owned")))
        case("a wish that is none is told", "push", clean, {"scope": "everything"},
             lambda passed, said, out: not passed and "auto or history" in said)
        case("options go through, one on a line", "push", clean, {"args": "--rule\nno-such-rule-*"},
             lambda passed, said, out: not passed or out["findings"] == "0")
        case("no version but a version", "push", clean, {"version": "../../etc"},
             lambda passed, said, out: not passed and "is no version" in said)
        whole = archive.read_bytes()
        archive.write_bytes(whole + b"\0")
        case("an archive with another checksum is not run", "push", clean, {},
             lambda passed, said, out: not passed and "it was not run" in said and out["exit-code"] == "")
        archive.write_bytes(whole)
        (archive.parent / "SHA256SUMS").write_text("")
        case("an archive without a checksum is not run", "push", clean, {},
             lambda passed, said, out: not passed and "does not name" in said)

        # Where there is no release, cargo builds it: a cargo of ours stands in for the real one.
        tools = home / "tools"
        tools.mkdir()
        script = 'while [ "$1" != --root ]; do shift; done; mkdir -p "$2/bin"; cp "$STAND_IN" "$2/bin/skout"'
        (tools / "cargo").write_text(f"#!/bin/sh\nSTAND_IN={program}\n{script}\n")
        (tools / "cargo").chmod(0o755)
        os.environ["PATH"] = f"{tools}:{os.environ['PATH']}"
        case("without a release it is built", "push", clean, {"release-url": (home / "nowhere").as_uri()},
             lambda passed, said, out: passed and "building it" in said and out["findings"] == "0")


main()
