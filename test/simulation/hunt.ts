/**
 * `node test/simulation/hunt.ts <number of a planted bug> [seeds]`: loads the product with that bug
 * and says by which seed the simulation finds it.
 */
import { registerHooks } from "node:module";
import { PLANTED_BUGS } from "./planted-bugs.ts";

const bug = PLANTED_BUGS[Number(process.argv[2])];
const count = Number(process.argv[3] ?? 1000);
if (bug === undefined) throw new Error(`there is no planted bug ${process.argv[2]}`);
let planted = false;

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!url.endsWith(`/${bug.file}`)) return loaded;
    const source = Buffer.from(loaded.source as Uint8Array).toString("utf8");
    if (source.split(bug.find).length !== 2) {
      throw new Error(`planted bug "${bug.name}": its place in ${bug.file} is not there once`);
    }
    planted = true;
    return { ...loaded, source: source.replace(bug.find, () => bug.put) };
  },
});

const { simulate } = await import("./simulate.ts");
let report: { seed: number; reason: string } | null = null;
let ran = 0;
try {
  const result = await simulate({ first: 1, count });
  report = result.failures[0] ?? null;
  ran = result.seeds;
} catch (error) {
  // The undisturbed run itself broke: found without a fault.
  report = { seed: 0, reason: String(error) };
}
if (!planted) throw new Error(`planted bug "${bug.name}": ${bug.file} was never loaded`);
process.stdout.write(`${JSON.stringify({ bug: bug.name, ran, ...report })}\n`);
process.exitCode = report === null ? 1 : 0;
