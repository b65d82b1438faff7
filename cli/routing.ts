/** Who takes a task when no trained router is there. */
import type { Route, RouterTools } from "../consumers/router.ts";

/** Pinned tasks go where they are pinned, tuning goes to the Data Scientist. */
export const routeByRules: RouterTools["route"] = async (task) => {
  const route = (role: Route["role"], source: string): Route => ({
    role,
    source,
    confidence: null,
    scores: [],
    threshold: null,
    model_digest: null,
    alternatives: ["business_analyst"],
    reason: source,
  });
  return task.pinned === null ? route("data_scientist", "rules") : route(task.pinned, "pinned");
};
