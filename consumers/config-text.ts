/**
 * Configurations as text, parsed once: agents, trainer and analyst are handed the same few texts.
 *
 * I1. A hit needs the very same text. What is handed out is shared: nobody changes it.
 */
import { createBoundedCache, getOrMake } from "../schemas/bounded-cache.ts";
import { parseModelConfig, type ModelConfig } from "../model/config.ts";
import { modelCall } from "./data-source.ts";

const KEPT_MAX = 512;
const kept = createBoundedCache<string, ModelConfig>(KEPT_MAX);

/** The configuration of a text. Throws `config_invalid`, or SyntaxError for what is not JSON. */
export function configOfText(text: string): ModelConfig {
  return getOrMake(kept, text, () => modelCall(() => parseModelConfig(JSON.parse(text))));
}
