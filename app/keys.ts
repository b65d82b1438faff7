/** The signing keys a process works with. */
import type { Keys } from "../consumers/coordinator/attachments.ts";
import {
  parseKeyRing,
  serializeKeyRing,
  createKeyRing,
  deriveSigningKey,
} from "../guard/tokens/keys.ts";
import { generateKeySeed, readKeyFile, writeKeyFile } from "../infra/keys.ts";
import type { Json } from "../schemas/canonical.ts";

/** The rings of a state folder, made on first use. */
export function loadKeys(
  stateDir: string,
  environment: Readonly<Record<string, string | undefined>>,
): Keys {
  const file = readKeyFile(stateDir, environment);
  if (file !== null) {
    return {
      coordinator: parseKeyRing(file.coordinator as Json),
      guard: parseKeyRing(file.guard as Json),
    };
  }
  const keys = generateKeys();
  writeKeyFile(stateDir, {
    coordinator: serializeKeyRing(keys.coordinator, { private: true }),
    guard: serializeKeyRing(keys.guard, { private: true }),
  });
  return keys;
}

/** New rings, kept nowhere. */
export function generateKeys(): Keys {
  const ring = () => createKeyRing(deriveSigningKey(generateKeySeed()));
  return { coordinator: ring(), guard: ring() };
}
