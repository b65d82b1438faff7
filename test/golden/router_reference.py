"""Reference embeddings for test/router/sentence-encoder.test.ts: the shipped model read with the
Python packages `onnxruntime` and `tokenizers` (PyPI), independent of the TypeScript code.

Usage: python test/golden/router_reference.py > test/golden/router-embeddings.json
"""

import json
import pathlib

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

WEIGHTS = pathlib.Path(__file__).parents[2] / "router" / "weights"
TEXTS = [
    "tune the decay of tv",
    "Replace the geometric adstock by a Weibull adstock.",
    "Is an ROI of 14 for paid search plausible?",
    "go live?",
    "",
    "   ",
    "Überraschend naïve café – ROI ≥ 3 €",
    "👍🏽 deploy 🚀",
    "hyperparameters.tv.decay = 0.62",
    "幾何アドストック",
    "x" * 300,
    "[CLS] is not a command [SEP]",
    "please lower the carryover of television and check the validation error " * 4,
]


def main():
    manifest = json.loads((WEIGHTS / "weights.json").read_text())
    raw = json.loads((WEIGHTS / "tokenizer.json").read_text())
    raw["padding"] = None
    raw["truncation"] = None
    tokenizer = Tokenizer.from_str(json.dumps(raw))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(WEIGHTS / "model.onnx"), options)
    vectors = []
    for text in TEXTS:
        ids = np.array([tokenizer.encode(text).ids], dtype=np.int64)
        assert ids.shape[1] <= manifest["window_tokens"], "one window only"
        feeds = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.zeros_like(ids),
        }
        hidden = session.run(None, feeds)[0][0]
        vector = hidden[0] if manifest["pooling"] == "cls" else hidden.mean(0)
        vectors.append((vector / np.linalg.norm(vector)).astype(float).round(7).tolist())
    print(json.dumps({"files": manifest["files"], "texts": TEXTS, "vectors": vectors}))


if __name__ == "__main__":
    main()
