/** `mmm guard keys`: the signing keys of coordinator and guard, and how they change. */
import type { Command } from "commander";
import type { Keys } from "../../../consumers/coordinator/attachments.ts";
import {
  removeKey,
  serializeKeyRing,
  replaceSigningKey,
  deriveSigningKey,
  type KeyRing,
} from "../../../guard/tokens/keys.ts";
import { generateKeySeed, writeKeyFile, type RingName } from "../../../infra/keys.ts";
import { MmmError } from "../../../schemas/errors.ts";
import { readState } from "../../../session/stages.ts";
import { formatPublicKeys, loadKeys } from "../../../app/keys.ts";
import { withApp } from "../../open.ts";
import { createChoiceParser } from "../../options.ts";
import { withCommonOptions, type CommonOptions, type Shell } from "../../shell.ts";
import { formatTable } from "../../output/table.ts";

interface KeyOptions extends CommonOptions {
  readonly ring: RingName;
  readonly force?: boolean;
}

const EXAMPLES = `
Examples:
  mmm guard keys list
  mmm guard keys rotate                     a new key signs, the old one still verifies
  mmm guard keys retire 3xK…                what it signed is refused from now on
  mmm guard keys export --public > keys.public.json    for auditors: verifies, cannot sign
  MMM_KEYS=$(mmm guard keys export) mmm worker --roles guard --log kafka

A running worker keeps the keys it started with. Rotate, start those that verify (coordinator, trainer)
anew, then the guard; retire the old key when the sessions from before are over.`;

const ringName = createChoiceParser("guard", "coordinator");

export function addKeysCommand(guard: Command, shell: Shell): void {
  const keys = guard
    .command("keys")
    .description("signing keys: list, export, rotate, retire")
    .addHelpText("after", EXAMPLES);
  withCommonOptions(keys.command("list"))
    .description("public keys by ring")
    .addHelpText("after", EXAMPLES)
    .action((options: CommonOptions) =>
      showKeys(shell, options, loadKeys(options.stateDir, shell.environment)),
    );
  withCommonOptions(keys.command("export"))
    .description("both rings with their private halves, for MMM_KEYS of other machines (secret)")
    .option("--public", "the public halves alone, for audit verify --keys (no secret)")
    .addHelpText("after", EXAMPLES)
    .action((options: CommonOptions & { readonly public?: boolean }) => {
      const keys = loadKeys(options.stateDir, shell.environment);
      if (options.public === true) return shell.out(formatPublicKeys(keys));
      const { coordinator, guard: own } = keys;
      const file = {
        coordinator: serializeKeyRing(coordinator, { private: true }),
        guard: serializeKeyRing(own, { private: true }),
      };
      shell.out(Buffer.from(JSON.stringify(file)).toString("base64url"));
    });
  withCommonOptions(keys.command("rotate"))
    .description("sign with a new key; what the old one signed stays valid")
    .option("--ring <name>", "guard | coordinator", ringName, "guard")
    .addHelpText("after", EXAMPLES)
    .action((options: KeyOptions) =>
      updateKeyRing(shell, options, (ring) =>
        replaceSigningKey(ring, deriveSigningKey(generateKeySeed())),
      ),
    );
  withCommonOptions(keys.command("retire"))
    .description("refuse from now on what this key signed")
    .argument("<kid>", "key id")
    .option("--ring <name>", "guard | coordinator", ringName, "guard")
    .option("--force", "also while open sessions rest on it; they will fail")
    .addHelpText("after", EXAMPLES)
    .action(async (kid: string, options: KeyOptions) => {
      if (options.ring === "guard" && options.force !== true) {
        await refuseWhileInUse(shell, options, kid);
      }
      updateKeyRing(shell, options, (ring) => removeKey(ring, kid));
    });
}

/** What an open session rests on is looked at again at its end: its key has to be there then. */
async function refuseWhileInUse(shell: Shell, options: KeyOptions, kid: string): Promise<void> {
  const open = await findSessionsSignedBy(shell, options, kid);
  if (open.length === 0) return;
  throw new MmmError(
    "conflict",
    `${open.length} open ${open.length === 1 ? "session rests" : "sessions rest"} on what ${kid} signed, such as ${open[0]}; retire it when they are over, or give --force`,
  );
}

async function findSessionsSignedBy(
  shell: Shell,
  options: KeyOptions,
  kid: string,
): Promise<string[]> {
  try {
    return await withApp(shell, options, async ({ snapshots }) => {
      const found: string[] = [];
      for (const status of ["running", "waiting"]) {
        for (const { session } of await snapshots.list({ status })) {
          const snapshot = await snapshots.load(session);
          if (snapshot !== null && collectSigners(snapshot.state).has(kid)) found.push(session);
        }
      }
      return found;
    });
  } catch (error) {
    // A folder that holds keys alone has no sessions.
    if (error instanceof MmmError && error.code === "not_found") return [];
    throw error;
  }
}

/** Ids of the keys that signed the clearances of a session's state. */
function collectSigners(text: string): ReadonlySet<string> {
  const { baseline, accepted, work_item } = readState(text);
  const cleared = [baseline, accepted, work_item?.candidate ?? null];
  return new Set(
    cleared.flatMap((candidate) => {
      if (candidate === null) return [];
      const [header = ""] = candidate.clearance.split(".");
      const { kid } = JSON.parse(Buffer.from(header, "base64url").toString()) as { kid: string };
      return [kid];
    }),
  );
}

function updateKeyRing(
  shell: Shell,
  options: KeyOptions,
  change: (ring: KeyRing) => KeyRing,
): void {
  if ((shell.environment["MMM_KEYS"] ?? "") !== "") {
    throw new MmmError("conflict", "the keys come from MMM_KEYS; change them where that is set");
  }
  const before = loadKeys(options.stateDir, shell.environment);
  const after = { ...before, [options.ring]: change(before[options.ring]) };
  writeKeyFile(options.stateDir, {
    coordinator: serializeKeyRing(after.coordinator, { private: true }),
    guard: serializeKeyRing(after.guard, { private: true }),
  });
  showKeys(shell, options, after);
}

function showKeys(shell: Shell, options: CommonOptions, keys: Keys): void {
  const rows = (["coordinator", "guard"] as const).flatMap((name) =>
    [...keys[name].verification.keys()].map((kid) => ({
      ring: name,
      kid,
      signs: keys[name].signing?.kid === kid,
    })),
  );
  if (options.json === true) shell.out(JSON.stringify(rows));
  else
    shell.out(
      formatTable(
        ["ring", "key", "use"],
        rows.map((row) => [row.ring, row.kid, row.signs ? "signs" : "verifies"]),
      ),
    );
}
