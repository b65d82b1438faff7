/** The names of the runtimes of embeddings, apart from the runtimes: settings name them, and load none. */
export const RUNTIME_NAMES = ["native", "wasm"] as const;
export type RuntimeName = (typeof RUNTIME_NAMES)[number];
