/**
 * `mmm audit verify`: checks an export offline.
 *
 * I1. A seal counts only for the records before it: number and head are those that were signed, so
 *     that a history which was written anew, its chain worked out again, does not pass.
 */
import type { Command } from "commander";
import { verifySeal } from "../../guard/tokens/clearance.ts";
import { readTextFile } from "../../infra/files.ts";
import { describeError, MmmError } from "../../schemas/errors.ts";
import { parseExport, verifyExport, type AuditReport } from "../../session/audit.ts";
import { withCommonOptions, type CommonOptions, type Shell } from "../shell.ts";
import { loadKeys } from "../../app/keys.ts";

const EXAMPLES = `
Examples:
  mmm audit verify results/optimization_history.ndjson
  mmm audit verify audit.ndjson --state-dir .mmm --json

The chain is checked with the file alone; the seal's signature with the keys of --state-dir or
MMM_KEYS. Exit code 12 when the history was changed or the seal is not theirs.`;

export function addAuditCommand(program: Command, shell: Shell): void {
  const audit = program.command("audit").description("verify a history offline");
  withCommonOptions(audit.command("verify"))
    .description("chain, bodies, manifest and seal of an export")
    .argument("<file>", "NDJSON or JSON export")
    .addHelpText("after", EXAMPLES)
    .action((file: string, options: CommonOptions, command: Command) => {
      const named = command.getOptionValueSource("stateDir") !== "default";
      verifyExportFile(shell, file, { ...options, named });
    });
}

interface VerifyOptions extends CommonOptions {
  /** True when the caller said whose keys the seal has to be signed with. */
  readonly named: boolean;
}

function verifyExportFile(shell: Shell, file: string, options: VerifyOptions): void {
  const report = verifyExport(parseExportFile(readTextFile(file, "csv", "not_found")));
  const seal = report.fault === null ? describeSealCheck(shell, report, options) : "not checked";
  if (options.json === true) {
    const { events: _events, seal: _token, sealed: _sealed, ...said } = report;
    shell.out(
      JSON.stringify({ ...said, seal, valid: report.fault === null && seal !== "invalid" }),
    );
  }
  if (report.fault !== null) {
    const { seq, reason } = report.fault;
    throw new MmmError("audit_broken", `${file}: broken at record ${seq}: ${reason}`);
  }
  if (seal === "invalid") {
    throw new MmmError(
      "audit_broken",
      `${file}: the seal is not these keys' signature of the records before it`,
    );
  }
  if (options.json !== true) {
    shell.out(
      `${file}: ${report.records} records of session ${report.session} are intact\n` +
        `head ${report.head}\nhistory digest ${report.history_digest}\nseal ${seal}`,
    );
  }
}

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

function describeSealCheck(shell: Shell, report: AuditReport, options: VerifyOptions): string {
  if (report.seal === null) return "none: the session is not finished";
  const given = options.named || (shell.environment["MMM_KEYS"] ?? "") !== "";
  if (!given) return "present; name --state-dir or set MMM_KEYS to check its signature";
  try {
    const keys = loadKeys(options.stateDir, shell.environment);
    const { seq, head } = verifySeal(report.seal, keys.coordinator, report.session);
    const found = report.sealed;
    return seq === found?.seq && head === found.head ? "valid" : "invalid";
  } catch {
    return "invalid";
  }
}
