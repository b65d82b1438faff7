/**
 * SVG pictures as PNG, drawn by resvg (WebAssembly) with a font of its own.
 *
 * I1. The only file that knows the library; no system font and no network is looked at, so that equal
 *     pictures have equal bytes on every machine.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { initWasm, Resvg } from "@resvg/resvg-wasm";

const FAMILY = "DejaVu Sans";
const LIBRARY = import.meta.resolve("@resvg/resvg-wasm/index_bg.wasm");
const FACES = [
  import.meta.resolve("dejavu-fonts-ttf/ttf/DejaVuSans.ttf"),
  import.meta.resolve("dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf"),
];
/** Pixels of one unit of the drawing: sharp on a slide. */
const ZOOM = 2;

/** Draws an SVG document as PNG at twice its size. */
export type PngWriter = (svg: string) => Uint8Array;

let ready: Promise<PngWriter> | null = null;

/** Reads library and font once in a process; about 0.2 s. */
export function loadPngWriter(): Promise<PngWriter> {
  ready ??= openPngWriter();
  return ready;
}

async function openPngWriter(): Promise<PngWriter> {
  await initWasm(readFileSync(fileURLToPath(LIBRARY)));
  const fontBuffers = FACES.map((face) => readFileSync(fileURLToPath(face)));
  const font = { fontBuffers, defaultFontFamily: FAMILY, sansSerifFamily: FAMILY };
  return (svg) => {
    const drawing = new Resvg(svg, { fitTo: { mode: "zoom", value: ZOOM }, font });
    const image = drawing.render();
    const png = image.asPng();
    image.free();
    drawing.free();
    return png;
  };
}
