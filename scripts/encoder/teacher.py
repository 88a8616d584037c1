#!/usr/bin/env python3
"""Sentence vectors of the teacher, all-MiniLM-L6-v2, for every text of the corpus.

usage: teacher.py MODEL TEXT.jsonl OUTDIR [--chunk 20000] [--part I --parts N]

Writes OUTDIR/NNN.npz per chunk of a shuffled order: rows (index into the corpus), ids and offsets (WordPiece ids without [CLS]
and [SEP]), vectors (384, float16, unit length). A chunk that is there already is left alone. OUTDIR/crude.npz holds the
mean-pooled vector of [CLS] token [SEP] for every entry of the vocabulary. bfloat16 where the processor has it: the cosine
to the exact vectors is above .9998.
"""
import argparse
import json
import os
import time

import numpy as np
import openvino
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from tokenizers import Tokenizer


class MiniLM(torch.nn.Module):
    """BERT with 6 layers of 384, mean pooling, unit length."""

    def __init__(self, model):
        super().__init__()
        self.w = {k: v for k, v in load_file(os.path.join(model, "model.safetensors")).items() if v.is_floating_point()}

    def linear(self, x, name):
        return F.linear(x, self.w[name + ".weight"], self.w[name + ".bias"])

    def norm(self, x, name):
        return F.layer_norm(x, (384,), self.w[name + ".weight"], self.w[name + ".bias"], 1e-12)

    def forward(self, ids, mask, pooled_mask):
        w, e = self.w, "embeddings."
        x = w[e + "word_embeddings.weight"][ids] + w[e + "position_embeddings.weight"][: ids.shape[1]] + w[e + "token_type_embeddings.weight"][0]
        x = self.norm(x, e + "LayerNorm")
        b, t = ids.shape[0], ids.shape[1]
        hide = (1 - mask[:, None, None, :]) * -1e4
        for i in range(6):
            p = f"encoder.layer.{i}."
            q, k, v = (self.linear(x, p + "attention.self." + n).reshape(b, t, 12, 32).transpose(1, 2) for n in ("query", "key", "value"))
            a = F.scaled_dot_product_attention(q, k, v, attn_mask=hide).transpose(1, 2).reshape(b, t, 384)
            x = self.norm(self.linear(a, p + "attention.output.dense") + x, p + "attention.output.LayerNorm")
            h = self.linear(F.gelu(self.linear(x, p + "intermediate.dense")), p + "output.dense")
            x = self.norm(h + x, p + "output.LayerNorm")
        f = pooled_mask[:, :, None]
        return F.normalize((x * f).sum(1) / f.sum(1), dim=1)


class Teacher:
    def __init__(self, model, threads=1):
        with torch.no_grad():
            example = (torch.randint(1000, 30000, (4, 16)), torch.ones(4, 16), torch.ones(4, 16))
            graph = openvino.convert_model(MiniLM(model).eval(), example_input=example)
        compiled = openvino.Core().compile_model(graph, "CPU", {"INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1})
        self.request = compiled.create_infer_request()
        self.tokenizer = Tokenizer.from_file(os.path.join(model, "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(256)

    def encode(self, ids, budget=2048):
        """Vectors of lists of ids (with [CLS] and [SEP]); batches are of similar length."""
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        out, i = np.zeros((len(ids), 384), np.float16), 0
        while i < len(order):
            n = 1
            while i + n < len(order) and len(ids[order[i + n]]) * (n + 1) <= budget:
                n += 1
            part = order[i:i + n]
            x = np.zeros((n, len(ids[part[-1]])), np.int64)
            mask = np.zeros(x.shape, np.float32)
            for row, j in enumerate(part):
                x[row, :len(ids[j])] = ids[j]
                mask[row, :len(ids[j])] = 1
            out[part] = next(iter(self.request.infer([x, mask, mask]).values()))
            i += n
        return out

    def texts(self, texts):
        return self.encode([e.ids for e in self.tokenizer.encode_batch(texts)])


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("model")
    ap.add_argument("text")
    ap.add_argument("out")
    ap.add_argument("--chunk", type=int, default=20000)
    ap.add_argument("--part", type=int, default=0)
    ap.add_argument("--parts", type=int, default=1)
    a = ap.parse_args()
    os.makedirs(a.out, exist_ok=True)
    teacher = Teacher(a.model)
    if a.part == 0 and not os.path.exists(os.path.join(a.out, "crude.npz")):
        size = teacher.tokenizer.get_vocab_size()
        np.savez(os.path.join(a.out, "crude.npz"), vectors=teacher.encode([[101, t, 102] for t in range(size)]))
    texts = [json.loads(line)["text"] for line in open(a.text)]
    order = np.random.default_rng(7).permutation(len(texts))
    for number, start in enumerate(range(0, len(order), a.chunk)):
        path = os.path.join(a.out, f"{number:03}.npz")
        if number % a.parts != a.part or os.path.exists(path):
            continue
        rows, began = order[start:start + a.chunk], time.time()
        ids = [e.ids for e in teacher.tokenizer.encode_batch([texts[r] for r in rows])]
        vectors = teacher.encode(ids)
        bare = [i[1:-1] for i in ids]
        np.savez(path, rows=rows, vectors=vectors, ids=np.concatenate([np.array(i, np.int32) for i in bare]), offsets=np.cumsum([0] + [len(i) for i in bare]))
        print(f"chunk {number} of {-(-len(order) // a.chunk)}: {sum(map(len, ids)) / (time.time() - began):.0f} tokens/s", flush=True)


if __name__ == "__main__":
    main()
