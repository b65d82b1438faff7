/**
 * What a caller of the API may ask for: the operator's floors and ceilings.
 *
 * I1. A request outside is refused and told the bound; nothing is clamped behind a caller's back.
 * I2. What the caller leaves open comes from the settings of the session, which are the operator's own.
 */
import type { Settings } from "../settings.ts";
import type { StartRequest } from "../../api/sessions/requests.ts";
import { MmmError } from "../../schemas/errors.ts";

type Bounds = Settings["api"]["bounds"];
type Limits = StartRequest["limits"];

/** Limits in which 0 means that there is none. */
const ZERO_IS_NONE: ReadonlySet<string> = new Set(["agent_timeout_s", "person_timeout_s"]);

/** Throws `config_invalid` (422) naming the first limit that is out of bounds. */
export function checkRequestBounds(limits: Limits, bounds: Bounds): void {
  const { person_default: defaults, ...ranges } = bounds;
  for (const [name, { min, max }] of Object.entries(ranges)) {
    const asked = limits[name as keyof typeof ranges];
    if (asked === undefined) continue;
    const value = asked === 0 && ZERO_IS_NONE.has(name) ? Number.POSITIVE_INFINITY : asked;
    if (value < min || value > (max ?? Number.POSITIVE_INFINITY)) {
      const end = max === null ? "and more" : `to ${max}`;
      throw createBoundsError(name, asked, `${min} ${end} is allowed here`);
    }
  }
  const { person_default: choice } = limits;
  if (choice !== undefined && !defaults.includes(choice)) {
    throw createBoundsError("person_default", choice, `${defaults.join(", ")} is allowed here`);
  }
}

function createBoundsError(name: string, asked: number | string, allowed: string): MmmError {
  return new MmmError(
    "config_invalid",
    `limits.${name}: ${asked} is asked for, ${allowed} (api.bounds of the server's settings)`,
    { data: { http: 422, limit: name } },
  );
}
