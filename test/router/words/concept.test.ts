import { expect, it } from "vitest";
import { createConcept } from "../../../router/words/concept.ts";

it("a concept is found in whole words of any case, with endings where a star stands", () => {
  const { pattern, points, id } = createConcept("tune", "tun(?:e|ing)|optimi*", {
    data_scientist: 2,
  });
  expect([id, points]).toEqual(["tune", { data_scientist: 2 }]);
  for (const text of ["Tune it", "re TUNING.", "optimierung", "Optimieren!"]) {
    expect(pattern.test(text), text).toBe(true);
  }
  for (const text of ["fortune", "tuned", "untune", "tüne", "tune_it", ""]) {
    expect(pattern.test(text), text).toBe(false);
  }
});
