#!/usr/bin/env python3
"""Holds the scan of a history against a plain scan of the same blobs.

`skout git` reads packs by itself, looks at what differs between versions of a file, and learns the paths of a blob
only when something was found in it. This script takes the long way: git writes out every blob that a ref reaches,
each goes into a file on every path on which it ever stood, and `skout scan` reads these files whole. Both must find
the same secrets. It also holds `--jobs 1` against `--jobs 8`, byte for byte.

    equality.py [--skout PROGRAM] [--confidence LEVEL] [--chunk MIB] REPOSITORY...

Needs git and Python 3.9, nothing else. It writes below the temporary folder, one chunk at a time, and removes it
again; the repositories are not changed, no cache is used or kept. It ends with 0 if nothing differs and with 1 if
something does. Secrets are named by their fingerprints.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict

# Both scans: no settings of their own, nothing set aside by comments, incomplete clones allowed.
COMMON = ["--format", "json", "--quiet", "--allow-incomplete", "--exit-zero", "--no-inline-ignore"]


def report(skout, arguments, confidence):
    """The JSON report of a run, as bytes."""
    command = [skout, *arguments, *COMMON, "--confidence", confidence]
    return subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout


def paths_of_blobs(repository):
    """Every blob that a commit of a ref brought in, with all the paths on which one did."""
    command = ["git", "-C", repository, "--no-replace-objects", "log", "--all", "-c", "--root", "--raw", "-z"]
    command += ["--no-abbrev", "--no-renames", "--format="]
    fields = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.split(b"\0")
    paths = defaultdict(set)
    fields = iter(fields)
    for head in fields:
        head = head.lstrip(b"\n")
        if not head.startswith(b":"):
            continue
        path = next(fields)
        # One colon a parent, then a mode for each parent and the result, then the ids in the same order.
        parents = len(head) - len(head.lstrip(b":"))
        words = head[parents:].split(b" ")
        mode, blob = words[parents], words[2 * parents + 1]
        if mode not in (b"000000", b"160000"):
            paths[blob.decode()].add(path)
    return paths


def blobs(repository, wanted):
    """The wanted blobs that are there, with their content."""
    command = ["git", "-C", repository, "--no-replace-objects", "cat-file", "--batch-all-objects"]
    there = subprocess.run([*command, "--batch-check"], stdout=subprocess.PIPE, check=True).stdout
    ids = [line.split()[0] for line in there.decode().splitlines() if line.split()[1] == "blob"]
    ids = [blob for blob in ids if blob in wanted]
    with tempfile.TemporaryFile() as names:
        names.write("\n".join(ids).encode() + b"\n")
        names.seek(0)
        command = ["git", "-C", repository, "--no-replace-objects", "cat-file", "--batch"]
        with subprocess.Popen(command, stdin=names, stdout=subprocess.PIPE) as git:
            for blob in ids:
                size = int(git.stdout.readline().split()[2])
                content = git.stdout.read(size)
                git.stdout.read(1)
                yield blob, content


def write(folder, blob, content, paths):
    """Puts a blob on each of its paths, below a folder with its name."""
    first = None
    for n, path in enumerate(sorted(paths)):
        # Once a blob was a file where another time its folder was: each path has a folder of its own.
        path = os.path.join(os.fsencode(folder), blob.encode(), b"%d" % n, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if first:
            os.link(first, path)
        else:
            with open(path, "wb") as file:
                file.write(content)
            first = path


def plain(skout, repository, confidence, chunk):
    """What a plain scan finds: for each fingerprint the rule, and the blobs in which it stands."""
    found = defaultdict(set)
    rules = {}
    wanted = paths_of_blobs(repository)
    folder = tempfile.mkdtemp(prefix="equality-")

    def scan():
        whole = report(skout, ["scan", "--no-gitignore", folder], confidence)
        for finding in json.loads(whole)["findings"]:
            rules[finding["fingerprint"]] = finding["rule"]
            for location in finding["locations"]:
                path = os.path.relpath(location["path"], folder) if os.path.isabs(location["path"]) else location["path"]
                found[finding["fingerprint"]].add(path.split("/")[0])
        shutil.rmtree(folder)
        os.mkdir(folder)

    try:
        size = 0
        for blob, content in blobs(repository, wanted):
            write(folder, blob, content, wanted[blob])
            size += len(content)
            if size >= chunk << 20:
                scan()
                size = 0
        scan()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return found, rules


def history(skout, repository, confidence, jobs):
    """The report of a scan of the history, its own cost the only thing that may depend on `jobs`."""
    return report(skout, ["git", repository, "--no-cache", "--include", "no-messages", "-j", str(jobs)], confidence)


def compare(skout, repository, confidence, chunk):
    """Prints what differs and says whether nothing does."""
    one = history(skout, repository, confidence, 1)
    same = one == history(skout, repository, confidence, 8)
    print(f"{repository}: --jobs 1 and --jobs 8 {'agree byte for byte' if same else 'DIFFER'}")
    ours, rules = defaultdict(set), {}
    for finding in json.loads(one)["findings"]:
        for location in finding["locations"]:
            if "blob" in location:
                rules[finding["fingerprint"]] = finding["rule"]
                ours[finding["fingerprint"]].add(location["blob"])
    theirs, their_rules = plain(skout, repository, confidence, chunk)
    rules.update(their_rules)
    for name, more, less in (("history", ours, theirs), ("plain scan", theirs, ours)):
        for fingerprint in sorted(set(more) - set(less)):
            blob = min(more[fingerprint])
            print(f"  only the {name} finds {fingerprint} ({rules[fingerprint]}) in blob {blob}")
    both = set(ours) & set(theirs)
    places = [(f, blob) for f in sorted(both) for blob in sorted(ours[f] - theirs[f])]
    for fingerprint, blob in places:
        print(f"  only the history finds {fingerprint} ({rules[fingerprint]}) in blob {blob}, too")
    print(f"  {len(both)} secrets found by both, {len(ours)} in the history, {len(theirs)} by the plain scan")
    return same and set(ours) == set(theirs) and not places


def main():
    """Compares each repository."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--skout", default="skout", help="the program")
    parser.add_argument("--confidence", default="medium", help="report from this level on")
    parser.add_argument("--chunk", type=int, default=512, help="MiB written at a time")
    parser.add_argument("repository", nargs="+")
    options = parser.parse_args()
    results = [compare(options.skout, r, options.confidence, options.chunk) for r in options.repository]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
