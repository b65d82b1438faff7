"""Takes the quantised activations out of a dynamically quantised ONNX encoder; its int8 weights stay.

    python router/float_activations.py IN.onnx OUT.onnx        (needs onnx and numpy, any recent version)

Dynamic quantisation rounds every activation to one of 256 steps, by the largest value of its whole
tensor. A last bit that two runtimes or two kinds of CPU compute differently then becomes a whole
step, and steps become 3e-2 of an embedding: one proposal, two verdicts. With activations in float32
the same weights give embeddings that agree to 2e-7 (test/router/encoder-runtimes.test.ts).

    q, s, z = DynamicQuantizeLinear(x);  y = Cast(MatMulInteger(q, W, z, 0)) * (s * w)
    ->                                   y = Cast(MatMul(x, Cast(W)))        * (1 * w)

The runtime computes Cast(W) once, when it opens the model.
"""

import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

ONE = "one"


def with_float_activations(model):
    """The model, changed in place: float32 [.., n] x int8 [n, m] for each quantised product."""
    graph = model.graph
    initial = {tensor.name: tensor for tensor in graph.initializer}
    quantise = [node for node in graph.node if node.op_type == "DynamicQuantizeLinear"]
    source = {node.output[0]: node.input[0] for node in quantise}
    scales = {node.output[1] for node in quantise}
    nodes = []
    for node in graph.node:
        if node.op_type == "DynamicQuantizeLinear":
            continue
        if node.op_type == "MatMulInteger":
            quantised, weights, _, zero_point = node.input
            if numpy_helper.to_array(initial[zero_point]).any():
                raise ValueError(f"{weights}: only weights without a zero point are known here")
            wide = f"{weights}_float"
            nodes.append(helper.make_node("Cast", [weights], [wide], to=TensorProto.FLOAT))
            nodes.append(helper.make_node("MatMul", [source[quantised], wide], [node.output[0]]))
            continue
        for at, name in enumerate(node.input):
            if name in scales:
                node.input[at] = ONE
        nodes.append(node)
    del graph.node[:]
    graph.node.extend(nodes)
    graph.initializer.append(numpy_helper.from_array(np.array(1, np.float32), ONE))
    used = {name for node in nodes for name in node.input}
    kept = [tensor for tensor in graph.initializer if tensor.name in used]
    del graph.initializer[:]
    graph.initializer.extend(kept)
    onnx.checker.check_model(model)
    return model


if __name__ == "__main__":
    onnx.save(with_float_activations(onnx.load(sys.argv[1])), sys.argv[2])
