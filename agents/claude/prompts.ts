/**
 * Prompts: one file per role in `prompts/`, with the system prompt, one task template per kind of
 * question, and examples.
 *
 * I1. The system part never changes between questions of a role, so that the provider can cache it.
 * I2. Whatever fills a template is data: JSON on one line between marks that hold a digest of all
 *     the data. A text cannot contain its own digest, so it cannot close its mark; "<" is spelled
 *     as an escape besides.
 * I3. Template and inputs name the same places; a missing or a spare one is an error.
 * I4. Equal inputs render equally: nothing here asks a clock or chance.
 */
import { readFileSync } from "node:fs";
import { toCanonicalJson, computeSha256 } from "../../schemas/canonical.ts";
import { MmmError } from "../../schemas/errors.ts";
import type { JsonSchema } from "../../session/language-model.ts";
import { escapeText } from "../../session/quote.ts";
import { THINKERS, type Thinker } from "./settings.ts";

export interface Prompt {
  readonly role: Thinker;
  readonly version: number;
  readonly system: string;
  readonly tasks: Readonly<Record<string, string>>;
}

export type Prompts = Readonly<Record<Thinker, Prompt>>;

export interface Rendered {
  readonly system: string;
  readonly task: string;
  /** Of system, template and answer schema: what the answer depends on besides the data. */
  readonly digest: string;
}

/** Longest text that a template takes in one place. */
const TEXT_CHARS = 4000;
/** Significant digits of figures shown to a model. */
const DIGITS = 5;

/** The prompts that come with the product. */
export function loadPrompts(): Prompts {
  const entries = THINKERS.map((role) => {
    const name = role.replaceAll("_", "-");
    const text = readFileSync(new URL(`prompts/${name}.md`, import.meta.url), "utf8");
    return [role, parsePrompt(role, text)] as const;
  });
  return Object.fromEntries(entries) as Prompts;
}

/** Reads a prompt file. Throws `settings_invalid` naming what is missing. */
export function parsePrompt(role: Thinker, text: string): Prompt {
  const head = /^---\nrole: ([a-z_]+)\nversion: (\d+)\n---\n/.exec(text);
  if (head === null || head[1] !== role) {
    throw new MmmError("settings_invalid", `prompt of ${role}: the head names no role and version`);
  }
  const sections = new Map<string, string>();
  for (const part of text.slice(head[0].length).split(/^# /m).slice(1)) {
    const [title = "", ...rest] = part.split("\n");
    sections.set(title.trim(), rest.join("\n").trim());
  }
  const system = [sections.get("System"), sections.get("Examples")];
  if (system.some((one) => one === undefined || one === "")) {
    throw new MmmError("settings_invalid", `prompt of ${role}: System or Examples is missing`);
  }
  const tasks = [...sections].filter(([title]) => title.startsWith("Task "));
  return {
    role,
    version: Number(head[2]),
    system: system.join("\n\nExamples:\n\n"),
    tasks: Object.fromEntries(tasks.map(([title, body]) => [title.slice("Task ".length), body])),
  };
}

/** Fills a task template. */
export function render(
  prompt: Prompt,
  task: string,
  inputs: Readonly<Record<string, unknown>>,
  answer: JsonSchema,
): Rendered {
  const template = prompt.tasks[task];
  if (template === undefined) {
    throw new MmmError("settings_invalid", `prompt of ${prompt.role}: no task named ${task}`);
  }
  const texts = new Map(
    Object.entries(inputs).map(([name, value]) => [name, formatPromptData(value)]),
  );
  const nonce = computeSha256(toCanonicalJson([...texts])).slice(0, 24);
  const used = new Set<string>();
  const filled = template.replace(/\{\{([a-z_]+)\}\}/g, (_all, name: string) => {
    const text = texts.get(name);
    if (text === undefined) {
      throw new MmmError("settings_invalid", `prompt of ${prompt.role}: no input "${name}"`);
    }
    used.add(name);
    return `<data-${nonce} name="${name}">${text}</data-${nonce}>`;
  });
  const spare = [...texts.keys()].find((name) => !used.has(name));
  if (spare !== undefined) {
    throw new MmmError("settings_invalid", `prompt of ${prompt.role}: "${spare}" has no place`);
  }
  const digest = computeSha256(toCanonicalJson([prompt.system, template, answer]));
  return { system: prompt.system, task: filled, digest };
}

/** A value as JSON on one line, without "<", with short numbers and capped, visible text. */
export function formatPromptData(value: unknown): string {
  const json = JSON.stringify(value, (_key, one: unknown) => {
    if (typeof one === "string") return escapeText(one, TEXT_CHARS);
    if (typeof one === "number") return Number.isFinite(one) ? roundForPrompt(one) : null;
    return one;
  });
  return (json ?? "null").replaceAll("<", "\\u003c");
}

function roundForPrompt(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(DIGITS));
}
