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
const FACES = ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"];
/** Pixels of one unit of the drawing: sharp on a slide. */
const ZOOM = 2;

/** Draws an SVG document as PNG at twice its size. */
export type PngWriter = (svg: string) => Uint8Array;

let ready: Promise<PngWriter> | null = null;

/** Reads library and font once in a process; about 0.2 s. */
export function pngWriter(): Promise<PngWriter> {
  ready ??= open();
  return ready;
}

async function open(): Promise<PngWriter> {
  await initWasm(readFileSync(packaged("@resvg/resvg-wasm/index_bg.wasm")));
  const fontBuffers = FACES.map((face) => readFileSync(packaged(`dejavu-fonts-ttf/ttf/${face}`)));
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

/** A file of a package. */
function packaged(file: string): string {
  return fileURLToPath(import.meta.resolve(file));
}
