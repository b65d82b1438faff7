/**
 * Cross products of the media columns with everything, by segments of rows.
 *
 * All columns stand in one block [Z | y | X]. Rows are cut where folds begin, the sums of a
 * segment are taken once and a fold adds up its segments: every row is read once per changed
 * channel, whatever the number of folds.
 *
 * 1. Sums of a segment depend on its rows only, so a fold never sees a later row.
 * 2. A sum runs over its rows in order whatever is computed beside it: the same bits however many
 *    channels changed.
 * 3. After `update`, sums of channels that did not change are the ones computed before, bit for bit.
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
  readonly segment: number;
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
  /** Views of the block's columns. */
  readonly #columns: readonly Float64Array[];

  constructor(shape: GramShape) {
    this.#shape = shape;
    this.#width = shape.fixed + shape.channels;
    this.#columns = Array.from({ length: this.#width }, (_, column) =>
      shape.block.subarray(column * shape.rows, (column + 1) * shape.rows),
    );
    this.#sums = new Float64Array(shape.ends.length * shape.channels * this.#width);
  }

  /** Takes the sums of the changed channels (ascending) anew. */
  update(changed: readonly number[]): void {
    const { ends, fixed, channels } = this.#shape;
    // When all changed, each pair of channels is multiplied once, by the first of the two.
    const all = changed.length === channels;
    let from = 0;
    for (let segment = 0; segment < ends.length; segment += 1) {
      const rows = { segment, from, to: ends[segment] as number };
      for (let index = 0; index < changed.length; index += 2) {
        const channel = changed[index] as number;
        const second = changed[index + 1] ?? channel;
        this.#dots(channel, second, { ...rows, first: 0, last: fixed });
        const first = fixed + (all ? channel : 0);
        this.#dots(channel, second, { ...rows, first, last: this.#width });
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

  /**
   * Dot products of two media columns (or one, given twice) with others, four at a time: a tile of
   * eight sums per pass, since reading costs more than multiplying.
   */
  #dots(channel: number, second: number, range: DotRange): void {
    const { fixed, channels } = this.#shape;
    const { from, to, last, segment } = range;
    const columns = this.#columns;
    const sums = this.#sums;
    const x = columns[fixed + channel] as Float64Array;
    const y = columns[fixed + second] as Float64Array;
    const outX = (segment * channels + channel) * this.#width;
    const outY = (segment * channels + second) * this.#width;
    let column = range.first;
    for (; column + 4 <= last; column += 4) {
      const a = columns[column] as Float64Array;
      const b = columns[column + 1] as Float64Array;
      const c = columns[column + 2] as Float64Array;
      const d = columns[column + 3] as Float64Array;
      let [xa, xb, xc, xd] = [0, 0, 0, 0];
      let [ya, yb, yc, yd] = [0, 0, 0, 0];
      for (let row = from; row < to; row += 1) {
        const valueX = x[row] as number;
        const valueY = y[row] as number;
        xa += valueX * (a[row] as number);
        xb += valueX * (b[row] as number);
        xc += valueX * (c[row] as number);
        xd += valueX * (d[row] as number);
        ya += valueY * (a[row] as number);
        yb += valueY * (b[row] as number);
        yc += valueY * (c[row] as number);
        yd += valueY * (d[row] as number);
      }
      sums[outX + column] = xa;
      sums[outX + column + 1] = xb;
      sums[outX + column + 2] = xc;
      sums[outX + column + 3] = xd;
      sums[outY + column] = ya;
      sums[outY + column + 1] = yb;
      sums[outY + column + 2] = yc;
      sums[outY + column + 3] = yd;
    }
    for (; column < last; column += 1) {
      const a = columns[column] as Float64Array;
      let xa = 0;
      let ya = 0;
      for (let row = from; row < to; row += 1) {
        xa += (x[row] as number) * (a[row] as number);
        ya += (y[row] as number) * (a[row] as number);
      }
      sums[outX + column] = xa;
      sums[outY + column] = ya;
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
