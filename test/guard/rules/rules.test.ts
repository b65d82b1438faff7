import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pinConfig } from "../../../guard/rules/pinned.ts";
import { SPECIFICATION_SHIPPED } from "../../../guard/specification/specification.ts";
import { computeTunableBounds } from "../../../guard/specification/tunables.ts";
import { toCanonicalJson, computeSha256 } from "../../../schemas/canonical.ts";
import { BASE, changesText, codesOf, modelConfig, structureOf } from "../fixtures.ts";

describe("a tuning inside its range", () => {
  test("is cleared, with the whole resulting configuration and its digest", () => {
    const verdict = structureOf(changesText(["hyperparameters.tv.decay", 0.62]));
    expect(verdict.verdict).toBe("cleared");
    const { hyperparameters } = BASE.config;
    const wanted = toCanonicalJson({
      ...BASE.config,
      hyperparameters: { ...hyperparameters, tv: { ...hyperparameters["tv"], decay: 0.62 } },
    });
    expect(verdict.config).toBe(wanted);
    expect(verdict.configDigest).toBe(computeSha256(wanted));
    expect(verdict.methodologyDigest).toBe(BASE.methodologyDigest);
    expect(verdict.changes).toEqual([{ path: "hyperparameters.tv.decay", from: 0.55, to: 0.62 }]);
  });

  test("is the same verdict as a whole configuration with that number", () => {
    const short = structureOf(changesText(["hyperparameters.tv.decay", 0.62]));
    const whole = structureOf(`{"config":${short.config ?? ""}}`);
    expect(whole.config).toBe(short.config);
    expect(whole.changes).toEqual(short.changes);
  });

  test("of both ends is cleared, and one step beyond is not", () => {
    for (const [path, { min, max }] of computeTunableBounds(BASE.config, SPECIFICATION_SHIPPED)) {
      for (const end of [min, max]) {
        expect(codesOf(structureOf(changesText([path, end])))).not.toContain("value_out_of_range");
      }
      for (const beyond of [min - 1e-9, max + 1e-9]) {
        expect(codesOf(structureOf(changesText([path, beyond])))).not.toEqual([]);
      }
    }
  });
});

test("the baseline itself is cleared when it follows the specification", () => {
  const verdict = structureOf(`{"config":${BASE.text}}`);
  expect(verdict.verdict).toBe("cleared");
  expect(verdict.config).toBe(BASE.text);
});

test.each([
  ["one fold", { evaluation: { folds: 1 } }, "required_value"],
  ["no locked weeks", { evaluation: { locked_test_weeks: 0 } }, "required_value"],
  ["no lag", { adstock: { max_lag_weeks: 0 } }, "required_value"],
  ["no penalty", { training: { l2_penalty: 1e-8 } }, "value_out_of_range"],
])("a baseline with %s is vetoed", (_name, more, code) => {
  const base = pinConfig(modelConfig(more));
  expect(codesOf(structureOf(`{"config":${base.text}}`, { base }))).toContain(code);
});

describe("every member of the configuration that is not a tunable number", () => {
  const leaves: string[] = [];
  const walk = (value: unknown, path: string): void => {
    if (typeof value === "object" && value !== null && Object.keys(value).length > 0) {
      for (const [key, item] of Object.entries(value))
        walk(item, path === "" ? key : `${path}.${key}`);
    } else leaves.push(path);
  };
  walk(BASE.config, "");
  const bounds = computeTunableBounds(BASE.config, SPECIFICATION_SHIPPED);
  const fixed = leaves.filter((path) => !bounds.has(path));

  test.each(fixed)("%s cannot be set, changed or left out", (path) => {
    for (const value of [1, 0, "none", null, true, [], {}]) {
      const verdict = structureOf(changesText([path, value]));
      expect(codesOf(verdict)).toEqual(["path_protected"]);
    }
    const keys = path.split(".");
    const edited = (change: (holder: Record<string, unknown>, key: string) => void): string => {
      const copy = JSON.parse(BASE.text) as Record<string, unknown>;
      let holder = copy;
      for (const key of keys.slice(0, -1)) holder = holder[key] as Record<string, unknown>;
      change(holder, keys.at(-1) ?? "");
      return JSON.stringify({ config: copy });
    };
    const changed = edited((holder, key) => (holder[key] = "changed"));
    expect(structureOf(changed).layer).toBe("rules");
    const without = edited((holder, key) => {
      if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else delete holder[key];
    });
    expect(structureOf(without).layer).toBe("rules");
  });
});

test.each([
  ["a path of the specification in other letters", "adStock.type", "path_lookalike"],
  ["a Cyrillic letter", "\u0430dstock.type", "path_lookalike"],
  ["an unknown path", "hyperparameters.radio.decay", "path_unknown"],
  ["a pointer", "/adstock/type", "path_lookalike"],
  ["an inherited name", "hyperparameters.constructor.decay", "path_unknown"],
  ["no name", "", "path_malformed"],
])("%s is refused as such", (_name, path, code) => {
  expect(codesOf(structureOf(changesText([path, 0.5])))).toEqual([code]);
});

test.each([["0.5"], [[0.5]], [true], [null], [{ value: 0.5 }], [""]])(
  "the value %j is not taken for a number",
  (value) => {
    const verdict = structureOf(changesText(["hyperparameters.tv.decay", value]));
    expect(codesOf(verdict)).toEqual(["value_not_number"]);
  },
);

test("the same number set twice is refused", () => {
  const verdict = structureOf(
    changesText(["hyperparameters.tv.decay", 0.5], ["hyperparameters.tv.decay", 0.6]),
  );
  expect(codesOf(verdict)).toEqual(["path_repeated"]);
});

test("a number of steps has to be whole", () => {
  const verdict = structureOf(changesText(["training.refinement_steps", 1.5]));
  expect(codesOf(verdict)).toEqual(["value_not_integer"]);
});

test("a daily model has daily ranges", () => {
  const base = pinConfig(
    modelConfig({
      data: { path: "d.csv", date: "day", target: "revenue", frequency: "daily" },
      hyperparameters: {},
    }),
  );
  const decay = (to: number): string[] =>
    codesOf(structureOf(changesText(["hyperparameters.tv.decay", to]), { base }));
  expect(decay(0.93)).toEqual([]);
  expect(decay(0.6)).toEqual(["value_out_of_range"]);
});

describe("a session's constraint", () => {
  const constraints = [
    { path: "hyperparameters.tv.decay", min: 0.4, max: 0.6, reason: "half-life" },
  ];

  test("narrows the range of what is changed", () => {
    const inside = structureOf(changesText(["hyperparameters.tv.decay", 0.6]), { constraints });
    expect(inside.verdict).toBe("cleared");
    const beyond = structureOf(changesText(["hyperparameters.tv.decay", 0.61]), { constraints });
    expect(codesOf(beyond)).toEqual(["constraint_violated"]);
  });

  test("never widens the specification's", () => {
    const wide = [{ path: "hyperparameters.tv.decay", min: 0, max: 5, reason: "wide" }];
    const verdict = structureOf(changesText(["hyperparameters.tv.decay", 0.95]), {
      constraints: wide,
    });
    expect(codesOf(verdict)).toEqual(["value_out_of_range"]);
  });
});

test("an accepted configuration with another methodology than the baseline clears nothing", () => {
  const base = pinConfig(modelConfig({ evaluation: { folds: 3 } }));
  const verdict = structureOf(changesText(["hyperparameters.tv.decay", 0.6]), {
    base,
    baseline: BASE,
  });
  expect(codesOf(verdict)).toEqual(["baseline_swapped"]);
});

test("key order, number spelling, escapes and white space change no verdict", () => {
  const paths = ["hyperparameters.tv.decay", "adstock.type", "training.l2_penalty"];
  const value = fc.oneof(fc.double({ min: 0, max: 2, noNaN: true }), fc.constant("none"));
  fc.assert(
    fc.property(fc.constantFrom(...paths), value, (path, to) => {
      const plain = structureOf(changesText([path, to]));
      const number =
        typeof to === "number" ? Math.abs(to).toExponential(20).slice(0, 60) : '"none"';
      const spelled = typeof to === "number" && Number(number) !== to ? String(to + 0) : number;
      const escaped = Array.from(path, (letter) => (letter === "e" ? "\\u0065" : letter)).join("");
      const other = structureOf(
        `\n{ "changes" :\t[ { "to" : ${spelled.replace("+", "")} , "p\\u0061th":"${escaped}" } ] } `,
      );
      expect(other.verdict).toBe(plain.verdict);
      expect(codesOf(other)).toEqual(codesOf(plain));
      expect(other.config).toBe(plain.config);
      expect(other.contentDigest).toBe(plain.contentDigest);
    }),
  );
});
