#!/usr/bin/env python3
"""compare.py SKOUT [--peer NAME=PATH]... [--tree DIR] [--history REPO] [--staged] [--runs N] [--json FILE]

Times skout beside the limit of the machine (cat, git) and beside other scanners (those that --peer names, else whatever
stands on PATH), as whole processes, in turn (A B C A B C …), so that a machine whose speed drifts does not favour one of them. Prints medians
in milliseconds, peak memory, and each time divided by the limit's and by skout's.

  --tree DIR       a folder to scan (skipped if not given)
  --history REPO   a repository whose whole history is scanned (skipped if not given)
  --staged         make a small repository with 50 changed lines among 2,000 files and time the hook
  --runs N         runs of each command after one warm-up (default 5)

Without any of these, only the start on an empty folder is timed. Other scanners run with their default rules,
network validation off. Timings are facts about one machine on one day: compare the ratios.
"""
import argparse, json, os, resource, shlex, shutil, statistics, subprocess, sys, tempfile, time


def run(command, cwd):
    """Wall seconds, CPU seconds, peak KiB and exit status of one run."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, cwd=cwd, shell=isinstance(command, str), stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return time.perf_counter() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, process.returncode


def contest(title, contestants, cwd, runs):
    """Times all contestants in turn. The first is skout, the second the limit."""
    samples = {name: [] for name, _ in contestants}
    for turn in range(runs + 1):
        for name, command in contestants:
            sample = run(command, cwd)
            if turn:
                samples[name].append(sample)
    median = {n: [statistics.median(s[i] for s in rows) for i in range(3)] + [rows[-1][3]] for n, rows in samples.items()}
    ours, limit = median[contestants[0][0]][0], median[contestants[1][0]][0]
    print(f'\n{title} (median of {runs}, {os.cpu_count()} cores)')
    print(f'  {"command":24} {"wall ms":>10} {"cpu ms":>10} {"peak MB":>8} {"x limit":>8} {"x skout":>8}  exit')
    for name, (wall, cpu, peak, status) in median.items():
        print(f'  {name:24} {wall * 1e3:10.1f} {cpu * 1e3:10.1f} {peak / 1024:8.0f} {wall / limit:8.2f} {wall / ours:8.2f}  {status}')
    return {'title': title, 'rows': {n: dict(wall=w, cpu=c, peak_kib=p, exit=e) for n, (w, c, p, e) in median.items()},
            'commands': {n: c if isinstance(c, str) else shlex.join(c) for n, c in contestants}}


PEERS = {}


def peers(templates):
    """The scanners of `templates` that are installed."""
    placed = [(name, [PEERS.get(command[0]) or shutil.which(command[0]), *command[1:]]) for name, command in templates]
    return [(name, command) for name, command in placed if command[0] and os.access(command[0], os.X_OK)]


def tree(skout, folder, runs):
    quoted = shlex.quote(folder)
    contestants = [('skout', [skout, 'scan', '-q', folder]),
                   ('cat (the limit)', f'find {quoted} -type f -print0 | xargs -0 -P2 -n 500 cat')]
    contestants += peers([
        ('rg, one literal', ['rg', '-c', '--hidden', 'T3BlbkFJ', folder]),
        ('gitleaks', ['gitleaks', 'dir', '--no-banner', '--exit-code', '0', folder]),
        ('betterleaks', ['betterleaks', 'fs', '--no-banner', '--exit-code', '0', folder]),
        ('kingfisher', ['kingfisher', 'scan', '--no-validate', '--git-history', 'none', '--no-update-check', folder]),
        ('detect-secrets', ['detect-secrets', 'scan', '--no-verify', '--all-files', folder]),
    ])
    return contest(f'tree {os.path.basename(folder.rstrip("/"))}', contestants, folder, runs)


def history(skout, repo, runs):
    contestants = [('skout', [skout, 'git', '-q', '--no-cache', repo]),
                   ('git cat-file (the limit)', ['git', '-C', repo, 'cat-file', '--batch-all-objects', '--batch', '--unordered', '--buffer'])]
    contestants += peers([
        ('gitleaks', ['gitleaks', 'git', '--no-banner', '--exit-code', '0', repo]),
        ('betterleaks', ['betterleaks', 'git', '--no-banner', '--exit-code', '0', repo]),
        ('kingfisher', ['kingfisher', 'scan', '--no-validate', '--no-update-check', repo]),
    ])
    first = contest(f'history {repo}', contestants, repo, runs)
    again = contest(f'history again {repo}', [('skout', [skout, 'git', '-q', repo]),
                    ('git rev-list (the limit)', ['git', '-C', repo, 'rev-list', '--all', '--count'])], repo, runs)
    return [first, again]


def staged(skout, runs):
    with tempfile.TemporaryDirectory() as repo:
        git = lambda *args: subprocess.run(['git', '-C', repo, '-c', 'user.name=a', '-c', 'user.email=a@example.com', *args],
                                           check=True, stdout=subprocess.DEVNULL)
        git('init', '-q')
        for n in range(2000):
            folder = os.path.join(repo, f'd{n % 40}')
            os.makedirs(folder, exist_ok=True)
            with open(os.path.join(folder, f'f{n}.py'), 'w') as out:
                out.writelines(f'def function_{n}_{i}(value):\n    return value + {i}\n' for i in range(20))
        big = os.path.join(repo, 'big.py')
        lines = [f'def handler_{i}(request, response):  # line {i}\n' for i in range(1900)]
        open(big, 'w').writelines(lines)
        git('add', '-A'); git('commit', '-qm', 'start')
        lines[900:950] = [f'    token_{i} = lookup("name_{i}")\n' for i in range(50)]
        open(big, 'w').writelines(lines)
        git('add', '-A')
        contestants = [('skout', [skout, 'git', '--staged', '-q']), ('git diff (the limit)', ['git', 'diff', '--cached'])]
        contestants += peers([
            ('gitleaks', ['gitleaks', 'git', '--pre-commit', '--staged', '--no-banner']),
            ('betterleaks', ['betterleaks', 'git', '--staged', '--no-banner']),
            ('kingfisher', ['kingfisher', 'scan', '.', '--staged', '--no-validate', '--no-update-check']),
            ('detect-secrets-hook', ['detect-secrets-hook', 'big.py']),
        ])
        return contest('staged, 50 changed lines in a repository of 2,001 files', contestants, repo, runs)


def start(skout, runs):
    with tempfile.TemporaryDirectory() as empty:
        open(os.path.join(empty, 'a.txt'), 'w').write('nothing\n')
        contestants = [('skout', [skout, 'scan', '-q', '.']), ('true (the limit)', ['true'])]
        contestants += peers([
            ('gitleaks', ['gitleaks', 'dir', '--no-banner', '.']),
            ('betterleaks', ['betterleaks', 'fs', '--no-banner', '.']),
            ('kingfisher', ['kingfisher', 'scan', '--no-validate', '--no-update-check', '.']),
        ])
        return contest('start, one small file', contestants, empty, runs)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('skout')
    parser.add_argument('--peer', action='append', default=[])
    parser.add_argument('--tree', action='append', default=[])
    parser.add_argument('--history', action='append', default=[])
    parser.add_argument('--staged', action='store_true')
    parser.add_argument('--runs', type=int, default=5)
    parser.add_argument('--json')
    args = parser.parse_args()
    skout = os.path.abspath(args.skout)
    for peer in args.peer:
        name, _, path = peer.partition('=')
        PEERS[name] = os.path.abspath(path)
        # The hook of detect-secrets is a program of its own, beside the other.
        PEERS.setdefault(f'{name}-hook', os.path.abspath(f'{path}-hook'))
    if not os.access(skout, os.X_OK):
        sys.exit(f'{args.skout}: no such program; build it with `cargo build --release`')
    results = [start(skout, args.runs)]
    results += [tree(skout, os.path.abspath(folder), args.runs) for folder in args.tree]
    for repo in args.history:
        results += history(skout, os.path.abspath(repo), args.runs)
    if args.staged:
        results.append(staged(skout, args.runs))
    if args.json:
        with open(args.json, 'w') as out:
            json.dump(results, out, indent=1)


if __name__ == '__main__':
    main()
