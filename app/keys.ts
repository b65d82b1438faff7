/** The signing keys a process works with. */
import type { Keys } from "../consumers/coordinator/attachments.ts";
import { parseRing, ringJson, ringOf, signingKeyOf } from "../guard/tokens/keys.ts";
import { keySeed, readKeyFile, writeKeyFile } from "../infra/keys.ts";
import type { Json } from "../schemas/canonical.ts";

/** The rings of a state folder, made on first use. */
export function loadKeys(
  stateDir: string,
  environment: Readonly<Record<string, string | undefined>>,
): Keys {
  const file = readKeyFile(stateDir, environment);
  if (file !== null) {
    return {
      coordinator: parseRing(file.coordinator as Json),
      guard: parseRing(file.guard as Json),
    };
  }
  const keys = freshKeys();
  writeKeyFile(stateDir, {
    coordinator: ringJson(keys.coordinator, { private: true }),
    guard: ringJson(keys.guard, { private: true }),
  });
  return keys;
}

/** New rings, kept nowhere. */
export function freshKeys(): Keys {
  const ring = () => ringOf(signingKeyOf(keySeed()));
  return { coordinator: ring(), guard: ring() };
}
