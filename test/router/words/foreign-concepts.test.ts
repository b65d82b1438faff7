import { expect, it } from "vitest";
import { FOREIGN_CONCEPTS } from "../../../router/words/foreign-concepts.ts";

const found = (text: string) =>
  FOREIGN_CONCEPTS.filter(({ pattern }) => pattern.test(text)).map(({ id }) => id);

it.each([
  ["Halbiere bitte die Lernrate.", ["de_tune", "de_parameter"]],
  ["Warum geometrisch statt Weibull?", ["de_method"]],
  ["Augmentez la pénalité.", ["fr_tune", "fr_parameter"]],
  ["Faut-il mettre ce modèle en production ?", ["fr_deploy"]],
  ["¿Es creíble frente al sector?", ["es_plausible"]],
  ["Ajusta la tasa de aprendizaje", ["es_tune", "es_parameter"]],
  ["Der Drucker streikt", ["de_office"]],
])("%s", (text, ids) => {
  expect(found(text)).toEqual(expect.arrayContaining(ids));
});

it("has the same parts in each language", () => {
  const parts = (language: string) =>
    FOREIGN_CONCEPTS.filter(({ id }) => id.startsWith(`${language}_`)).map(({ id, points }) => [
      id.slice(3),
      points,
    ]);
  expect(parts("fr")).toEqual(parts("de"));
  expect(parts("es")).toEqual(parts("de"));
});
