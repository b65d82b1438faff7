import { expect, it } from "vitest";
import { computePinnedSignature, prepare } from "../../../guard/rules/prepared.ts";
import { pinConfig } from "../../../guard/rules/pinned.ts";
import { computeSignature } from "../../../guard/signature/signature.ts";
import { SPECIFICATION_SHIPPED } from "../../../guard/specification/specification.ts";
import { computeTunableBounds, readTunableValues } from "../../../guard/specification/tunables.ts";
import { BASE, modelConfig } from "../fixtures.ts";

it("bounds and numbers are worked out once for a configuration and a specification", () => {
  const first = prepare(BASE, SPECIFICATION_SHIPPED);
  expect(first).toEqual({
    bounds: computeTunableBounds(BASE.config, SPECIFICATION_SHIPPED),
    values: readTunableValues(BASE.config),
    required: [],
  });
  expect(prepare(BASE, SPECIFICATION_SHIPPED)).toBe(first);
  const strict = { ...SPECIFICATION_SHIPPED, tunable: [] };
  expect(prepare(BASE, strict).bounds.size).toBe(0);
  const other = pinConfig(modelConfig({ model_id: "other" }));
  expect(prepare(other, SPECIFICATION_SHIPPED)).not.toBe(first);
});

it("a signature over observed spend never stands in for the one without, nor the other way", () => {
  const observed = { tv: { p50: 0.01, p95: 0.05 } };
  const plain = computePinnedSignature(BASE, null);
  expect(computePinnedSignature(BASE, observed)).toEqual(computeSignature(BASE.config, observed));
  expect(computePinnedSignature(BASE, observed)).not.toEqual(plain);
  expect(computePinnedSignature(BASE, null)).toBe(plain);
});
