#!/usr/bin/env python3
"""accuracy.py SKOUT [--peer NAME=PATH]... [--labelled DIR] [--counted DIR] [--ordinary DIR]...

What skout and other scanners find in the same files, and what they report that is nothing. Each runs with its default
settings and without a network.

  --labelled DIR   a corpus with DIR/labels.jsonl and its files in DIR/data: one JSON object a line with file, line,
                   end_line, type, and is_secret (true, false, or null where it cannot be told). CredData
                   (github.com/Samsung/CredData) can be brought into that form. Kinds that are no credentials by
                   themselves (UUIDs, salts, nonces, names of buckets and domains) are left out of the count.
  --counted DIR    github.com/Plazmaz/leaky-repo, which counts the lines with secrets of each file
  --ordinary DIR   code of a healthy project: nearly nothing should be reported

A secret is found if a report touches its lines. A line that is reported and touches no secret is a false alarm; in
CredData some of these are secrets that nobody has labelled, so every precision is a little better than it looks.
"""
import argparse, collections, csv, json, os, subprocess, sys, tempfile

NO_CREDENTIAL = {'UUID', 'Nonce', 'Salt', 'AWS S3 Bucket', 'Firebase Domain', 'Tencent WeChat API App ID'}


def output(command, cwd, file=None):
    """The JSON that a command writes to its standard output, or to a file."""
    done = subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        return json.load(open(file)) if file else json.loads(done.stdout)
    except (OSError, ValueError) as error:
        sys.exit(f'{command[0]}: {error}: {done.stderr[-500:].decode(errors="replace")}')


def skout(program, folder, _):
    report = output([program, 'scan', '.', '-q', '--no-gitignore', '-f', 'json'], folder)
    return [(p['path'], p['line'], p['end_line']) for f in report['findings'] for p in f['locations']]


def gitleaks(program, folder, file):
    rows = output([program, 'dir', '.', '--no-banner', '--exit-code', '0', '-f', 'json', '-r', file], folder, file)
    return [(row['File'], row['StartLine'], row['EndLine']) for row in rows]


def betterleaks(program, folder, file):
    report = output([program, 'fs', '.', '--no-banner', '--exit-code', '0', '-o', file], folder, file)
    places = [row['location'] for row in report['findings'] or []]
    return [(place['path'], place['start_line'], place['end_line']) for place in places]


def kingfisher(program, folder, file):
    # Without --no-dedup a secret would be shown in one of its places only.
    options = ['--no-validate', '--no-update-check', '--git-history', 'none', '--no-dedup', '--format', 'json', '-o', file]
    rows = output([program, 'scan', '.', *options], folder, file)['findings']
    ends = lambda f: f['line'] + f['snippet'].count('\n')
    return [(row['finding']['path'], row['finding']['line'], ends(row['finding'])) for row in rows]


def detect_secrets(program, folder, _):
    report = output([program, 'scan', '--no-verify', '--all-files', '.'], folder)
    return [(path, row['line_number'], row['line_number']) for path, rows in report['results'].items() for row in rows]


SCANNERS = {'gitleaks': gitleaks, 'betterleaks': betterleaks, 'kingfisher': kingfisher, 'detect-secrets': detect_secrets}


def places(scan, program, folder):
    """Every file, first and last line that is reported."""
    folder = os.path.realpath(folder)
    with tempfile.TemporaryDirectory() as out:
        rows = scan(program, folder, os.path.join(out, 'report.json'))
    return {(os.path.relpath(os.path.join(folder, path), folder), first, max(first, last)) for path, first, last in rows}


def labelled(folder, found):
    """Secrets, how many of them were found, and how many lines were reported for nothing."""
    labels = collections.defaultdict(list)
    for text in open(os.path.join(folder, 'labels.jsonl'), encoding='utf-8'):
        label = json.loads(text)
        kinds = set(label['type'].split(':'))
        secret = None if label['is_secret'] and kinds <= NO_CREDENTIAL else label['is_secret']
        labels[label['file']].append((label['line'], label.get('end_line') or label['line'], secret))
    hit, false = set(), set()
    for file, first, last in found:
        touched = [(file, n, secret) for n, (a, b, secret) in enumerate(labels[file]) if first <= b and last >= a]
        hit.update((f, n) for f, n, secret in touched if secret)
        if not any(secret is not False for _, _, secret in touched):
            false.add((file, first))
    return sum(1 for rows in labels.values() for row in rows if row[2]), len(hit), len(false)


def counted(folder, found):
    """The same for a corpus that says how many lines of each file are secret, or tell something at least."""
    rows = csv.reader(row for row in open(os.path.join(folder, '.leaky-meta/secrets.csv')) if row[0] not in '#\n')
    wanted = {file: (int(secret), int(secret) + int(informative)) for file, secret, informative in rows}
    lines = collections.defaultdict(set)
    for file, first, _ in found:
        lines[file].add(first)
    reported = {file: len(rows) for file, rows in lines.items() if file in wanted}
    hit = sum(min(n, wanted[file][0]) for file, n in reported.items())
    return sum(n for n, _ in wanted.values()), hit, sum(max(n - wanted[file][1], 0) for file, n in reported.items())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('skout')
    parser.add_argument('--peer', action='append', default=[], help='NAME=PATH; NAME one of ' + ', '.join(SCANNERS))
    parser.add_argument('--labelled')
    parser.add_argument('--counted')
    parser.add_argument('--ordinary', action='append', default=[])
    args = parser.parse_args()
    contestants = [('skout', skout, os.path.abspath(args.skout))]
    for peer in args.peer:
        name, _, path = peer.partition('=')
        if name not in SCANNERS:
            sys.exit(f'--peer {name}: use one of {", ".join(SCANNERS)}')
        contestants.append((name, SCANNERS[name], os.path.abspath(path)))
    for title, folder, data, count in [('labelled', args.labelled, 'data', labelled), ('counted', args.counted, '', counted)]:
        if not folder:
            continue
        print(f'\n{title}: {os.path.basename(folder.rstrip("/"))}')
        print(f'  {"":16}{"found":>16}{"false":>8}{"precision":>11}{"recall":>8}{"F1":>7}')
        for name, scan, program in contestants:
            secrets, hit, false = count(folder, places(scan, program, os.path.join(folder, data)))
            precision, recall = hit / max(hit + false, 1), hit / secrets
            f1 = 2 * precision * recall / max(precision + recall, 1e-9)
            print(f'  {name:16}{hit:>7} of {secrets:<5}{false:>8}{precision:>11.2f}{recall:>8.2f}{f1:>7.2f}', flush=True)
    for folder in args.ordinary:
        files = sum(len(names) for _, _, names in os.walk(folder))
        print(f'\nordinary: {os.path.basename(folder.rstrip("/"))}, {files} files')
        for name, scan, program in contestants:
            lines = {(file, first) for file, first, _ in places(scan, program, folder) if not file.startswith('.git/')}
            print(f'  {name:16}{len(lines):>7} reported  {len(lines) / files * 1000:>7.1f} per 1,000 files', flush=True)


if __name__ == '__main__':
    main()
