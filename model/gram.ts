/**
 * Cross products of the media columns with everything, by segments of rows.
 *
 * All columns stand in one block [Z | y | X]. Rows are cut where folds begin, the sums of a
 * segment are taken once and a fold adds up its segments: every row is read once per changed
 * channel, whatever the number of folds.
 *
 * 1. Sums of a segment depend on its rows only, so a fold never sees a later row.
 * 2. After `update`, sums of channels that did not change are the ones computed before, bit for bit.
 */

export interface GramShape {
  /** Columns of Z, then one for y, then the media columns. */
  readonly block: Float64Array;
  readonly rows: number;
  readonly fixed: number;
  readonly channels: number;
  /** Row ends of the segments, ascending. */
  readonly ends: readonly number[];
}

/** Rows [from, to) and columns [first, last) of the block. */
interface DotRange {
  readonly from: number;
  readonly to: number;
  readonly first: number;
  readonly last: number;
}

export class SegmentSums {
  readonly #shape: GramShape;
  readonly #width: number;
  /** [segment][channel][column of the block] */
  readonly #sums: Float64Array;

  constructor(shape: GramShape) {
    this.#shape = shape;
    this.#width = shape.fixed + shape.channels;
    this.#sums = new Float64Array(shape.ends.length * shape.channels * this.#width);
  }

  /** Takes the sums of the changed channels (ascending) anew. */
  update(changed: readonly number[]): void {
    const { ends, fixed, channels } = this.#shape;
    // When all changed, each pair of channels is multiplied once, by the first of the two.
    const all = changed.length === channels;
    let from = 0;
    for (let segment = 0; segment < ends.length; segment += 1) {
      const rows = { from, to: ends[segment] as number };
      for (let index = 0; index < changed.length; index += 1) {
        const channel = changed[index] as number;
        this.#dots(segment, channel, { ...rows, first: 0, last: fixed });
        const first = fixed + (all ? channel : 0);
        this.#dots(segment, channel, { ...rows, first, last: this.#width });
      }
      for (let index = 0; index < changed.length; index += 1) {
        this.#mirror(segment, changed[index] as number, all ? index : 0);
      }
      from = rows.to;
    }
  }

  /** Copies a channel's products with the others to the others' rows. */
  #mirror(segment: number, channel: number, first: number): void {
    const { fixed, channels } = this.#shape;
    const row = (segment * channels + channel) * this.#width;
    for (let other = first; other < channels; other += 1) {
      const mirror = (segment * channels + other) * this.#width + fixed + channel;
      this.#sums[mirror] = this.#sums[row + fixed + other] as number;
    }
  }

  /** Adds the sums of one segment to `total` (channels × width, row-major). */
  addTo(segment: number, total: Float64Array): void {
    const size = total.length;
    const at = segment * size;
    for (let index = 0; index < size; index += 1) {
      total[index] = (total[index] as number) + (this.#sums[at + index] as number);
    }
  }

  /** Dot products of one media column with others, four at a time (latency of one add). */
  #dots(segment: number, channel: number, range: DotRange): void {
    const { block, rows, fixed, channels } = this.#shape;
    const { from, to, last } = range;
    const sums = this.#sums;
    const out = (segment * channels + channel) * this.#width;
    const x = (fixed + channel) * rows;
    let column = range.first;
    for (; column + 4 <= last; column += 4) {
      const a = column * rows;
      const b = a + rows;
      const c = b + rows;
      const d = c + rows;
      let sumA = 0;
      let sumB = 0;
      let sumC = 0;
      let sumD = 0;
      for (let row = from; row < to; row += 1) {
        const value = block[x + row] as number;
        sumA += value * (block[a + row] as number);
        sumB += value * (block[b + row] as number);
        sumC += value * (block[c + row] as number);
        sumD += value * (block[d + row] as number);
      }
      sums[out + column] = sumA;
      sums[out + column + 1] = sumB;
      sums[out + column + 2] = sumC;
      sums[out + column + 3] = sumD;
    }
    for (; column < last; column += 1) {
      const a = column * rows;
      let sum = 0;
      for (let row = from; row < to; row += 1) {
        sum += (block[x + row] as number) * (block[a + row] as number);
      }
      sums[out + column] = sum;
    }
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
