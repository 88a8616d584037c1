#!/usr/bin/env python3
"""Fits the token vectors: the sum of a text's rows is to point where the teacher's sentence vector points.

usage: train.py MODEL VECDIR OUT.npz [--recall FOLDER] [--epochs 8] [options]

1. Teacher vectors to 256 dimensions (uncentred PCA). Crude rows: each token by itself through the teacher, weighted a/(a + p).
2. A least-squares map of the crude rows: what every token starts from, seen in the corpus or not.
3. Adam on all rows: cosine to the teacher's vector plus the divergence between the teacher's and the student's similarities within a batch.
4. Rows of rare tokens are pulled back to a map of their crude rows, fitted to the rows of frequent tokens.
"""
import argparse
import glob
import os
import time

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

import measure

TOKENS, DIMENSIONS = 30522, 256


def load(folder):
    parts = [np.load(f) for f in sorted(glob.glob(os.path.join(folder, "[0-9]*.npz")))]
    ids = np.concatenate([p["ids"] for p in parts])
    lengths = np.concatenate([np.diff(p["offsets"]) for p in parts])
    return ids, np.concatenate([[0], np.cumsum(lengths)]), np.concatenate([p["vectors"] for p in parts]).astype(np.float32)


def least_squares(crude, weight, ids, offsets, target, count=60000):
    """The map from summed, weighted crude rows to the target, with a little ridge."""
    count = min(count, len(offsets) - 1)
    x = measure.unit(measure.sums(crude * weight[:, None], ids[:offsets[count]], offsets[:count + 1]))
    y = target[:count]
    return np.linalg.solve(x.T @ x + 1e-4 * len(x) * np.eye(x.shape[1]) / x.shape[1], x.T @ y).astype(np.float32)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("model")
    ap.add_argument("vectors")
    ap.add_argument("out")
    ap.add_argument("--recall")
    ap.add_argument("--epochs", type=float, default=6)
    ap.add_argument("--batch", type=int, default=1024)
    ap.add_argument("--rate", type=float, default=2e-3)
    ap.add_argument("--block", type=int, default=1024, help="texts whose similarities are compared with each other")
    ap.add_argument("--relational", type=float, default=1.0)
    ap.add_argument("--temperature", type=float, default=0.05)
    ap.add_argument("--prior", type=float, default=8.0)
    ap.add_argument("--a", type=float, default=1e-3)
    ap.add_argument("--pace", type=float, default=30.0, help="how often a token must be seen to move at 0.7 of the rate")
    ap.add_argument("--threads", type=int, default=1)
    ap.add_argument("--limit", type=int, default=10**9)
    a = ap.parse_args()
    torch.set_num_threads(a.threads)
    torch.manual_seed(11)
    tok = Tokenizer.from_file(os.path.join(a.model, "tokenizer.json"))
    tok.no_padding()
    tok.no_truncation()
    ids, offsets, vectors = load(a.vectors)
    n = min(len(vectors), a.limit)
    held = 6000
    values, basis = np.linalg.eigh(vectors[held:].T[:, ::7] @ vectors[held:][::7])
    project = basis[:, ::-1][:, :DIMENSIONS].astype(np.float32)
    target = measure.unit(vectors @ project)
    print(f"{n} texts, {offsets[n]} tokens, PCA keeps {values[::-1][:DIMENSIONS].sum() / values.sum():.4f}", flush=True)
    crude = measure.unit(np.load(os.path.join(a.vectors, "crude.npz"))["vectors"].astype(np.float32))
    count = np.bincount(ids[offsets[held]:offsets[n]], minlength=TOKENS).astype(np.float64)
    p = (count + 0.5) / (count.sum() + 0.5 * TOKENS)
    weight = (a.a / (a.a + p)).astype(np.float32)

    def report(name, table):
        table = table.copy()
        table[:104] = 0
        def embed(texts):
            return measure.sums(table, *measure.tokens_of(tok, texts))
        s = measure.sums(table, ids[:offsets[held]], offsets[:held + 1])
        t = vectors[:held]
        words = np.diff(offsets[:held + 1])
        line = [f"cos {np.mean((measure.unit(s) * target[:held]).sum(1)):.4f}" if table.shape[1] == DIMENSIONS else ""]
        line.append(f"agree {measure.agreement(s, t, np.arange(1500)):.4f}")
        line.append(f"short {measure.agreement(s, t, np.flatnonzero(words[:4000] < 12)[:700]):.4f}")
        if a.recall:
            line += [f"{d} {measure.recall(a.recall, d, embed):.4f}" for d in ("musique100", "locomo-a")]
        print(f"{name:14}", "  ".join(line), flush=True)

    rank = (1.0 / (np.arange(TOKENS) + 1.0))
    zipf = rank / rank.sum()
    report("crude, zipf", (crude * (1e-4 / (1e-4 + zipf))[:, None]).astype(np.float32))
    w = least_squares(crude, weight, ids[offsets[held]:], offsets[held:] - offsets[held], target[held:])
    start = (crude @ w) * weight[:, None]
    report("least squares", start)
    # A typical text's sum is brought near unit length, so that one learning rate fits.
    start *= 1 / np.median(np.linalg.norm(measure.sums(start, ids[:offsets[2000]], offsets[:2001]), axis=1))
    # A row seen rarely moves more slowly, since what Adam learns of a few texts is mostly noise.
    first, pace = torch.tensor(start), torch.tensor((count / (count + a.pace)) ** 0.5, dtype=torch.float32)[:, None]
    moved = torch.nn.Parameter(torch.zeros_like(first))
    adam = torch.optim.Adam([moved], lr=a.rate, betas=(0.9, 0.99), eps=1e-8)
    y, all_ids = torch.tensor(target), torch.tensor(ids.astype(np.int64))
    steps, began = int(a.epochs * (n - held) / a.batch), time.time()
    rng = np.random.default_rng(5)
    order = np.empty(0, np.int64)
    for step in range(steps):
        rate = a.rate * min(1, (step + 1) / 100) * (0.02 + 0.98 * (1 - step / steps))
        adam.param_groups[0]["lr"] = rate
        if len(order) < a.batch:
            order = rng.permutation(np.arange(held, n))
        rows, order = order[:a.batch], order[a.batch:]
        o = np.concatenate([[0], np.cumsum(offsets[rows + 1] - offsets[rows])])
        at = np.concatenate([np.arange(offsets[r], offsets[r + 1]) for r in rows])
        table = first + pace * moved
        s = F.normalize(F.embedding_bag(all_ids[at], table, torch.tensor(o[:-1]), mode="sum"), dim=1)
        t = y[rows]
        loss = (1 - (s * t).sum(1)).mean()
        if a.relational:
            for u, v in zip(s.split(a.block), t.split(a.block)):
                off = torch.eye(len(u)) * -1e3
                want = F.log_softmax(v @ v.T / a.temperature + off, 1)
                have = F.log_softmax(u @ u.T / a.temperature + off, 1)
                loss = loss + a.relational * F.kl_div(have, want, log_target=True, reduction="batchmean") * (len(u) / a.batch)
        adam.zero_grad(set_to_none=True)
        loss.backward()
        adam.step()
        if step % 200 == 199:
            print(f"step {step + 1}/{steps} loss {loss.item():.4f} {(time.time() - began) / (step + 1) * 1e3:.0f} ms a step", flush=True)
    fitted = (first + pace * moved).detach().numpy()
    report("fitted", fitted)
    often = np.flatnonzero(count >= 30)
    length = np.linalg.norm(fitted[often], axis=1).mean()
    c, f = crude[often] * weight[often, None], fitted[often]
    back = np.linalg.solve(c.T @ c + 1e-3 * len(c) * np.eye(c.shape[1]) / c.shape[1], c.T @ f)
    mapped = (crude @ back * weight[:, None]).astype(np.float32)
    for prior in sorted({1.0, 8.0, 40.0, 80.0, a.prior}):
        keep = (count / (count + prior)).astype(np.float32)[:, None]
        report(f"prior {prior}", fitted * keep + mapped * (1 - keep))
    keep = (count / (count + a.prior)).astype(np.float32)[:, None]
    final = fitted * keep + mapped * (1 - keep)
    np.savez(a.out, table=final, project=project, count=count, fitted=fitted, mapped=mapped, length=length)


if __name__ == "__main__":
    main()
