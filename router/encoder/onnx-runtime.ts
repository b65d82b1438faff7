/**
 * Which ONNX Runtime computes embeddings; the one file that knows its two packages.
 *
 * native: `onnxruntime-node`, 2 to 3 times faster, optional: its install script wants a download, and
 * it has no binary for every system. wasm: `onnxruntime-web`, WebAssembly, wherever npm installs.
 *
 * I1. Both run the same file on one thread without network; embeddings agree to 1e-4
 *     (test/router/encoder/onnx-runtime.test.ts), because no activation is quantised: a model that
 *     quantises activations is refused (float_activations.py says why).
 * I2. Without a choice it is native where that loads and opens the model, else wasm.
 */
import type * as Ort from "onnxruntime-web";
import { describeError } from "../../schemas/errors.ts";
import type { RuntimeName } from "../runtime-name.ts";
import { createEncoderUnavailable } from "./weights.ts";

export interface OpenedModel {
  readonly runtime: RuntimeName;
  readonly session: Ort.InferenceSession;
  readonly Tensor: typeof Ort.Tensor;
}

/** Errors and fatal faults of the runtime; its warnings concern its makers. */
const LOG_SEVERITY_ERROR = 3;
const OPTIONS: Ort.InferenceSession.SessionOptions = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: "sequential",
  logSeverityLevel: LOG_SEVERITY_ERROR,
};
/** Operators that round activations to 256 steps. */
const QUANTISING = ["DynamicQuantizeLinear", "MatMulInteger"];

/**
 * Opens a model's bytes on one thread of `wanted`, or of the best runtime there is.
 * @throws MmmError encoder_unavailable: module_missing, or runtime_failed
 */
export async function openModel(
  model: Uint8Array,
  wanted: RuntimeName | null = null,
): Promise<OpenedModel> {
  refuseQuantisedActivations(model);
  if (wanted !== null) return OPEN[wanted](model);
  try {
    return await OPEN.native(model);
  } catch (native) {
    try {
      return await OPEN.wasm(model);
    } catch (cause) {
      const message = `native: ${describeError(native)}; wasm: ${describeError(cause)}`;
      throw createEncoderUnavailable("runtime_failed", message, cause);
    }
  }
}

const OPEN: Readonly<Record<RuntimeName, (model: Uint8Array) => Promise<OpenedModel>>> = {
  native: async (model) => {
    const runtime = await load("onnxruntime-node", () => import("onnxruntime-node"));
    return opened("native", runtime as unknown as typeof Ort, model);
  },
  wasm: async (model) => {
    const runtime = await load("onnxruntime-web", () => import("onnxruntime-web"));
    runtime.env.wasm.numThreads = 1;
    return opened("wasm", runtime, model);
  },
};

async function load<T>(name: string, module: () => Promise<T>): Promise<T> {
  try {
    return await module();
  } catch (cause) {
    const message = `${name} is not installed or has no binary for this system; run npm install`;
    throw createEncoderUnavailable("module_missing", message, cause);
  }
}

async function opened(
  name: RuntimeName,
  runtime: typeof Ort,
  model: Uint8Array,
): Promise<OpenedModel> {
  try {
    const session = await runtime.InferenceSession.create(model, OPTIONS);
    return { runtime: name, session, Tensor: runtime.Tensor };
  } catch (cause) {
    throw createEncoderUnavailable(
      "runtime_failed",
      `cannot open the model: ${describeError(cause)}`,
      cause,
    );
  }
}

function refuseQuantisedActivations(model: Uint8Array): void {
  const bytes = Buffer.from(model.buffer, model.byteOffset, model.byteLength);
  const found = QUANTISING.find((operator) => bytes.includes(operator));
  if (found === undefined) return;
  throw createEncoderUnavailable(
    "runtime_failed",
    `the model quantises activations (${found}), so its embeddings would differ from machine to machine; run router/float_activations.py on it`,
  );
}
