#!/usr/bin/env python3
"""learn.py FOLDER... > trigrams.txt

Learns how the letters of words and identifiers follow one another, from every text file under the folders
(used: the sources of the packages in Cargo.lock, as cargo unpacks them). Each distinct identifier counts by the
logarithm of how often it occurs, so that one file's favourite does not rule.

The result is a table for `src/detect/chance.rs`: 28 symbols (`^` for the border of a word, a to z, `0` for any
digit), and for each pair of symbols the cost of each third one, in half bits: -2 log2 of its probability, 0 to 31,
written as one character 0-9 a-v. 784 lines of 28 characters.
"""
import collections, math, os, re, sys

SYMBOLS = '^abcdefghijklmnopqrstuvwxyz0'
DIGITS = '0123456789abcdefghijklmnopqrstuv'
IDENTIFIER = re.compile(r'[A-Za-z][A-Za-z0-9_-]{1,40}')
TEXT = ('.rs', '.c', '.h', '.md', '.txt', '.py', '.toml', '.js', '.html', '.sh', '.yml', '.json')


def symbols(identifier):
    """`parseURL2` becomes `^^parse^url0^`."""
    split = re.sub(r'([a-z0-9])([A-Z])', r'\1^\2', identifier)
    split = re.sub(r'[^A-Za-z0-9^]+', '^', split).lower()
    return '^^' + re.sub(r'[0-9]', '0', split) + '^'


def main():
    seen = collections.Counter()
    for folder in sys.argv[1:]:
        for root, folders, files in os.walk(folder):
            folders.sort()
            for name in sorted(files):
                path = os.path.join(root, name)
                if name.endswith(TEXT) and os.path.getsize(path) < 1 << 20:
                    text = open(path, encoding='utf-8', errors='replace').read()
                    seen.update(m for m in IDENTIFIER.findall(text) if len(re.findall('[0-9]', m)) <= 4)
    counts = collections.Counter()
    for identifier, n in seen.items():
        if n < 3:
            continue
        text = symbols(identifier)
        for at in range(len(text) - 2):
            counts[text[at:at + 3]] += 1 + math.log2(n)
    singles, pairs = collections.Counter(), collections.Counter()
    for three, n in counts.items():
        singles[three[2]] += n
        pairs[three[1:]] += n
    all_single = sum(singles.values())
    for a in SYMBOLS:
        for b in SYMBOLS:
            line = ''
            of_pair = sum(counts[a + b + c] for c in SYMBOLS)
            of_last = sum(pairs[b + c] for c in SYMBOLS)
            for c in SYMBOLS:
                one = (singles[c] + 1) / (all_single + 28)
                two = (pairs[b + c] + 20 * one) / (of_last + 20)
                three = (counts[a + b + c] + 20 * two) / (of_pair + 20)
                line += DIGITS[min(31, round(-2 * math.log2(three)))]
            print(line)


if __name__ == '__main__':
    main()
