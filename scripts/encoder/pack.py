#!/usr/bin/env python3
"""Writes the table that the engine links: token rows as 8-bit integers, their weights, and the vocabulary with a hash table.

usage: pack.py MODEL TRAINED.npz OUT.bin

Layout, little endian, offsets fixed by the number of tokens N (30,522):
  rows     N x 256 i8; the largest value of a row by magnitude is 127 or -127, or the row is all zero
  weights  N x u16, 0 to 4095: a text's vector is the sum of weight * row, then brought to unit length
  slots    65,536 x u32: fingerprint << 16 | id + 1, zero where free; linear probing
  starts   N + 1 x u32 into pool
  pool     the words in UTF-8; continuing pieces have no leading ##
The hash of a word is FNV-1a of its bytes (64 bits), with another basis for continuing pieces, mixed by x ^ x >> 32. Bits 0 to 15 are
the slot, bits 16 to 31 the fingerprint. Special tokens ([PAD], [unused1], [CLS] ...) are in no slot.
"""
import os
import sys

import numpy as np

import measure

BASIS, CONTINUED, PRIME, MASK = 0xCBF29CE484222325, 0x84222325CBF29CE4, 0x100000001B3, (1 << 64) - 1
SLOTS, MOST = 65536, 4095


def hashed(word, basis):
    h = basis
    for b in word:
        h = (h ^ b) * PRIME & MASK
    return (h ^ h >> 32) & 0xFFFFFFFF


def find(word, basis, slots, starts, pool):
    h = hashed(word, basis)
    at = h & 0xFFFF
    while slots[at]:
        i = int(slots[at] & 0xFFFF) - 1
        if slots[at] >> 16 == h >> 16 and pool[starts[i]:starts[i + 1]] == word:
            return i
        at = (at + 1) % SLOTS
    return None


def main():
    model, trained, out = sys.argv[1:]
    vocabulary = open(os.path.join(model, "vocab.txt"), encoding="utf-8").read().split("\n")
    vocabulary = vocabulary[:-1] if vocabulary[-1] == "" else vocabulary
    special = [w.startswith("[") and w.endswith("]") and len(w) > 2 for w in vocabulary]
    table = np.load(trained)["table"].astype(np.float64)
    table[np.array(special)] = 0
    # The weights have 12 bits: rows longer than the longest but a few are cut to it.
    largest = np.abs(table).max(axis=1)
    cap = np.quantile(largest, 0.9999)
    weights = np.minimum(np.round(largest / cap * MOST), MOST).astype(np.uint16)
    safe = np.where(largest > 0, largest, 1)[:, None]
    rows = np.round(table / safe * 127).astype(np.int8)
    rows[weights == 0] = 0
    slots = np.zeros(SLOTS, np.uint32)
    pool, starts, longest = bytearray(), [0], 0
    for i, word in enumerate(vocabulary):
        continued = word.startswith("##") and len(word) > 2
        raw = (word[2:] if continued else word).encode()
        if not special[i]:
            h, longest = hashed(raw, CONTINUED if continued else BASIS), max(longest, len(raw))
            at = h & 0xFFFF
            while slots[at]:
                at = (at + 1) % SLOTS
            slots[at] = (h >> 16 & 0xFFFF) << 16 | i + 1
            pool += raw
        starts.append(len(pool))
    # A probe compares fingerprint and bytes, not the kind: this is exact only if no word is taken for a piece of the same letters.
    for kind, basis in (("", BASIS), ("##", CONTINUED)):
        known = {w: i for i, w in enumerate(vocabulary) if not special[i]}
        for i, word in enumerate(vocabulary):
            text = word[2:] if word.startswith("##") and len(word) > 2 else word
            if not special[i]:
                assert find(text.encode(), basis, slots, starts, pool) == known.get(kind + text), word
    with open(out, "wb") as f:
        for part in (rows, weights.astype("<u2"), slots.astype("<u4"), np.array(starts, "<u4")):
            f.write(part.tobytes())
        f.write(bytes(pool))
    back = rows.astype(np.float64) * weights[:, None]
    kept = weights > 0
    print(f"{len(vocabulary)} tokens, {sum(special)} special, longest {longest} bytes, pool {len(pool)} bytes, file {os.path.getsize(out)} bytes")
    print(f"cosine of packed rows: mean {np.mean((measure.unit(back[kept]) * measure.unit(table[kept])).sum(1)):.6f}; weight quantiles",
          np.quantile(weights[kept], [0, 0.01, 0.1, 0.5, 0.9, 1]))


if __name__ == "__main__":
    main()
