/** Worker processes that come, go and are killed while sessions run. */
import { spawn, type ChildProcess } from "node:child_process";

const ENTRY = new URL("./worker-process.ts", import.meta.url).pathname;

export interface FleetOptions {
  readonly environment: Readonly<Record<string, string>>;
  readonly size: number;
}

export class Fleet {
  readonly #options: FleetOptions;
  #members: ChildProcess[] = [];
  /** What members wrote to stderr, one line each. */
  readonly complaints: string[] = [];
  kills = 0;
  restarts = 0;

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  /** Starts all members; resolves when each said it is ready. */
  async start(): Promise<void> {
    await Promise.all(Array.from({ length: this.#options.size }, () => this.#add()));
  }

  /** SIGKILLs a member and puts another in its place. */
  async kill(at: number): Promise<void> {
    const member = this.#members[at % this.#members.length];
    if (member === undefined) return;
    this.#members = this.#members.filter((one) => one !== member);
    member.kill("SIGKILL");
    this.kills += 1;
    await this.#add();
  }

  /** Stops a member as an operator would, and puts another in its place. */
  async replace(at: number): Promise<void> {
    const member = this.#members[at % this.#members.length];
    if (member === undefined) return;
    this.#members = this.#members.filter((one) => one !== member);
    await stopped(member);
    this.restarts += 1;
    await this.#add();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#members.map(stopped));
    this.#members = [];
  }

  async #add(): Promise<void> {
    const member = spawn(process.execPath, [ENTRY], {
      env: { ...process.env, ...this.#options.environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    member.stderr.on("data", (chunk: Buffer) => this.complaints.push(chunk.toString()));
    this.#members.push(member);
    await new Promise<void>((resolve, reject) => {
      member.stdout.once("data", () => resolve());
      member.once("exit", () => reject(new Error(`a worker ended: ${this.complaints.at(-1)}`)));
    }).catch((error: unknown) => {
      if (this.#members.includes(member)) throw error;
    });
  }
}

function stopped(member: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (member.exitCode !== null || member.signalCode !== null) return resolve();
    const late = setTimeout(() => member.kill("SIGKILL"), 20_000);
    member.once("exit", () => {
      clearTimeout(late);
      resolve();
    });
    member.kill("SIGTERM");
  });
}
