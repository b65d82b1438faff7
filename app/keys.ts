/** The signing keys a process works with. */
import type { Keys } from "../consumers/coordinator/attachments.ts";
import {
  parseKeyRing,
  serializeKeyRing,
  createKeyRing,
  deriveSigningKey,
  withoutSigningKey,
} from "../guard/tokens/keys.ts";
import { readJsonFile } from "../infra/files.ts";
import { generateKeySeed, readKeyFile, writeKeyFile } from "../infra/keys.ts";
import type { Json } from "../schemas/canonical.ts";
import { MmmError } from "../schemas/errors.ts";

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

/**
 * Rings to verify with: a file of `guard keys export --public`, else those of the state folder or of
 * MMM_KEYS. Nothing is made: who verifies brings the keys. Throws `not_found` where there are none.
 */
export function loadVerificationKeys(
  from: { readonly file?: string; readonly stateDir: string },
  environment: Readonly<Record<string, string | undefined>>,
): Keys {
  const found =
    from.file === undefined
      ? readKeyFile(from.stateDir, environment)
      : readPublicKeyFile(from.file);
  if (found === null) {
    throw new MmmError("not_found", `${from.stateDir}: holds no keys; name --keys or --state-dir`);
  }
  return {
    coordinator: withoutSigningKey(parseKeyRing(found.coordinator as Json)),
    guard: withoutSigningKey(parseKeyRing(found.guard as Json)),
  };
}

/** The public halves of both rings, for whoever verifies. */
export function formatPublicKeys({ coordinator, guard }: Keys): string {
  const rings = { coordinator: serializeKeyRing(coordinator), guard: serializeKeyRing(guard) };
  return JSON.stringify(rings, null, 2);
}

function readPublicKeyFile(path: string): { coordinator: unknown; guard: unknown } {
  const value = readJsonFile(path) as Record<string, unknown> | null;
  return { coordinator: value?.["coordinator"], guard: value?.["guard"] };
}

/** New rings, kept nowhere. */
export function generateKeys(): Keys {
  const ring = () => createKeyRing(deriveSigningKey(generateKeySeed()));
  return { coordinator: ring(), guard: ring() };
}
