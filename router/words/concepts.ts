/**
 * The table of English concepts with its two readers: rules.ts adds up the points, features.ts
 * hands the matches to the trained head beside the embedding.
 */
import type { Concept } from "./concept.ts";
import { ROLE_CONCEPTS } from "./role-concepts.ts";
import { SCOPE_CONCEPTS } from "./scope-concepts.ts";

export const CONCEPTS: readonly Concept[] = [...ROLE_CONCEPTS, ...SCOPE_CONCEPTS];
