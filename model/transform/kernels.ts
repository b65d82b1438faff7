/**
 * The compiled loops of `kernels.as`, and the memory they work on.
 *
 * Owns: the WebAssembly module, an arena of arrays in its memory. Not: what the loops compute.
 *
 * 1. No I/O: the module is in `kernel-bytes.ts`.
 * 2. An arena belongs to one owner and is never grown, so its arrays stay valid as long as it lives.
 * 3. A machine without WebAssembly's 128-bit vectors (every engine since 2021 has them) fails at the
 *    first arena with a CompileError, not with other figures.
 */

import { KERNEL_BYTES } from "./kernel-bytes.ts";

/** Pointers are byte offsets (`byteOffset` of an arena's array). */
export interface Kernels {
  relativeLogs(from: number, to: number, rows: number, inverse: number): void;
  saturate(from: number, to: number, rows: number, alpha: number, logGamma: number): void;
  adstock4(
    table: number,
    rows: number,
    first: number,
    stride: number,
    lag: number,
    remainder: number,
  ): void;
  products(sums: number, x: number, y: number, first: number, last: number): void;
  accumulate(from: number, to: number, count: number): void;
  reduce(fold: number, total: number, identified: number): void;
  judge(fold: number): number;
  solve(ridge: number, penalty: number): number;
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
/** Arrays begin at multiples of this many bytes. */
const ALIGNMENT = 16;

let compiled: object | null = null;

function compileKernelModule(): object {
  compiled ??= new WebAssembly.Module(
    Uint8Array.from(atob(KERNEL_BYTES), (character) => character.charCodeAt(0)),
  );
  return compiled;
}

/** Sums, bases and rows of a matrix are filled up with zeros to this many, so that loops have no remainder. */
export function roundUpToFour(count: number): number {
  return Math.ceil(count / 4) * 4;
}

export class Arena {
  readonly kernels: Kernels;
  readonly #buffer: ArrayBuffer;
  readonly #end: number;
  #free: number;

  /** @param bytes what will be taken, each array rounded up to 16 bytes */
  constructor(bytes: number) {
    const kernels = new WebAssembly.Instance(compileKernelModule()).exports;
    this.kernels = kernels;
    this.#free = Math.ceil(kernels.HEAP_BASE.value / ALIGNMENT) * ALIGNMENT;
    this.#end = this.#free + bytes;
    const missing = this.#end - kernels.memory.buffer.byteLength;
    if (missing > 0) kernels.memory.grow(Math.ceil(missing / PAGE_BYTES));
    this.#buffer = kernels.memory.buffer;
  }

  holds(array: Float64Array): boolean {
    return array.buffer === this.#buffer;
  }

  /** Zeros. @throws RangeError when the arena is full */
  floats(length: number): Float64Array {
    return new Float64Array(this.#buffer, this.#take(length * 8), length);
  }

  /** Zeros. @throws RangeError when the arena is full */
  integers(length: number): Int32Array {
    return new Int32Array(this.#buffer, this.#take(length * 4), length);
  }

  #take(bytes: number): number {
    const at = this.#free;
    this.#free += Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
    if (this.#free > this.#end) throw new RangeError(`An arena of ${this.#end} bytes is full`);
    return at;
  }
}
