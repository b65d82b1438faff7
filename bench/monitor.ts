/**
 * How often monitoring warns of a process that did not change, and how often it finds one that did.
 *
 *   npm run bench:monitor -- [--series 300] [--weeks 156] [--evaluations 400] [--noise 0.03]
 *
 * Each series is simulated anew (every third a panel of four geos with a common shock), tuned by search on
 * the weeks before deployment, and checked once, eight weeks later, as `mmm monitor` does but for the shift of
 * returns. Drifts multiply the sales of the new weeks.
 */
import { parseArgs } from "node:util";
import { monitorDeployed } from "../agents/monitor-deployment.ts";
import { type DeployedModel } from "../agents/deployed-model.ts";
import { createMonitoringPlan } from "../agents/builtin/monitoring-plan.ts";
import { parseBusinessContextText } from "../agents/business-context.ts";
import { BUSINESS_SETTINGS } from "../agents/business-settings.ts";
import { parseModelConfig, type ModelConfig } from "../model/config.ts";
import { parseDataset } from "../model/data/dataset.ts";
import { assessForecast } from "../model/forecast.ts";
import { Random, deriveSeed } from "../model/random.ts";
import { searchConfiguration } from "../model/search/search.ts";
import { createSimulationConfig, simulateData } from "../model/simulate/simulate.ts";
import { DEFAULT_SIMULATION } from "../model/simulate/simulation-spec.ts";

const NEW_WEEKS = 8;
const GEOS = 4;
const DRIFTS = [1, 0.9, 0.8, 0.6] as const;
const AUTOCORRELATIONS = [0, 0.3, 0.6] as const;

interface World {
  readonly csv: readonly string[];
  readonly config: ModelConfig;
  readonly rowsPerWeek: number;
}

function createWorld(seed: number, { weeks, noise }: Options): World {
  const autocorrelation = AUTOCORRELATIONS[Math.floor(seed / 3) % AUTOCORRELATIONS.length] ?? 0;
  const spec = {
    ...DEFAULT_SIMULATION,
    periods: weeks + NEW_WEEKS,
    noise,
    noise_autocorrelation: autocorrelation,
  };
  const config = createSimulationConfig(spec, "simulated.csv") as { data: object };
  const panel = seed % 3 === 0;
  if (!panel) {
    const csv = simulateData(spec, deriveSeed(seed, 99)).csv.trimEnd().split("\n");
    return { csv, config: parseModelConfig(config), rowsPerWeek: 1 };
  }
  const random = new Random(deriveSeed(seed, 98));
  const shocks = Array.from({ length: spec.periods }, () => 1 + noise * random.normal());
  const parts = Array.from({ length: GEOS }, (_, geo) =>
    simulateData({ ...spec, base_level: spec.base_level * (1 + geo) }, deriveSeed(seed, geo))
      .csv.trimEnd()
      .split("\n"),
  );
  const rows = shocks.flatMap((shock, week) =>
    parts.map((lines, geo) => `${multiplySales(lines[week + 1] ?? "", shock)},g${geo}`),
  );
  const geo = { data: { ...config.data, geo: { column: "geo" } } };
  return {
    csv: [`${parts[0]?.[0] ?? ""},geo`, ...rows],
    config: parseModelConfig({ ...config, ...geo }),
    rowsPerWeek: GEOS,
  };
}

/** Sales stand in the second column. */
function multiplySales(line: string, factor: number): string {
  const cells = line.split(",");
  return cells.with(1, String(Number(cells[1]) * factor)).join(",");
}

function deploy(world: World, { weeks, evaluations, seed }: Options & { seed: number }) {
  const { config, csv, rowsPerWeek } = world;
  const known = csv.slice(0, 1 + weeks * rowsPerWeek);
  const dataset = parseDataset(known.join("\n"), config);
  const found = searchConfiguration(dataset, config, {
    seed,
    evaluations,
  });
  const forecast = assessForecast(dataset, found.config);
  const context = parseBusinessContextText('{"business_unit":"bench"}');
  const plan = createMonitoringPlan(forecast.validation.mean, context, BUSINESS_SETTINGS.parse({}));
  const deployed: DeployedModel = {
    session: `bench-${seed}`,
    decision: "approve",
    config: found.config,
    rules: [...plan.monitoring],
    deployedUntil: dataset.dates.at(-1) ?? null,
    published: null,
    dataDigest: null,
    recorded: { firstDate: null, coefficients: null },
  };
  return { deployed, known };
}

interface Options {
  readonly series: number;
  readonly weeks: number;
  readonly evaluations: number;
  /** Of a week and of the shock that geos share, as a share of the base. */
  readonly noise: number;
}

function check(options: Options): void {
  const counts = new Map<string, { ok: number; warn: number; rollback: number }>();
  const causes = new Map<string, number>();
  for (let seed = 1; seed <= options.series; seed += 1) {
    const world = createWorld(seed, options);
    const { deployed, known } = deploy(world, { ...options, seed });
    const fresh = world.csv.slice(known.length);
    for (const factor of DRIFTS) {
      const csv = [...known, ...fresh.map((line) => multiplySales(line, factor))].join("\n");
      const { status, findings } = monitorDeployed({ deployed, csv, returns: false });
      const kind = world.rowsPerWeek > 1 ? "panel" : "national";
      for (const key of [`all ${factor}`, `${kind} ${factor}`]) {
        const row = counts.get(key) ?? { ok: 0, warn: 0, rollback: 0 };
        row[status] += 1;
        counts.set(key, row);
      }
      for (const { name, level } of factor === 1 ? findings : []) {
        if (level !== "ok")
          causes.set(`${name} ${level}`, (causes.get(`${name} ${level}`) ?? 0) + 1);
      }
    }
  }
  for (const [key, { ok, warn, rollback }] of [...counts].toSorted(([a], [b]) =>
    a.localeCompare(b),
  )) {
    const share = (count: number) => `${((100 * count) / (ok + warn + rollback)).toFixed(1)} %`;
    console.log(`${key}: warned or worse ${share(warn + rollback)}, roll back ${share(rollback)}`);
  }
  console.log([...causes].map(([cause, count]) => `${cause} ${count}`).join(" · "));
}

const { values } = parseArgs({
  options: {
    series: { type: "string", default: "300" },
    weeks: { type: "string", default: "156" },
    evaluations: { type: "string", default: "400" },
    noise: { type: "string", default: "0.03" },
  },
});
check({
  series: Number(values.series),
  weeks: Number(values.weeks),
  evaluations: Number(values.evaluations),
  noise: Number(values.noise),
});
