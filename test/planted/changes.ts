/** All planted changes, one for each source that has a test at the same path. */
import type { PlantedChange } from "./change.ts";
import { AGENTS_CHANGES } from "./changes/agents.ts";
import { API_CHANGES } from "./changes/api.ts";
import { APP_CHANGES } from "./changes/app.ts";
import { CLI_CHANGES } from "./changes/cli.ts";
import { CONSUMERS_CHANGES } from "./changes/consumers.ts";
import { DASHBOARD_CHANGES } from "./changes/dashboard.ts";
import { GUARD_CHANGES } from "./changes/guard.ts";
import { INFRA_CHANGES } from "./changes/infra.ts";
import { MODEL_CHANGES } from "./changes/model.ts";
import { MODEL_FIT_CHANGES } from "./changes/model-fit.ts";
import { MODEL_POSTERIOR_CHANGES } from "./changes/model-posterior.ts";
import { MODEL_RESULTS_CHANGES } from "./changes/model-results.ts";
import { MODEL_SEARCH_CHANGES } from "./changes/model-search.ts";
import { PRODUCERS_CHANGES } from "./changes/producers.ts";
import { ROUTER_CHANGES } from "./changes/router.ts";
import { SCHEMAS_CHANGES } from "./changes/schemas.ts";
import { SESSION_CHANGES } from "./changes/session.ts";
import { TABLES_ROLES_CHANGES } from "./changes/tables-roles.ts";
import { TABLES_CHANGES } from "./changes/tables.ts";

export const PLANTED_CHANGES: readonly PlantedChange[] = [
  ...AGENTS_CHANGES,
  ...API_CHANGES,
  ...APP_CHANGES,
  ...CLI_CHANGES,
  ...CONSUMERS_CHANGES,
  ...DASHBOARD_CHANGES,
  ...GUARD_CHANGES,
  ...INFRA_CHANGES,
  ...MODEL_CHANGES,
  ...MODEL_FIT_CHANGES,
  ...MODEL_POSTERIOR_CHANGES,
  ...MODEL_RESULTS_CHANGES,
  ...MODEL_SEARCH_CHANGES,
  ...PRODUCERS_CHANGES,
  ...ROUTER_CHANGES,
  ...SCHEMAS_CHANGES,
  ...SESSION_CHANGES,
  ...TABLES_ROLES_CHANGES,
  ...TABLES_CHANGES,
];
