#!/usr/bin/env python3
"""Counts what ordinary files say most often, three and four bytes at a time, for the choice of anchor windows.

    benches/grams.py FOLDER... > src/detect/anchors/grams.txt

Reads every text file of at most 256 KiB below the folders, `.git` aside. A line of the output is how often a gram stands
in 256 MB, as twice the binary logarithm of one more than that, rounded, written as a character from '0' on; then the
gram itself, with `\\n`, `\\t`, `\\r` and `\\\\` for what would not do in a line. Only grams of ASCII bytes are listed, the most
frequent first: THREES of three bytes, FOURS of four. Needs numpy.
"""
import math
import sys

import numpy

from bigrams import files

THREES, FOURS = 4096, 16384
LARGEST = 256 << 10
PER = 256 << 20
CHUNK = 32 << 20


def texts(folders):
    """The text files, joined into chunks."""
    chunk, size = [], 0
    for path in files(folders):
        with open(path, "rb") as file:
            data = file.read(LARGEST + 1)
        if len(data) > LARGEST or b"\0" in data[:8192]:
            continue
        chunk.append(data)
        size += len(data)
        if size > CHUNK:
            yield b"\0".join(chunk)
            chunk, size = [], 0
    yield b"\0".join(chunk)


def counted(text, length):
    """The grams of `length` bytes with how often each stands in `text`."""
    bytes_ = numpy.frombuffer(text, numpy.uint8).astype(numpy.uint32)
    grams = sum(bytes_[n:len(bytes_) - length + 1 + n] << (8 * n) for n in range(length))
    return numpy.unique(grams, return_counts=True)


def merged(one, other):
    grams, places = numpy.unique(numpy.concatenate([one[0], other[0]]), return_inverse=True)
    return grams, numpy.bincount(places, numpy.concatenate([one[1], other[1]])).astype(numpy.int64)


def written(gram, length):
    """The gram as it stands in the output; `None` if it is not all ASCII that does in a line."""
    text = int(gram).to_bytes(length, "little")
    if not all(b in b"\n\t\r" or 0x20 <= b < 0x7F for b in text):
        return None
    return text.decode().replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")


def main():
    empty = numpy.array([], numpy.uint32), numpy.array([], numpy.int64)
    sums, total = {3: empty, 4: empty}, 0
    for text in texts(sys.argv[1:]):
        total += len(text)
        for length in sums:
            sums[length] = merged(sums[length], counted(text, length))
    for length, wanted in ((3, THREES), (4, FOURS)):
        grams, counts = sums[length]
        listed = 0
        for n in numpy.argsort(-counts, kind="stable"):
            gram = written(grams[n], length)
            if gram is not None:
                often = int(counts[n]) * PER / max(total, 1)
                print(chr(ord("0") + round(2 * math.log2(often + 1))) + gram)
                listed += 1
                if listed == wanted:
                    break
    print(total, "bytes", file=sys.stderr)


main()
