#!/usr/bin/env python3
"""Counts pairs of neighbouring bytes in ordinary files, for the choice of anchor windows.

    benches/bigrams.py FOLDER... > src/detect/anchors/bigrams.txt

Reads every file below the folders, `.git` aside. Bytes fall into 98 classes: tab, line end, the 95 that
can be printed, and all others as one. Row a, column b of the output is twice the binary logarithm of one
more than the number of times b follows a, rounded, written as a character from '0' on.
"""
import math
import os
import sys
from collections import Counter

CLASSES = 98


def class_of(byte):
    if byte == 9:
        return 0
    if byte == 10:
        return 1
    return byte - 0x20 + 2 if 0x20 <= byte < 0x7F else CLASSES - 1


def files(folders):
    for folder in folders:
        for place, folders_in, names in os.walk(folder):
            folders_in[:] = [name for name in folders_in if name != ".git"]
            for name in names:
                path = os.path.join(place, name)
                if os.path.isfile(path) and not os.path.islink(path):
                    yield path


def main():
    pairs = Counter()
    for path in files(sys.argv[1:]):
        with open(path, "rb") as file:
            data = file.read()
        pairs.update(zip(data, data[1:]))
    counts = [[0] * CLASSES for _ in range(CLASSES)]
    for (first, second), count in pairs.items():
        counts[class_of(first)][class_of(second)] += count
    for row in counts:
        print("".join(chr(ord("0") + round(2 * math.log2(count + 1))) for count in row))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main()
