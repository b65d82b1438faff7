/**
 * How far each group is, and who may write for it: held in memory, written before each commit.
 *
 * I1. What is read is that of the open transaction. When another process has committed it is read
 *     again.
 */
import type { SqliteDatabase } from "./database.ts";

interface Mark {
  readonly committed: number | null;
  readonly epoch: number;
}

const GET = "SELECT committed, epoch FROM progress WHERE name = ?";
const PUT = "INSERT OR REPLACE INTO progress (name, committed, epoch) VALUES (?, ?, ?)";

export class Progress {
  readonly #database: SqliteDatabase;
  readonly #get;
  readonly #marks = new Map<string, Mark>();
  readonly #changed = new Set<string>();

  constructor(database: SqliteDatabase) {
    this.#database = database;
    this.#get = database.writer.prepare(GET);
    const put = database.writer.prepare(PUT);
    const clearIfForeign = (foreign: boolean): void => {
      if (foreign) this.#marks.clear();
    };
    database.onBegin(clearIfForeign);
    database.onChanged(clearIfForeign);
    database.onCommitting(() => {
      for (const name of this.#changed) {
        const { committed, epoch } = this.of(name);
        put.run(name, committed, epoch);
      }
      this.#changed.clear();
    });
  }

  of(name: string): Mark {
    const cached = this.#marks.get(name);
    if (cached !== undefined) return cached;
    const row = this.#database.query(() => this.#get.get(name));
    const committed = (row?.["committed"] ?? null) as number | null;
    const mark = { committed, epoch: Number(row?.["epoch"] ?? 0) };
    this.#marks.set(name, mark);
    return mark;
  }

  /** Inside a write only. */
  set(name: string, change: Partial<Mark>): void {
    this.#marks.set(name, { ...this.of(name), ...change });
    this.#changed.add(name);
  }
}
