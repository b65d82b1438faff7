import { expect, it } from "vitest";
import { parseConfigText } from "../../agents/config-cache.ts";
import { smallConfig } from "../support/small-model.ts";

it("the same text is parsed once", () => {
  const text = JSON.stringify(smallConfig());
  const config = parseConfigText(text);
  expect(config).toEqual(smallConfig());
  expect(parseConfigText(text)).toBe(config);
  expect(parseConfigText(`${text} `)).not.toBe(config);
});

it("a text that is no configuration is refused each time, with the field", () => {
  for (let turn = 0; turn < 2; turn += 1) {
    expect(() => parseConfigText('{"model_id":""}')).toThrow(
      expect.objectContaining({ code: "config_invalid" }),
    );
  }
});
