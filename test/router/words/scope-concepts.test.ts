import { expect, it } from "vitest";
import { SCOPE_CONCEPTS } from "../../../router/words/scope-concepts.ts";

const found = (text: string) =>
  SCOPE_CONCEPTS.filter(({ pattern }) => pattern.test(text)).map(({ id }) => id);

it.each([
  ["a jammed printer", ["office"]],
  ["write a slogan for the new jingle", ["campaign_work"]],
  ["our Kubernetes cluster", ["software"]],
  ["Hello, tell me a joke", ["chat"]],
  ["TV in the model", ["media_channel", "model_word"]],
  ["Why 13?", ["question", "number", "why"]],
])("%j is about %j", (text, ids) => {
  expect(found(text)).toEqual(ids);
});

it("words of the field alone speak neither for nor against anybody", () => {
  const silent = SCOPE_CONCEPTS.filter(({ points }) => Object.keys(points).length === 0);
  expect(silent.map(({ id }) => id)).toEqual(
    expect.arrayContaining(["media_channel", "model_word", "question"]),
  );
});
