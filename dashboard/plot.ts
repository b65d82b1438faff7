/**
 * Pictures as SVG text, without a browser: Observable Plot on a linkedom document.
 *
 * I1. The only file that knows the two libraries.
 * I2. Text in a picture is a text node and comes out escaped, unseen characters spelled out; a
 *     picture holds no script and no link.
 * I3. Equal options give equal text.
 */
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { escapeText } from "../session/quote.ts";
import { Html } from "./html.ts";

/** The marks that the charts use. */
export const mark = {
  areaY: Plot.areaY,
  axisX: Plot.axisX,
  axisY: Plot.axisY,
  barX: Plot.barX,
  barY: Plot.barY,
  dot: Plot.dot,
  gridX: Plot.gridX,
  gridY: Plot.gridY,
  lineY: Plot.lineY,
  link: Plot.link,
  rect: Plot.rect,
  ruleX: Plot.ruleX,
  ruleY: Plot.ruleY,
  stackY: Plot.stackY,
  text: Plot.text,
  tickX: Plot.tickX,
} as const;

type Options = NonNullable<Parameters<typeof Plot.plot>[0]>;

export interface LegendEntry {
  readonly name: string;
  readonly colour: string;
}

export interface Picture {
  /** File name without ending, and id in the page. */
  readonly name: string;
  readonly title: string;
  /** Title of a file of its own, where the page's heading says a part of it. */
  readonly fullTitle?: string;
  /** What the picture shows and how to read it. */
  readonly caption: string;
  /** What the colours stand for, where the drawing does not say it. */
  readonly legend?: readonly LegendEntry[];
  readonly svg: Html;
}

interface Drawn {
  setAttribute(name: string, value: string): void;
  readonly outerHTML: string;
}

/** Draws one picture; `about` is its description for screen readers. */
export function drawSvg(options: Options, about: string): Html {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const drawn = Plot.plot({
    width: 960,
    height: 300,
    marginLeft: 64,
    marginBottom: 36,
    style: { fontFamily: "system-ui, sans-serif", fontSize: "12px", background: "white" },
    ...options,
    document,
  } as Options) as unknown as Drawn;
  drawn.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  drawn.setAttribute("role", "img");
  drawn.setAttribute("aria-label", about);
  return new Html(escapeText(drawn.outerHTML, Infinity));
}
