/**
 * The compiled loops of `kernels.as` beside this, and the memory they work on.
 *
 * Owns: the WebAssembly module, a workspace of arrays in its memory. Not: what the loops compute.
 *
 * 1. No I/O: the module is in `kernel-bytes.ts`.
 * 2. A workspace belongs to one density and is never grown, so its arrays stay valid.
 */

import { KERNEL_BYTES } from "./kernel-bytes.ts";

/** Pointers are byte offsets; `rows` and `count` are filled up (`roundUpToFour`). */
export interface Kernels {
  carryOver(
    x: number,
    value: number,
    byDecay: number,
    byBuildup: number,
    periods: number,
    lag: number,
    decay: number,
    cut: number,
    cutSlope: number,
    buildup: number,
  ): void;
  relativeLogs(from: number, to: number, rows: number, inverse: number): void;
  saturate(from: number, to: number, rows: number, alpha: number, logGamma: number): void;
  sumRows(x: number, rows: number): number;
  dotRows(x: number, y: number, rows: number): number;
  addRows(to: number, from: number, by: number, rows: number): void;
  multiplyBasis(basis: number, x: number, dots: number, count: number, rows: number): void;
  subtractBasis(basis: number, dots: number, x: number, count: number, rows: number): void;
  sumSlopes(
    factors: number,
    saturated: number,
    logs: number,
    value: number,
    byDecay: number,
    byBuildup: number,
    by: number,
    level: number,
    rows: number,
    out: number,
  ): void;
}

interface KernelExports extends Kernels {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  readonly HEAP_BASE: { readonly value: number };
}

/** What is used of the global, which the standard library's types leave to browsers. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: KernelExports };
};

const PAGE_BYTES = 65_536;
const ALIGNMENT = 16;

let compiled: object | null = null;

function kernelModule(): object {
  compiled ??= new WebAssembly.Module(
    Uint8Array.from(atob(KERNEL_BYTES), (character) => character.charCodeAt(0)),
  );
  return compiled;
}

/** Rows of a geo are filled up with zeros to this many, so that loops have no remainder. */
export function fillUp(count: number): number {
  return Math.ceil(count / 4) * 4;
}

export class Workspace {
  readonly kernels: Kernels;
  readonly #buffer: ArrayBuffer;
  readonly #end: number;
  #free: number;

  /** @param floats how many will be taken, each array rounded up to an even length */
  constructor(floats: number) {
    const kernels = new WebAssembly.Instance(kernelModule()).exports;
    this.kernels = kernels;
    this.#free = Math.ceil(kernels.HEAP_BASE.value / ALIGNMENT) * ALIGNMENT;
    this.#end = this.#free + 8 * floats;
    const missing = this.#end - kernels.memory.buffer.byteLength;
    if (missing > 0) kernels.memory.grow(Math.ceil(missing / PAGE_BYTES));
    this.#buffer = kernels.memory.buffer;
  }

  /** Zeros. @throws RangeError when the workspace is full */
  floats(length: number): Float64Array {
    const at = this.#free;
    this.#free += Math.ceil((8 * length) / ALIGNMENT) * ALIGNMENT;
    if (this.#free > this.#end) throw new RangeError(`A workspace of ${this.#end} bytes is full`);
    return new Float64Array(this.#buffer, at, length);
  }
}
