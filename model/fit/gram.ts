/**
 * Cross products of the media columns with everything, by segments of rows.
 *
 * All columns stand in one block [Z | y | X]. Rows are cut where folds begin, the sums of a
 * segment are taken once and a fold adds up its segments: every row is read once per changed
 * channel, whatever the number of folds. The loop is `products` of `kernels.as`: a tile of eight
 * sums per pass, since reading costs more than multiplying.
 *
 * 1. Sums of a segment depend on its rows only, so a fold never sees a later row.
 * 2. The order of a sum depends on its segment only (even rows, odd rows, then both together), not on
 *    what is computed beside it: the same bits however many channels changed.
 * 3. After `update`, sums of channels that did not change are the ones computed before, bit for bit.
 */

import type { Layout } from "./layout.ts";
import { roundUpToFour } from "../transform/kernels.ts";

export class SegmentSums {
  readonly #layout: Layout;
  /** [segment][channel][column of the block] */
  readonly #sums: Float64Array;
  readonly #segments: number;
  readonly #pointer: number;

  /** @param ends row ends of the segments, ascending */
  constructor(layout: Layout, ends: readonly number[]) {
    const { arena, block, rows, width, channels, fixed } = layout;
    this.#layout = layout;
    this.#segments = ends.length;
    this.#sums = arena.floats(ends.length * channels * width);
    const rowEnds = arena.integers(ends.length);
    rowEnds.set(ends);
    // The fields of `Products` in kernels.as, in order.
    const record = arena.integers(8);
    record.set([block.byteOffset, rows, width, channels, fixed, ends.length]);
    record.set([rowEnds.byteOffset, this.#sums.byteOffset], 6);
    this.#pointer = record.byteOffset;
  }

  /** Takes the sums of the changed channels (ascending) anew. */
  update(changed: readonly number[]): void {
    const { arena, fixed, channels, width } = this.#layout;
    const common = roundUpToFour(fixed);
    // Of two channels the product in the row of the first is read: when all changed, the others
    // need not be taken.
    const all = changed.length === channels;
    for (let index = 0; index < changed.length; index += 2) {
      const channel = changed[index] as number;
      const second = changed[index + 1] ?? channel;
      const first = all ? Math.max(common, roundUpToFour(fixed + channel - 3)) : common;
      arena.kernels.products(this.#pointer, channel, second, 0, common);
      arena.kernels.products(this.#pointer, channel, second, first, width);
    }
    if (all) return;
    for (let index = 0; index < changed.length; index += 1) this.#mirror(changed[index] as number);
  }

  /** Copies a channel's products with those before it to their rows. */
  #mirror(channel: number): void {
    const { fixed, channels, width } = this.#layout;
    for (let segment = 0; segment < this.#segments; segment += 1) {
      const row = (segment * channels + channel) * width;
      for (let other = 0; other < channel; other += 1) {
        const mirror = (segment * channels + other) * width + fixed + channel;
        this.#sums[mirror] = this.#sums[row + fixed + other] as number;
      }
    }
  }

  /** Adds the sums of one segment to `total` (channels × width, row-major, in the arena). */
  addTo(segment: number, total: Float64Array): void {
    const from = this.#sums.byteOffset + 8 * segment * total.length;
    this.#layout.arena.kernels.accumulate(from, total.byteOffset, total.length);
  }
}

export interface BlockRows {
  /** Length of a column of the block. */
  readonly rows: number;
  readonly from: number;
  readonly to: number;
}

/** out_t += Σ_j weights_j block_jt for rows [from, to), four columns at a time. */
export function addCombination(
  block: Float64Array,
  { rows, from, to }: BlockRows,
  weights: Float64Array,
  out: Float64Array,
): void {
  const width = weights.length;
  let column = 0;
  for (; column + 4 <= width; column += 4) {
    const a = column * rows;
    const b = a + rows;
    const c = b + rows;
    const d = c + rows;
    const weightA = weights[column] as number;
    const weightB = weights[column + 1] as number;
    const weightC = weights[column + 2] as number;
    const weightD = weights[column + 3] as number;
    for (let row = from; row < to; row += 1) {
      out[row] =
        (out[row] as number) +
        weightA * (block[a + row] as number) +
        weightB * (block[b + row] as number) +
        weightC * (block[c + row] as number) +
        weightD * (block[d + row] as number);
    }
  }
  for (; column < width; column += 1) {
    const a = column * rows;
    const weight = weights[column] as number;
    for (let row = from; row < to; row += 1) {
      out[row] = (out[row] as number) + weight * (block[a + row] as number);
    }
  }
}
