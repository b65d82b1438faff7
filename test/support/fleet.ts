/** Worker processes that come, go and are killed while sessions run. */
import { spawn, type ChildProcess } from "node:child_process";

const ENTRY = new URL("./worker-process.ts", import.meta.url).pathname;
const COMPLAINT_CHARS_MAX = 2_000;
const COMPLAINTS_MAX = 500;

export interface FleetOptions {
  readonly environment: Readonly<Record<string, string>>;
  readonly size: number;
}

export class Fleet {
  readonly #options: FleetOptions;
  #members: ChildProcess[] = [];
  /** What members wrote to stderr lately, the newest last: failed tries, and why they ended. */
  readonly complaints: string[] = [];
  kills = 0;
  restarts = 0;
  joins = 0;
  leaves = 0;
  /** Members that ended though nobody had told them to. */
  deaths = 0;

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#members.length;
  }

  /** Starts all members; resolves when each said it is ready. */
  async start(): Promise<void> {
    await Promise.all(Array.from({ length: this.#options.size }, () => this.#add({})));
  }

  /** SIGKILLs a member and puts another in its place. */
  async kill(at: number): Promise<void> {
    const member = this.#release(at);
    if (member === undefined) return;
    member.kill("SIGKILL");
    this.kills += 1;
    await this.#add({});
  }

  /** Stops a member as an operator would, and puts another in its place. */
  async replace(at: number): Promise<void> {
    const member = this.#release(at);
    if (member === undefined) return;
    await stopped(member);
    this.restarts += 1;
    await this.#add({});
  }

  /** One more member, with settings of its own beside the common ones. */
  async join(environment: Readonly<Record<string, string>> = {}): Promise<void> {
    this.joins += 1;
    await this.#add(environment);
  }

  /** One member less, in good order. */
  async leave(at: number): Promise<void> {
    const member = this.#release(at);
    if (member === undefined) return;
    this.leaves += 1;
    await stopped(member);
  }

  async stop(): Promise<void> {
    const members = this.#members;
    this.#members = [];
    await Promise.all(members.map(stopped));
  }

  #release(at: number): ChildProcess | undefined {
    const member = this.#members[at % Math.max(1, this.#members.length)];
    this.#members = this.#members.filter((one) => one !== member);
    return member;
  }

  async #add(environment: Readonly<Record<string, string>>): Promise<void> {
    const member = spawn(process.execPath, [ENTRY], {
      env: { ...process.env, ...this.#options.environment, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    member.stderr.on("data", (chunk: Buffer) => this.#complain(chunk.toString()));
    this.#members.push(member);
    await new Promise<void>((resolve, reject) => {
      member.stdout.once("data", () => resolve());
      member.once("exit", (code, signal) => {
        if (this.#members.includes(member)) {
          this.deaths += 1;
          this.#complain(`a worker ended by itself: code ${code}, signal ${signal}`);
          this.#members = this.#members.filter((one) => one !== member);
          reject(new Error(`a worker ended: ${this.complaints.at(-2)}`));
        } else resolve();
      });
    });
  }

  #complain(text: string): void {
    const lines = text.split("\n").filter((line) => line.trim() !== "");
    this.complaints.push(...lines.map((line) => line.slice(0, COMPLAINT_CHARS_MAX)));
    if (this.complaints.length > COMPLAINTS_MAX) {
      this.complaints.splice(0, this.complaints.length - COMPLAINTS_MAX);
    }
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
