/**
 * Configurations as text, parsed once: agents, trainer and analyst are handed the same few texts.
 *
 * I1. A hit needs the very same text. What is handed out is shared: nobody changes it.
 */
import { parseModelConfig, type ModelConfig } from "../model/config.ts";
import { callModel } from "./data-source.ts";

const KEPT_MAX = 512;
const kept = new Map<string, ModelConfig>();

/** The configuration of a text. Throws `config_invalid`, or SyntaxError for what is not JSON. */
export function parseConfigText(text: string): ModelConfig {
  const known = kept.get(text);
  if (known !== undefined) return known;
  const config = callModel(() => parseModelConfig(JSON.parse(text)));
  kept.set(text, config);
  if (kept.size > KEPT_MAX) kept.delete(kept.keys().next().value as string);
  return config;
}
