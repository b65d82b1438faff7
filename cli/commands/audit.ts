/**
 * `mmm audit verify`: checks an export offline.
 *
 * I1. A seal counts only for the records before it: number and head are those that were signed, so
 *     that a history which was written anew, its chain worked out again, does not pass.
 * I2. Without keys, or without a seal, a history can only be consistent in itself: anyone could have
 *     worked it out anew. That has its own word and exit code; it is never "intact".
 * I3. Verifying makes no keys and needs no secret.
 */
import type { Command } from "commander";
import type { Keys } from "../../consumers/coordinator/attachments.ts";
import { verifyClearance, verifySeal } from "../../guard/tokens/clearance.ts";
import { readTextFile } from "../../infra/files.ts";
import { describeError, MmmError } from "../../schemas/errors.ts";
import { parseExport, verifyExport, type AuditReport } from "../../session/audit.ts";
import { withCommonOptions, type CommonOptions, type Shell } from "../shell.ts";
import { loadVerificationKeys } from "../../app/keys.ts";

const EXAMPLES = `
Examples:
  mmm guard keys export --public > keys.public.json
  mmm audit verify audit.ndjson --keys keys.public.json
  mmm audit verify audit.ndjson --state-dir .mmm --json

The chain is checked with the file alone; seal and clearances with the public keys of --keys, or those
of --state-dir or MMM_KEYS. Exit code 0: intact, and signed. 12: changed, or not signed by these keys.
38: consistent in itself, but no keys were given or the session has no seal yet, so that anyone could
have written it.`;

export function addAuditCommand(program: Command, shell: Shell): void {
  const audit = program.command("audit").description("verify a history offline");
  withCommonOptions(audit.command("verify"))
    .description("chain, bodies, manifest and seal of an export")
    .argument("<file>", "NDJSON or JSON export")
    .option("--keys <file>", "public keys, as guard keys export --public writes them")
    .addHelpText("after", EXAMPLES)
    .action((file: string, options: AuditOptions, command: Command) => {
      const named = command.getOptionValueSource("stateDir") !== "default";
      verifyExportFile(shell, file, { ...options, named });
    });
}

interface AuditOptions extends CommonOptions {
  readonly keys?: string;
}

interface VerifyOptions extends AuditOptions {
  /** True when the caller said whose keys the seal has to be signed with. */
  readonly named: boolean;
}

type Standing = "intact" | "consistent" | "invalid";

function verifyExportFile(shell: Shell, file: string, options: VerifyOptions): void {
  const report = verifyExport(parseExportFile(readTextFile(file, "csv", "not_found")));
  const found = report.fault === null ? checkSignatures(shell, report, options) : NOT_CHECKED;
  const { seal, standing } = found;
  if (options.json === true) {
    const { events: _events, seal: _token, sealed: _sealed, ...said } = report;
    shell.out(JSON.stringify({ ...said, seal, standing, valid: standing === "intact" }));
  }
  if (report.fault !== null) {
    const { seq, reason } = report.fault;
    throw new MmmError("audit_broken", `${file}: broken at record ${seq}: ${reason}`);
  }
  if (standing === "invalid") throw new MmmError("audit_broken", `${file}: ${found.why}`);
  if (options.json !== true) {
    shell.out(
      `${file}: ${report.records} records of session ${report.session} are ${standing}\n` +
        `head ${report.head}\nhistory digest ${report.history_digest}\nseal ${seal}`,
    );
  }
  if (standing === "consistent") {
    throw new MmmError(
      "audit_unverified",
      `${file}: consistent in itself, which anyone can make it; ${found.why}`,
    );
  }
}

interface Signatures {
  readonly seal: string;
  readonly standing: Standing;
  /** What is missing or wrong; "" where nothing is. */
  readonly why: string;
}

const NOT_CHECKED: Signatures = { seal: "not checked", standing: "invalid", why: "" };

function parseExportFile(text: string): readonly unknown[] {
  if (!text.trimStart().startsWith("{\n")) return parseExport(text);
  try {
    const whole = JSON.parse(text) as { records?: unknown[]; manifest?: unknown };
    return [...(whole.records ?? []), { manifest: whole.manifest }];
  } catch (cause) {
    throw new MmmError("audit_broken", `the export is not JSON: ${describeError(cause)}`, {
      cause,
    });
  }
}

function checkSignatures(shell: Shell, report: AuditReport, options: VerifyOptions): Signatures {
  const standing = "consistent";
  const isSealed = report.seal !== null;
  const given =
    options.named || options.keys !== undefined || (shell.environment["MMM_KEYS"] ?? "") !== "";
  if (!given) {
    const seal = isSealed
      ? "present; name --keys or --state-dir, or set MMM_KEYS, to check its signature"
      : "none: the session is not finished";
    return { seal, standing, why: "name --keys (guard keys export --public) to know who wrote it" };
  }
  const { keys: file, stateDir } = options;
  const from = file === undefined ? { stateDir } : { stateDir, file };
  const keys = loadVerificationKeys(from, shell.environment);
  const strange = findForeignClearance(report, keys);
  if (strange !== null) return { seal: "not checked", standing: "invalid", why: strange };
  if (!isSealed) {
    const why = "the session is not finished, so that its end is not signed";
    return { seal: "none: the session is not finished", standing, why };
  }
  if (isSealValid(report, keys)) return { seal: "valid", standing: "intact", why: "" };
  const why = "the seal is not these keys' signature of the records before it";
  return { seal: "invalid", standing: "invalid", why };
}

function isSealValid(report: AuditReport, { coordinator }: Keys): boolean {
  try {
    const { seq, head } = verifySeal(report.seal, coordinator, report.session);
    return seq === report.sealed?.seq && head === report.sealed.head;
  } catch {
    return false;
  }
}

/** The first clearance that the guard of these keys did not give for just this; null for none. */
function findForeignClearance({ events, session }: AuditReport, { guard }: Keys): string | null {
  for (const [at, event] of events.entries()) {
    if (event.type !== "ProposalCleared") continue;
    const { clearance, proposal, config, spec_digest } = event.data;
    try {
      verifyClearance(clearance, guard, { session, proposal, config, spec_digest });
    } catch (error) {
      return `record ${at + 1}: the clearance is not of these keys (${describeError(error)})`;
    }
  }
  return null;
}
