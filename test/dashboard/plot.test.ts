import { expect, it } from "vitest";
import { drawSvg, mark } from "../../dashboard/plot.ts";

const draw = (word: string) =>
  drawSvg(
    { marks: [mark.text([{ word }], { text: "word", x: () => 0, y: () => 0 })] },
    'About "tv"',
  ).text;

it("a picture says what it shows to those who do not see it", () => {
  const text = draw("tv");
  expect(text).toMatch(/^<svg[^>]* role="img"/);
  expect(text).toContain('aria-label="About &quot;tv&quot;"');
  expect(draw("tv")).toBe(text);
});

it("text from outside stays text", () => {
  const text = draw("<script>alert(1)</script>\u202e");
  expect(text).not.toContain("<script");
  expect(text).not.toContain("\u202e");
});
