import { expect, it } from "vitest";
import { z } from "zod";
import { createOpenApi } from "../../../api/http/openapi.ts";
import { route } from "../../../api/http/route.ts";

const facts = {
  method: "GET",
  summary: "s",
  handle: () => Promise.resolve({ status: 204 }),
} as const;
const routes = [
  route({
    ...facts,
    path: "/a/{id}",
    name: "get_a",
    scope: "read",
    params: z.strictObject({ id: z.string() }),
    query: z.strictObject({ limit: z.coerce.number().optional() }),
  }),
  route({ ...facts, path: "/a/{id}", method: "DELETE", name: "delete_a", scope: "open" }),
  route({ ...facts, path: "/hidden", name: "hidden", scope: "open", hidden: true }),
];
const { paths, openapi } = createOpenApi(routes, { version: "1.2.3", url: "http://h" }) as {
  openapi: string;
  paths: Record<string, Record<string, Record<string, unknown>>>;
};

it("every route that is not hidden is in the document, those of one path together", () => {
  expect(openapi).toBe("3.1.0");
  expect(Object.keys(paths)).toEqual(["/a/{id}"]);
  expect(Object.keys(paths["/a/{id}"] ?? {})).toEqual(["get", "delete"]);
});

it("says which parameters are required and who may call", () => {
  const { get, delete: remove } = paths["/a/{id}"] ?? {};
  expect(get?.["parameters"]).toMatchObject([
    { name: "id", in: "path", required: true },
    { name: "limit", in: "query", required: false },
  ]);
  expect(get?.["security"]).toEqual([{ bearer: ["read"] }, { apiKey: [] }]);
  expect(remove?.["security"]).toEqual([]);
});
