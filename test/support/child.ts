/**
 * Server processes of tests: they die with the process that started them, whatever ends it.
 *
 * A shell stands between: it waits on our pipe, which the system closes when we are gone, and then
 * kills the server.
 */
import { spawn } from "node:child_process";

export interface Child {
  readonly pid: number;
  /** Resolves when the server has ended. */
  readonly gone: Promise<void>;
  /** Last lines of its output, for messages. */
  output(): string;
  kill(signal: NodeJS.Signals): Promise<void>;
}

const WATCH = `
"$@" </dev/null 3<&- & p=$!
echo "pid $p"
while kill -0 $p 2>/dev/null; do
  read -t 0.2 -u 3
  [ $? -le 128 ] && kill -9 $p
done
wait $p`;
const OUTPUT_CHARS_MAX = 20_000;

/** Starts a server and resolves when its output has a line that `ready` accepts. */
export async function startChild(
  command: readonly string[],
  ready: RegExp,
  options: { readonly cwd?: string; readonly waitMs?: number } = {},
): Promise<Child> {
  const shell = spawn("bash", ["-c", WATCH, "bash", ...command], {
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  let text = "";
  const started = Promise.withResolvers<void>();
  let pid = 0;
  const take = (chunk: Buffer): void => {
    pid ||= Number(/^pid (\d+)$/m.exec(chunk.toString())?.[1] ?? 0);
    text = (text + chunk.toString()).slice(-OUTPUT_CHARS_MAX);
    if (ready.test(text)) started.resolve();
  };
  shell.stdout?.on("data", take);
  shell.stderr?.on("data", take);
  const gone = new Promise<void>((resolve) => shell.once("exit", () => resolve()));
  const late = setTimeout(() => started.reject(new Error("late")), options.waitMs ?? 60_000);
  void gone.then(() => started.reject(new Error("ended")));
  try {
    await started.promise;
  } catch {
    shell.stdio[3]?.destroy();
    throw new Error(`${command[0]} did not start:\n${text.slice(-3_000)}`);
  } finally {
    clearTimeout(late);
  }
  return {
    pid,
    gone,
    output: () => text,
    async kill(signal) {
      try {
        process.kill(pid, signal);
      } catch {
        // It has ended already.
      }
      await gone;
    },
  };
}
