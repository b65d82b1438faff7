import { describe, expect, it } from "vitest";
import {
  buildBank,
  leaveOneOutThreshold,
  computeLikeness,
} from "../../../router/classifier/neighbours.ts";

const at = (degrees: number) => {
  const radians = (degrees * Math.PI) / 180;
  return Float32Array.of(Math.cos(radians), Math.sin(radians));
};
const rows = [0, 5, 10, 90, 95, 180].map((degrees) => ({
  embedding: at(degrees),
  label: degrees < 45 ? "a" : degrees < 135 ? "b" : "none",
  text: `${degrees}`,
}));
const bank = buildBank(rows, 2);
const all = () => true;
const familiarity = (of: typeof bank, query: Float32Array, counts: (row: number) => boolean) =>
  computeLikeness(of, query, counts).familiarity;
const nearest = (of: typeof bank, query: Float32Array) =>
  computeLikeness(of, query, all).neighbours;

describe("a bank of labelled examples", () => {
  it("names the nearest ones first, with their cosines", () => {
    const found = nearest(bank, at(6)).slice(0, 2);
    expect(found.map((n) => n.text)).toEqual(["5", "10"]);
    expect(found[0]!.similarity).toBeCloseTo(Math.cos(Math.PI / 180), 2);
  });

  it("is more familiar with what lies between its examples than with what does not", () => {
    expect(familiarity(bank, at(5), all)).toBeGreaterThan(familiarity(bank, at(50), all));
  });

  it("leaves out rows that do not count", () => {
    const only = (row: number) => bank.labels[row] === "a";
    expect(familiarity(bank, at(180), only)).toBeLessThan(-0.9);
  });

  it("knows nothing when it is empty, and is never NaN", () => {
    expect(familiarity(buildBank([], 2), at(0), all)).toBe(-1);
    expect(familiarity(bank, Float32Array.of(0, 0), all)).toBe(0);
    expect(nearest(buildBank([], 2), at(0))).toEqual([]);
  });

  it("fits its threshold without letting a row vouch for itself", () => {
    const apart = buildBank([rows[0]!, rows[3]!], 2);
    expect(leaveOneOutThreshold(apart, 0, all)).toBeCloseTo(0, 1);
    expect(leaveOneOutThreshold(buildBank([], 2), 0.05, all)).toBe(-1);
  });

  it("asks less the more rows it may refuse to lose", () => {
    expect(leaveOneOutThreshold(bank, 0, all)).toBeLessThan(leaveOneOutThreshold(bank, 0.5, all));
  });
});
