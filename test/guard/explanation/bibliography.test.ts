import { describe, expect, it } from "vitest";
import { BIBLIOGRAPHY, findWork, listWorksFor } from "../../../guard/explanation/bibliography.ts";
import { FIELDS, SPECIFICATION_SHIPPED } from "../../../guard/specification/specification.ts";

describe("the bibliography", () => {
  it("has a work for every field, and every work the specification cites", () => {
    for (const field of FIELDS) expect(listWorksFor(field).length, field).toBeGreaterThan(0);
    const cited = Object.values(SPECIFICATION_SHIPPED.fields).flatMap(({ citations }) => citations);
    expect(cited.filter((key) => findWork(key) === null)).toEqual([]);
  });

  it("knows no work by a name that only every object has", () => {
    for (const key of ["constructor", "toString", "", "koyck"]) expect(findWork(key)).toBeNull();
    expect(findWork("koyck_1954")?.short).toBe("Koyck (1954)");
  });

  it("tells author and year alike in the key, the text and the reference", () => {
    for (const [key, work] of Object.entries(BIBLIOGRAPHY)) {
      const year = /\d{4}$/.exec(key)?.[0];
      expect(work.short, key).toContain(`(${year})`);
      expect(work.reference, key).toContain(`(${year})`);
    }
  });
});
