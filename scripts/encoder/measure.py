#!/usr/bin/env python3
"""Measures of an encoder: agreement with the teacher on held-out text, and recall on the evaluation sets (which nothing is fitted to).

usage: measure.py MODEL TABLE.bin FOLDER      recall@10 of the packed table, dense alone, on FOLDER's musique100 and locomo-a
"""
import json
import os
import sys

import numpy as np


def unit(x):
    return x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12)


def sums(table, ids, offsets):
    """Sums of the rows of a table (tokens x dimensions) over texts given as ids and offsets."""
    out = np.zeros((len(offsets) - 1, table.shape[1]), np.float32)
    for start in range(0, len(out), 4096):
        stop = min(start + 4096, len(out))
        at, o = ids[offsets[start]:offsets[stop]], offsets[start:stop + 1] - offsets[start]
        full = np.flatnonzero(np.diff(o))
        if len(full):
            out[start + full] = np.add.reduceat(table[at], o[full], axis=0)
    return out


def agreement(student, teacher, queries):
    """Share of the teacher's ten nearest texts that are among the student's ten, over the rows `queries` of a pool."""
    def nearest(x):
        s = x[queries] @ x.T
        s[np.arange(len(queries)), queries] = -9
        return np.argpartition(-s, 10, axis=1)[:, :10]
    a, b = nearest(unit(student)), nearest(unit(teacher))
    return float(np.mean([len(set(x) & set(y)) / 10 for x, y in zip(a, b)]))


def recall(folder, name, embed):
    """recall@10 of exact cosine search, as the share of the gold memories that are found. `embed` maps texts to vectors."""
    data = json.load(open(os.path.join(folder, name + ".json")))
    memories, questions = data["memories"], data["questions"]
    m, q = unit(embed([x["content"] for x in memories])), unit(embed([x["text"] for x in questions]))
    space, hits = np.array([x.get("space", "default") for x in memories]), []
    for x, v in zip(questions, q):
        at = np.flatnonzero(space == x.get("space", "default"))
        best = at[np.argsort(-(m[at] @ v), kind="stable")[:10]]
        hits.append(len(set(best.tolist()) & set(x["gold"])) / len(set(x["gold"])))
    return float(np.mean(hits))


def tokens_of(tokenizer, texts):
    """Ids and offsets, as `sums` takes them."""
    found = [e.ids for e in tokenizer.encode_batch(texts, add_special_tokens=False)]
    return np.concatenate([np.array(i, np.int64) for i in found]), np.cumsum([0] + [len(i) for i in found])


def main():
    from tokenizers import Tokenizer
    model, path, folder = sys.argv[1:]
    tokenizer = Tokenizer.from_file(os.path.join(model, "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    raw, n = open(path, "rb").read(), tokenizer.get_vocab_size()
    rows = np.frombuffer(raw, np.int8, n * 256).reshape(n, 256).astype(np.float32)
    table = rows * np.frombuffer(raw, "<u2", n, n * 256).astype(np.float32)[:, None]
    for name in ("musique100", "locomo-a"):
        print(name, round(recall(folder, name, lambda texts: sums(table, *tokens_of(tokenizer, texts))), 4))


if __name__ == "__main__":
    main()
