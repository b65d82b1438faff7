/**
 * Configurations as text, parsed once: agents, trainer and analyst are handed the same few texts.
 *
 * I1. A hit needs the very same text. What is handed out is shared: nobody changes it.
 */
import { parseModelConfig, type ModelConfig } from "../model/config.ts";
import { callModel } from "./data-source.ts";

const CACHED_MAX = 512;
const cache = new Map<string, ModelConfig>();

/** The configuration of a text. Throws `config_invalid`, or SyntaxError for what is not JSON. */
export function parseConfigText(text: string): ModelConfig {
  const cached = cache.get(text);
  if (cached !== undefined) return cached;
  const config = callModel(() => parseModelConfig(JSON.parse(text)));
  cache.set(text, config);
  if (cache.size > CACHED_MAX) cache.delete(cache.keys().next().value as string);
  return config;
}
