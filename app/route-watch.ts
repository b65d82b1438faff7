/**
 * A router that is watched: a new checkpoint in its shadow, and an alarm when it grows unsure.
 *
 * I1. The running checkpoint alone decides; a shadow that fails or is slow changes nothing.
 * I2. Only people's texts count: the session's own task texts are always the same.
 */
import type { RouterTools } from "../consumers/router.ts";
import { chooseRole, type RouteTools } from "../router/route.ts";
import type { RouterModel } from "../router/classifier/router-model.ts";
import {
  DRIFT_WINDOW,
  detectRouterDrift,
  NO_SHADOW,
  observeShadow,
  computeShadowAgreement,
  type DriftObservation,
  type DriftReference,
  type Said,
} from "../router/shadow.ts";

export interface RouteObserver {
  /** One choice: pinned, model, rules or person. */
  routed(source: string, confidence: number | null): void;
  /** Share of texts on which the shadow checkpoint says the same. */
  shadow(agreement: number): void;
  drifted(alarms: readonly string[]): void;
}

export const UNWATCHED: RouteObserver = { routed: () => {}, shadow: () => {}, drifted: () => {} };

export interface Watched {
  readonly tools: RouteTools;
  readonly shadow: RouterModel | null;
  /** Held-out figures of the running checkpoint; null without one. */
  readonly reference: DriftReference | null;
  readonly observer: RouteObserver;
}

/** The route function of a process. */
export function createWatchedRoute(watched: Watched): RouterTools["route"] {
  const { tools, observer } = watched;
  let tally = NO_SHADOW;
  let window: DriftObservation[] = [];

  async function compareWithShadow(text: string): Promise<void> {
    if (watched.shadow === null || tools.model === null) return;
    const said = await Promise.all([
      readModelLabel(tools.model, text),
      readModelLabel(watched.shadow, text),
    ]);
    tally = observeShadow(tally, said[0], said[1]);
    observer.shadow(computeShadowAgreement(tally) ?? 1);
  }

  function checkDrift(source: string, confidence: number | null): void {
    if (watched.reference === null) return;
    const accepted = source === "model";
    window.push({ confidence: confidence ?? 0, accepted, borneOut: null });
    if (window.length < DRIFT_WINDOW) return;
    const alarms = detectRouterDrift(watched.reference, window);
    window = alarms.length > 0 ? [] : window.slice(-DRIFT_WINDOW + 1);
    if (alarms.length > 0) observer.drifted(alarms);
  }

  return async (task) => {
    const route = await chooseRole(task, tools);
    observer.routed(route.source, route.confidence);
    if (task.kind === "free_text" && route.source !== "pinned") {
      checkDrift(route.source, route.confidence);
      compareWithShadow(task.text).catch(() => {});
    }
    return route;
  };
}

async function readModelLabel(model: RouterModel, text: string): Promise<Said> {
  const { classification } = await model.judge(text);
  return classification === null || classification.rejected !== null ? null : classification.label;
}
