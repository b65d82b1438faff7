/**
 * What the peers of the governed loop share: the work (20 iterations of four durable steps) and the
 * way it is measured.
 */
export const ITERATIONS = 20;
export const STEPS = ["propose", "judge", "train", "review"];

/** An instant answer of about the size of a proposal with its configuration. */
export function answer(step, iteration)                                 {
  return { step, text: `${iteration} `.padEnd(2_000, "x") };
}









/** Runs `sessions` sessions, `width` at once. */
export async function measure(
  sessions,
  width,
  session,
)                    {
  const ms           = [];
  let next = 0;
  const lane = async () => {
    while (next < sessions) {
      const index = next;
      next += 1;
      const started = performance.now();
      await session(index);
      ms.push(performance.now() - started);
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: Math.min(width, sessions) }, lane));
  const seconds = (performance.now() - started) / 1000;
  ms.sort((a, b) => a - b);
  const at = (share) => ms[Math.min(ms.length - 1, Math.floor(share * ms.length))] ?? 0;
  return { width, sessions, perSecond: sessions / seconds, p50: at(0.5), p99: at(0.99) };
}

/** `<widths> <sessions> <rounds>` of the command line. */
export function plan()                                                         {
  const [widths = "1,50", sessions = "100", rounds = "1"] = process.argv.slice(2);
  return {
    widths: widths.split(",").map(Number),
    sessions: Number(sessions),
    rounds: Number(rounds),
  };
}

/** One JSON line per round on standard output. */
export function print(peer, measured)       {
  process.stdout.write(`${JSON.stringify({ peer, ...measured })}\n`);
}
