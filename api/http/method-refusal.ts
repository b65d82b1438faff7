/** Refusals of what no route takes: an unknown path, or another method than a path takes. */
import { MmmError } from "../../schemas/errors.ts";
import type { Route } from "./route.ts";

export interface Refusal {
  readonly error: MmmError;
  /** Methods that the path takes, in order of name; empty for an unknown path. */
  readonly allow: string;
}

/** Says why a request found no route. */
export function createRefusalFinder(
  routes: readonly Pick<Route, "method" | "path">[],
): (method: string, url: string) => Refusal {
  const rows = routes.map(({ method, path }) => ({ method, fits: createPathPattern(path) }));
  return (method, url) => {
    const path = url.split("?", 1)[0] ?? "";
    const methods = rows.filter(({ fits }) => fits.test(path)).map((row) => row.method);
    const allow = [...new Set(methods)].toSorted().join(", ");
    const text = `there is no ${method} ${path.slice(0, 200)}`;
    if (allow === "") return { allow, error: new MmmError("not_found", text) };
    const error = new MmmError("usage", `${text}, only ${allow}`, { data: { http: 405 } });
    return { allow, error };
  };
}

function createPathPattern(path: string): RegExp {
  const parts = path.split(/\{\w+\}/).map((text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join("[^/]+")}/?$`);
}
