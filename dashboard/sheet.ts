/**
 * A picture that stands alone, for slides and mails: title, legend, drawing and caption in one SVG.
 *
 * I1. Pure, and as escaped as the page (`html.ts`).
 * I2. Widths of text are estimated, since nothing here can measure them: lines end early rather than
 *     late.
 */
import { type Html, html } from "./html.ts";
import { INK } from "./palette.ts";
import type { LegendEntry, Picture } from "./plot.ts";

const MARGIN = 20;
const TITLE_HEIGHT = 34;
const LINE_HEIGHT = 18;
/** Mean width of a letter at 12 px in the wider of the usual sans-serif fonts. */
const LETTER = 7.2;
const SWATCH = 18;
const GAP = 16;

/** One SVG document, `svg` at its own size. */
export function renderSheet(picture: Picture): string {
  const { width, height } = readSvgSize(picture.svg);
  const legend = splitLegendRows(picture.legend ?? [], width);
  const caption = wrapLines(picture.caption, width);
  const top = TITLE_HEIGHT + legend.length * LINE_HEIGHT;
  const total = top + height + caption.length * LINE_HEIGHT + MARGIN;
  const fullWidth = width + 2 * MARGIN;
  return html`<svg xmlns="http://www.w3.org/2000/svg" width="${fullWidth}" height="${total}" viewBox="0 0 ${fullWidth} ${total}" font-family="system-ui, sans-serif" font-size="12" fill="${INK.actual}">
<rect width="${fullWidth}" height="${total}" fill="white"/>
<text x="${MARGIN}" y="24" font-size="16" font-weight="bold">${picture.fullTitle ?? picture.title}</text>
${legend.map((row, at) => renderLegendRow(row, TITLE_HEIGHT + at * LINE_HEIGHT))}
<g transform="translate(${MARGIN},${top})">${picture.svg}</g>
${caption.map((line, at) => html`<text x="${MARGIN}" y="${top + height + (at + 1) * LINE_HEIGHT - 4}">${line}</text>`)}
</svg>
`.text;
}

function readSvgSize(svg: Html): { width: number; height: number } {
  const [, width = "960", height = "300"] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg.text) ?? [];
  return { width: Number(width), height: Number(height) };
}

interface Placed extends LegendEntry {
  readonly x: number;
}

/** Entries side by side, as many in a row as there is room for. */
function splitLegendRows(entries: readonly LegendEntry[], width: number): readonly Placed[][] {
  const rows: Placed[][] = [];
  let x = 0;
  for (const entry of entries) {
    const takes = SWATCH + entry.name.length * LETTER + GAP;
    if (rows.length === 0 || x + takes > width) {
      rows.push([]);
      x = 0;
    }
    rows.at(-1)?.push({ ...entry, x });
    x += takes;
  }
  return rows;
}

function renderLegendRow(row: readonly Placed[], y: number): Html {
  const items = row.map(
    ({ name, colour, x }) =>
      html`<rect x="${MARGIN + x}" y="${y + 2}" width="12" height="12" rx="3" fill="${colour}"/><text x="${MARGIN + x + SWATCH}" y="${y + 12}">${name}</text>`,
  );
  return html`${items}`;
}

function wrapLines(text: string, width: number): readonly string[] {
  const room = Math.floor(width / LETTER);
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > room) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
