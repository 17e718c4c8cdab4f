#!/usr/bin/env python3
"""What all-MiniLM-L6-v2 makes of the sentences of minilm_sentences.py, by other people's code: pieces by Hugging Face's
tokenizers, the forward pass in numpy, in 32-bit floats. minilm_agreement_test.cc compares ours with it.

    minilm_reference.py MODEL_FOLDER OUT      writes OUT.txt (a line for each sentence: its pieces, a tab, the sentence as hex)
                                              and OUT.f32 (its vectors, one after another)
"""

import json
import math
import os
import pathlib
import sys

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # Sentences are short: threads would wait for each other.

import numpy
from minilm_sentences import sentences
from tokenizers import Tokenizer

LAYERS, WIDTH, HEADS, TOKENS = 6, 384, 12, 256


def read_weights(path):
    data = path.read_bytes()
    head = int.from_bytes(data[:8], "little")
    weights = {}
    for name, about in json.loads(data[8:8 + head]).items():
        if name != "__metadata__" and about["dtype"] == "F32":
            begin, end = about["data_offsets"]
            weights[name] = numpy.frombuffer(data[8 + head + begin:8 + head + end], "<f4").reshape(about["shape"])
    return weights


def normalized(x, weights, name):
    mean = x.mean(-1, keepdims=True)
    variance = ((x - mean) ** 2).mean(-1, keepdims=True)
    return (x - mean) / numpy.sqrt(variance + 1e-12) * weights[f"{name}.weight"] + weights[f"{name}.bias"]


def linear(x, weights, name):
    return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]


# math.erf on a grid so fine that the parabola through three of its points is exact to 1e-11.
STEP = 1 / 4096
GRID = numpy.array([math.erf(i * STEP) for i in range(6 * 4096 + 2)])


def erf(x):
    away = numpy.minimum(numpy.abs(x).astype(numpy.float64), 6 - STEP) / STEP
    at = away.astype(numpy.int64)
    part = away - at
    first, second = GRID[at + 1] - GRID[at], GRID[at + 2] - 2 * GRID[at + 1] + GRID[at]
    return (numpy.sign(x) * (GRID[at] + part * first + part * (part - 1) / 2 * second)).astype(numpy.float32)


def embed(pieces, weights):
    count = len(pieces)
    x = weights["embeddings.word_embeddings.weight"][pieces] + weights["embeddings.position_embeddings.weight"][:count]
    x = normalized(x + weights["embeddings.token_type_embeddings.weight"][0], weights, "embeddings.LayerNorm")
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}"
        query, key, value = (linear(x, weights, f"{at}.attention.self.{part}").reshape(count, HEADS, -1).transpose(1, 0, 2)
                             for part in ("query", "key", "value"))
        scores = query @ key.transpose(0, 2, 1) / numpy.float32(math.sqrt(WIDTH // HEADS))
        scores = numpy.exp(scores - scores.max(-1, keepdims=True))
        mixed = (scores / scores.sum(-1, keepdims=True)) @ value
        mixed = linear(mixed.transpose(1, 0, 2).reshape(count, WIDTH), weights, f"{at}.attention.output.dense")
        x = normalized(x + mixed, weights, f"{at}.attention.output.LayerNorm")
        wide = linear(x, weights, f"{at}.intermediate.dense")
        wide = wide * numpy.float32(0.5) * (1 + erf(wide / numpy.float32(math.sqrt(2))))
        x = normalized(x + linear(wide, weights, f"{at}.output.dense"), weights, f"{at}.output.LayerNorm")
    vector = x.mean(0)
    return (vector / numpy.linalg.norm(vector)).astype("<f4")


def main():
    folder, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    weights = read_weights(folder / "model.safetensors")
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(TOKENS)
    with open(f"{out}.txt", "w", encoding="utf-8") as text, open(f"{out}.f32", "wb") as vectors:
        for sentence in sentences():
            pieces = tokenizer.encode(sentence).ids
            text.write(" ".join(map(str, pieces)) + "\t" + sentence.encode().hex() + "\n")
            vectors.write(embed(pieces, weights).tobytes())


if __name__ == "__main__":
    main()
