"""Fine-tunes a BERT sentence encoder on labelled routing texts, on one CPU, and writes it as
ONNX with int8 weights beside a weights.json, so that router/training/train.ts trains a head on it like on the shipped one.

Input: a folder with a float32 `model.onnx` (BERT, node names as exported by optimum or
sentence-transformers) and its `tokenizer.json`; JSON lines with `text` and `label`.
Loss: cross-entropy of a linear layer on the unit-length sentence vector, scaled by 10, word
embeddings frozen. The linear layer is thrown away: the product's own head is trained afterwards.

Usage: python router/finetune.py --base DIR --pooling cls --data router/data/train.jsonl --output DIR
Requirements: router/finetune-requirements.txt
"""

import argparse
import hashlib
import json
import pathlib
import random

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

from float_activations import with_float_activations

WINDOW = 128


def load_bert(path):
    """A BertModel with the weights of an ONNX graph: tensors by name, matrices by node name."""
    graph = onnx.load(path).graph
    tensors = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
    state = {n: torch.tensor(t) for n, t in tensors.items() if n.startswith(("embeddings", "encoder"))}
    for node in graph.node:
        if node.op_type == "MatMul" and node.input[1] in tensors:
            name = node.name.strip("/").removesuffix("/MatMul").replace("/", ".") + ".weight"
            state[name] = torch.tensor(tensors[node.input[1]].T.copy())
    words = state["embeddings.word_embeddings.weight"]
    layers = 1 + max(int(n.split(".")[2]) for n in state if n.startswith("encoder.layer."))
    config = BertConfig(
        vocab_size=words.shape[0],
        hidden_size=words.shape[1],
        num_hidden_layers=layers,
        num_attention_heads=words.shape[1] // 32,
        intermediate_size=state["encoder.layer.0.intermediate.dense.bias"].shape[0],
    )
    model = BertModel(config, add_pooling_layer=False)
    missing, unexpected = model.load_state_dict(state, strict=False)
    wrong = [n for n in list(missing) + list(unexpected) if "position_ids" not in n]
    if wrong:
        raise SystemExit(f"{path}: not a BERT graph this script can read: {wrong[:3]}")
    return model


def load_tokenizer(path):
    raw = json.loads(pathlib.Path(path).read_text())
    raw["padding"] = None
    raw["truncation"] = None
    tokenizer = Tokenizer.from_str(json.dumps(raw))
    tokenizer.enable_truncation(WINDOW)
    tokenizer.enable_padding()
    return tokenizer


def embed(model, tokenizer, texts, pooling):
    batch = tokenizer.encode_batch(texts)
    ids = torch.tensor([e.ids for e in batch])
    mask = torch.tensor([e.attention_mask for e in batch])
    hidden = model(input_ids=ids, attention_mask=mask, token_type_ids=torch.zeros_like(ids))[0]
    if pooling == "cls":
        vector = hidden[:, 0]
    else:
        weight = mask.unsqueeze(-1).float()
        vector = (hidden * weight).sum(1) / weight.sum(1)
    return torch.nn.functional.normalize(vector, dim=1)


def tune(model, tokenizer, rows, args):
    labels = sorted({r["label"] for r in rows})
    layer = torch.nn.Linear(model.config.hidden_size, len(labels))
    model.embeddings.word_embeddings.weight.requires_grad = False
    groups = [
        {"params": [p for p in model.parameters() if p.requires_grad], "lr": args.rate},
        {"params": layer.parameters(), "lr": 1e-2},
    ]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01)
    steps = args.epochs * -(-len(rows) // args.batch)
    warm = max(1, steps // 10)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda s: min((s + 1) / warm, max(0.0, (steps - s) / max(1, steps - warm)))
    )
    loss_of = torch.nn.CrossEntropyLoss(label_smoothing=0.05)
    chance = random.Random(args.seed)
    model.train()
    for epoch in range(args.epochs):
        order = chance.sample(rows, len(rows))
        total = 0.0
        for start in range(0, len(order), args.batch):
            part = order[start : start + args.batch]
            target = torch.tensor([labels.index(r["label"]) for r in part])
            vectors = embed(model, tokenizer, [r["text"] for r in part], args.pooling)
            loss = loss_of(10 * layer(vectors), target)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total += loss.item() * len(part)
        print(f"epoch {epoch + 1}/{args.epochs} loss {total / len(rows):.4f}", flush=True)
    model.eval()


class Bare(torch.nn.Module):
    def __init__(self, bert):
        super().__init__()
        self.bert = bert

    def forward(self, input_ids, attention_mask, token_type_ids):
        return self.bert(input_ids, attention_mask, token_type_ids)[0]


def export(model, out):
    names = ["input_ids", "attention_mask", "token_type_ids"]
    axes = {n: {0: "batch", 1: "tokens"} for n in [*names, "last_hidden_state"]}
    sample = torch.ones(1, 8, dtype=torch.int64)
    full = out / "float32.onnx"
    torch.onnx.export(
        Bare(model), (sample, sample, sample * 0), str(full), opset_version=14,
        input_names=names, output_names=["last_hidden_state"], dynamic_axes=axes,
    )
    quantize_dynamic(str(full), str(out / "model.onnx"), weight_type=QuantType.QInt8, per_channel=True)
    onnx.save(with_float_activations(onnx.load(out / "model.onnx")), out / "model.onnx")
    full.unlink()


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--base", type=pathlib.Path, required=True)
    parser.add_argument("--data", type=pathlib.Path, required=True, nargs="+")
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("--pooling", choices=["cls", "mean"], default="cls")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=5e-5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    random.seed(args.seed)
    np.random.seed(args.seed)
    torch.manual_seed(args.seed)
    torch.set_num_threads(args.threads)
    rows = [json.loads(line) for path in args.data for line in path.read_text().splitlines() if line]
    rows = [r for r in rows if r.get("lang", "en") == "en"]
    tokenizer = load_tokenizer(args.base / "tokenizer.json")
    model = load_bert(str(args.base / "model.onnx"))
    tune(model, tokenizer, rows, args)
    args.output.mkdir(parents=True, exist_ok=True)
    export(model, args.output)
    (args.output / "tokenizer.json").write_bytes((args.base / "tokenizer.json").read_bytes())
    manifest = {
        "model": f"fine-tuned from {digest(args.base / 'model.onnx')[:12]}, {args.epochs} epochs, int8 weights",
        "licence": "that of the base model",
        "source": "router/finetune.py",
        "pooling": args.pooling,
        "window_tokens": WINDOW,
        "dimension": model.config.hidden_size,
        "files": {n: digest(args.output / n) for n in ("model.onnx", "tokenizer.json")},
    }
    (args.output / "weights.json").write_text(json.dumps(manifest, indent=2) + "\n")


if __name__ == "__main__":
    main()
