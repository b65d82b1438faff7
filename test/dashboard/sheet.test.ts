/** Pictures that stand alone. */
import { describe, expect, it } from "vitest";
import { Html } from "../../dashboard/html.ts";
import type { Picture } from "../../dashboard/plot.ts";
import { drawReportPictures } from "../../dashboard/report.ts";
import { renderSheet } from "../../dashboard/sheet.ts";
import { loadPngWriter } from "../../infra/picture-png.ts";
import { smallReport } from "./report-fixture.ts";

const DRAWING = new Html('<svg viewBox="0 0 300 100" width="300" height="100"></svg>');

function picture(more: Partial<Picture> = {}): Picture {
  return { name: "one", title: "A title", caption: "Short.", svg: DRAWING, ...more };
}

function textsOf(svg: string): string[] {
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map((match) => match[1] ?? "");
}

/** Width and height in the header of a PNG. */
function sizeOf(png: Uint8Array): readonly [number, number] {
  const view = new DataView(png.buffer, png.byteOffset);
  return [view.getUint32(16), view.getUint32(20)];
}

describe("a picture on its own", () => {
  it("says its title, what the colours are, and how to read it", () => {
    const legend = [
      { name: "tv", colour: "#111111" },
      { name: "radio", colour: "#222222" },
    ];
    const sheet = renderSheet(picture({ legend }));
    expect(textsOf(sheet)).toEqual(["A title", "tv", "radio", "Short."]);
    expect(sheet).toContain('fill="#222222"');
    expect(sheet).toContain(DRAWING.text);
  });

  it("breaks a caption into lines and a legend into rows, and grows with them", () => {
    const caption = "word ".repeat(40).trim();
    const legend = Array.from({ length: 12 }, (_, at) => ({
      name: `channel ${at}`,
      colour: "red",
    }));
    const high = (svg: string) => Number(/height="(\d+)"/.exec(svg)?.[1]);
    const long = renderSheet(picture({ caption, legend }));
    expect(high(long)).toBeGreaterThan(high(renderSheet(picture())) + 100);
    const lines = textsOf(long).filter((text) => text.startsWith("word"));
    expect(lines.join(" ")).toBe(caption);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(300 / 7.2);
  });

  it("escapes what people wrote", () => {
    const attack = '</text><script>alert("1")</script>';
    const legend = [{ name: attack, colour: "red" }];
    const sheet = renderSheet(picture({ title: attack, caption: attack, legend }));
    expect(sheet).not.toContain("<script");
  });
});

describe("pngWriter", () => {
  it("draws every picture of a report at twice its size", async () => {
    const png = await loadPngWriter();
    const { timeline, model, response } = drawReportPictures(smallReport());
    for (const one of [timeline, ...model, ...response]) {
      const sheet = renderSheet(one);
      const [, width, height] = /width="(\d+)" height="(\d+)"/.exec(sheet) ?? [];
      expect(sizeOf(png(sheet))).toEqual([2 * Number(width), 2 * Number(height)]);
    }
  });

  it("gives equal bytes for equal pictures", async () => {
    const png = await loadPngWriter();
    const sheet = renderSheet(picture());
    expect(Buffer.from(png(sheet)).equals(Buffer.from(png(sheet)))).toBe(true);
  });

  it("draws letters, on a machine without fonts too", async () => {
    const png = await loadPngWriter();
    const without = png(renderSheet(picture({ title: "", caption: "" })));
    expect(png(renderSheet(picture({ caption: "" }))).length).toBeGreaterThan(without.length + 500);
  });
});
