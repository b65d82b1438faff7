/** What all kernels use: arithmetic on vectors of two 64-bit floats. */

// @ts-ignore: decorator
@inline export function timesAdd(a: v128, b: v128, c: v128): v128 {
  return f64x2.add(f64x2.mul(a, b), c);
}

/** Dot product of a length that is a multiple of four. */
// @ts-ignore: decorator
@inline export function dot(a: usize, b: usize, count: i32): f64 {
  let even = f64x2.splat(0), odd = even;
  for (let at: usize = 0; at < <usize>(8 * count); at += 32) {
    even = timesAdd(v128.load(a + at), v128.load(b + at), even);
    odd = timesAdd(v128.load(a + at + 16), v128.load(b + at + 16), odd);
  }
  const sum = f64x2.add(even, odd);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}
