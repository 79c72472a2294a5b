#!/usr/bin/env python3
"""Runs the steps of release.yml as GitHub's runners do, and holds together what they make and what the action, npm,
pip and `cargo binstall` expect. Whatever builds, signs or publishes is a stand-in that notes how it was called; all else
is real. Needs PyYAML (.ci/release-test installs it).

    .ci/release.py PROGRAM [TARGET...]     the skout to release; targets that are really built, with cargo and maturin

In: a built program and a commit. Out: nothing but the exit status and a line for each case.
"""

import fnmatch
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
WORKFLOW = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8"))
CARGO = (ROOT / "Cargo.toml").read_text(encoding="utf-8")
VERSION = re.search(r'^version = "(.*)"', CARGO, re.MULTILINE).group(1)
TAG = f"v{VERSION}"

# What stands in for programs that would build, sign or publish. `args` is how it was called.
STAND_INS = {
    "rustup": "",
    "sudo": "",
    "gh": "",
    "npm": 'case $1 in publish) test -s "$2" || { echo "there is no $2" >&2; exit 1; } ;; *) exec "$REAL_NPM" "$@" ;; esac',
    "cargo": """
case "$1 $REAL" in cyclonedx*|publish*|install*) ;; *" $TARGET "*) exec "$REAL_CARGO" "$@" ;; esac
case $1 in
  build)
    case $TARGET in *windows*) end=.exe ;; *) end= ;; esac
    mkdir -p "target/$TARGET/release" && cp "$PROGRAM" "target/$TARGET/release/skout$end" ;;
  cyclonedx) printf '{"bomFormat":"CycloneDX"}' >skout.cdx.json ;;
esac""",
    "python": """
[ "$2" != pip ] || exit 0
case " $REAL " in *" $TARGET "*) exec "$REAL_PYTHON" "$@" ;; esac
while [ "$1" != --out ]; do shift; done
mkdir -p "$2" && echo wheel >"$2/skout-$TARGET.whl" """,
}


def fail(why):
    sys.exit(f"FAILED: {why}")


def check(what, holds, detail=""):
    if not holds:
        fail(f"{what}\n{detail}")
    print(f"ok: {what}", flush=True)


class Release:
    def __init__(self, home, program, real):
        self.home, self.store, self.calls = home, home / "artifacts", home / "calls"
        tools = home / "tools"
        tools.mkdir()
        self.calls.write_text("")
        for name, script in STAND_INS.items():
            path = tools / name
            path.write_text(f'#!/bin/bash\nset -e\nprintf "%s\\t%s\\n" {name} "$*" >>"$CALLS"\n{script}\n')
            path.chmod(0o755)
        self.env = {
            "PATH": f"{tools}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": os.environ["HOME"],
            **{name: value for name, value in os.environ.items() if name.startswith(("CARGO_", "RUSTUP_"))},
            "CALLS": str(self.calls),
            "PROGRAM": program,
            "REAL": " ".join(["", *real, ""]),
            "REAL_CARGO": shutil.which("cargo") or "cargo",
            "REAL_NPM": shutil.which("npm") or "npm",
            "REAL_PYTHON": sys.executable,
        }
        self.real = real

    def called(self, name):
        lines = [line.split("\t", 1) for line in self.calls.read_text().splitlines()]
        return [args for called, args in lines if called == name]

    def workspace(self, name):
        """A fresh checkout."""
        folder = self.home / name
        folder.mkdir()
        tar = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, capture_output=True, check=True).stdout
        subprocess.run(["tar", "-x", "-C", str(folder)], input=tar, check=True)
        if self.real and os.environ.get("CARGO_TARGET_DIR"):
            (folder / "target").symlink_to(os.environ["CARGO_TARGET_DIR"])
        return folder

    def job(self, name, matrix=None, tag=TAG):
        """All steps of one job; returns its working folder, or None if a step fails."""
        job = WORKFLOW["jobs"][name]
        names = {f"matrix.{key}": value for key, value in (matrix or {}).items()}
        names |= {"github.ref_name": tag, "github.token": "token", "steps.auth.outputs.token": "token"}

        def evaluate(text):
            return re.sub(r"\$\{\{(.*?)\}\}", lambda m: names[m.group(1).strip()], str(text))

        folder = self.workspace(f"{name}-{(matrix or {}).get('target', '')}-{tag}")
        for step in job["steps"]:
            if "uses" in step:
                inputs = {key: evaluate(value) for key, value in step.get("with", {}).items()}
                self.use(step["uses"].split("@")[0], inputs, folder)
                continue
            if "${{" in step["run"]:
                fail(f"{name}: something is interpolated into a script")
            env = {**job.get("env", {}), **step.get("env", {})}
            done = subprocess.run(
                ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
                cwd=folder,
                env={**self.env, **{key: evaluate(value) for key, value in env.items()}},
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                print(done.stdout + done.stderr, file=sys.stderr)
                return None
        return folder

    def use(self, action, inputs, folder):
        """What the actions do that carry files, or that want some."""
        if action == "actions/upload-artifact":
            files = list((folder / inputs["path"]).iterdir()) if (folder / inputs["path"]).is_dir() else []
            check(f"{inputs['name']} holds something", files)
            shutil.copytree(folder / inputs["path"], self.store / inputs["name"])
        elif action == "actions/download-artifact":
            for artifact in sorted(self.store.iterdir()):
                if fnmatch.fnmatch(artifact.name, inputs["pattern"]):
                    shutil.copytree(artifact, folder / inputs["path"], dirs_exist_ok=True)
        for name in ("subject-path", "sbom-path"):
            if name in inputs:
                check(f"{action} has its {name}", list(folder.glob(inputs[name])))


def machines():
    """Every machine that the action knows, and the target it takes there."""
    script = (ROOT / ".github/packaging/action/install.sh").read_text(encoding="utf-8")
    return re.findall(r"^  (\w+)-(\w+)\) target=(\S+) ;;", script, re.MULTILINE)


def installed(release, assets, system, machine):
    """What the action's first step installs on a machine, from a folder of releases."""
    output = release.home / "output"
    output.write_text("")
    # A path of Windows is a trap for programs of Unix: the colon is a host to tar, the backslash an escape to others.
    temporary = "D:\\a\\_temp" if system == "Windows" else str(release.home)
    (release.home / temporary).mkdir(exist_ok=True)
    done = subprocess.run(
        ["bash", str(ROOT / ".github/packaging/action/install.sh")],
        env={
            **release.env,
            "PATH": os.environ["PATH"],
            "RUNNER_OS": system,
            "RUNNER_ARCH": machine,
            "RUNNER_TEMP": temporary,
            "SKOUT_ACTION": str(ROOT),
            "SKOUT_VERSION": "",
            "SKOUT_RELEASE_URL": assets.parent.as_uri(),
            "GITHUB_OUTPUT": str(output),
        },
        cwd=release.home,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode == 0 and "building it" not in done.stderr, done.stdout + done.stderr


def programs(release, matrix):
    for row in matrix:
        if release.job("programs", row) is None:
            fail(f"programs, {row['target']}")
    check("every target has a program and a wheel", len(list(release.store.iterdir())) == 2 * len(matrix))
    check("a tag that is not the version of the program stops the release", release.job("programs", matrix[0], "v9.9.9") is None)
    wheels = "\n".join(call for call in release.called("python") if "maturin build" in call)
    for row in matrix:
        [call] = [line for line in wheels.splitlines() if row["target"] in line]
        tagged = {"gnu": "--compatibility manylinux2014 --zig", "musl": "--compatibility musllinux_1_2"}
        end = row["target"].rsplit("-", 1)[1] if "linux" in row["target"] else ""
        check(f"the wheel for {row['target']} is tagged for it", tagged.get(end, "--out wheels") in call, call)


def page(release, matrix):
    """The release page: what is on it, and who finds it there."""
    folder = release.job("github")
    check("the release page is made", folder is not None)
    [call] = release.called("gh")
    files = {Path(word).name for word in call.split() if word.startswith("dist/")}
    assets = release.home / "releases" / TAG
    shutil.copytree(folder / "dist", assets)
    archives = {f"skout-{VERSION}-{row['target']}.tar.gz" for row in matrix}
    check("it holds the archives, the list of parts and the checksums, nothing else",
          files == archives | {f"skout-{VERSION}.cdx.json", "SHA256SUMS"}, files)
    sums = dict(reversed(line.split("  ")) for line in (assets / "SHA256SUMS").read_text().splitlines())
    check("the checksums name every file and are right",
          sums == {name: hashlib.sha256((assets / name).read_bytes()).hexdigest() for name in files - {"SHA256SUMS"}})
    wanted = {"skout.1", "README.md", "LICENSE-MIT", "LICENSE-APACHE", "completions/skout.fish"}
    for row in matrix:
        inside = set(tarfile.open(assets / f"skout-{VERSION}-{row['target']}.tar.gz").getnames())
        program = "skout.exe" if "windows" in row["target"] else "skout"
        check(f"the archive for {row['target']} is whole", wanted | {program} <= inside, inside)
    binstall = dict(re.findall(r'^(pkg-url|bin-dir|pkg-fmt) = "(.*)"', CARGO, re.MULTILINE))
    url = binstall["pkg-url"].replace("{ version }", VERSION)
    for row in matrix:
        found = url.replace("{ target }", row["target"]).removeprefix(f"{{ repo }}/releases/download/{TAG}/")
        check(f"cargo binstall finds {row['target']}", found in archives and binstall["pkg-fmt"] == "tgz", found)
    for system, machine, target in machines():
        right, said = installed(release, assets, system, machine)
        check(f"the action installs {target} on {system} {machine}", right, said)


def packages(release, matrix):
    """npm, pip and crates.io."""
    folder = release.job("npm")
    check("the npm packages are made", folder is not None)
    order = [Path(call.split()[1]).name for call in release.called("npm") if call.startswith("publish")]
    names = {row["npm"] for row in matrix if "npm" in row}
    check("all are published, the programs first",
          order[-1] == f"skout-{VERSION}.tgz" and set(order[:-1]) == {f"skout-{name}-{VERSION}.tgz" for name in names}, order)
    main = tarfile.open(folder / "packages" / order[-1])
    asked = json.load(main.extractfile("package/package.json"))["optionalDependencies"]
    check("npm asks for what was published", asked == {f"@skout/{name}": VERSION for name in names}, asked)
    script = main.extractfile("package/skout.js").read().decode()
    check("the script knows the same", set(re.findall(r'"(@skout/\S+)"', script)) == set(asked))
    folder = release.job("python")
    check("PyPI gets every wheel", len(list((folder / "dist").glob("*.whl"))) == len(matrix))
    check("the crate is published", release.job("crates") and "publish --locked" in release.called("cargo"))


def main():
    program = str(Path(sys.argv[1]).resolve())
    matrix = WORKFLOW["jobs"]["programs"]["strategy"]["matrix"]["include"]
    with tempfile.TemporaryDirectory() as name:
        release = Release(Path(name), program, sys.argv[2:])
        if release.real:
            programs(release, [row for row in matrix if row["target"] in release.real])
            keep = ROOT / "target/release-run"
            shutil.rmtree(keep, ignore_errors=True)
            shutil.copytree(release.store, keep)
            return
        programs(release, matrix)
        page(release, matrix)
        packages(release, matrix)


main()
