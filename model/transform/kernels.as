/**
 * The arithmetic of an evaluation in AssemblyScript: the source of `kernel-bytes.ts`, rebuilt by
 * `npm run kernels:build`.
 *
 * Owns: what is exported. Not: what the loops are for, which the TypeScript file that calls them says.
 *
 * 1. Only addition, subtraction, multiplication, division and square root, each rounded by itself
 *    (IEEE 754), one or two numbers at a time; nothing fused or relaxed: the same bits on every machine.
 * 2. The order of a sum depends on its own length only.
 * 3. Pointers are byte offsets; arrays hold 64-bit floats without gaps. Nothing is checked here.
 */

/** First byte that is free for arrays. */
export const HEAP_BASE: usize = __heap_base;

export { adstock4, relativeLogs, saturate } from "./kernel-columns";
export { accumulate, judge, products, reduce } from "./kernel-folds";
export { solve } from "./kernel-ridge";
