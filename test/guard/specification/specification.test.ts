import { describe, expect, it } from "vitest";
import {
  findProtectedEntry,
  findTunableEntry,
  parseSpecification,
  SPECIFICATION_SHIPPED,
} from "../../../guard/specification/specification.ts";

const { digest: _own, ...content } = SPECIFICATION_SHIPPED;
const text = (more: object) => JSON.stringify({ ...content, ...more });

describe("a specification", () => {
  it("makes tunable what an entry names, level by level, and nothing else", () => {
    expect(findTunableEntry(SPECIFICATION_SHIPPED, "hyperparameters.tv.decay")?.unit).toBeDefined();
    for (const path of ["hyperparameters.tv", "hyperparameters.tv.decay.x", "adstock.type", ""]) {
      expect(findTunableEntry(SPECIFICATION_SHIPPED, path), path).toBeNull();
    }
  });

  it("protects a path by its most specific entry, whatever their order", () => {
    const entry = { field: "adstock", protects: "it" } as const;
    const spec = {
      ...SPECIFICATION_SHIPPED,
      protected: [
        { ...entry, path: "adstock" },
        { ...entry, path: "adstock.type" },
      ],
    };
    expect(findProtectedEntry(spec, "adstock.type")?.path).toBe("adstock.type");
    expect(findProtectedEntry(spec, "adstock.max_lag_weeks")?.path).toBe("adstock");
    expect(findProtectedEntry(spec, "adstocks")).toBeNull();
  });

  it("that contradicts itself is refused when it is read", () => {
    const range = { soft: [0, 1], hard: [0.2, 1] };
    const [first, ...rest] = content.tunable;
    expect(() => parseSpecification(text({ tunable: [{ ...first, range }, ...rest] }))).toThrow(
      /soft range leaves the hard range/,
    );
    expect(() => parseSpecification(text({ tunable: [first, first] }))).toThrow(/two entries/);
    expect(() => parseSpecification(text({ extra: 1 }))).toThrow(/Methodology specification/);
  });

  it("has the digest of its content", () => {
    expect(parseSpecification(text({})).digest).toBe(SPECIFICATION_SHIPPED.digest);
    expect(parseSpecification(text({ version: 99 })).digest).not.toBe(SPECIFICATION_SHIPPED.digest);
  });
});
