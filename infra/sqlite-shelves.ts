/**
 * The places of the embedded log with their bounds, held in memory.
 *
 * I1. Bounds in memory are those of the open transaction; they are written back before each commit.
 * I2. When another process has committed they are read again before anything is appended.
 */
import type { Place } from "../session/ports.ts";
import { placeName } from "./record-table.ts";
import type { SqliteDatabase } from "./sqlite-database.ts";

export interface Shelf {
  readonly id: number;
  low: number;
  high: number;
  /** True when the bounds differ from the stored ones. */
  dirty: boolean;
}

export interface Shelves {
  of(place: Place): Shelf | null;
  ofTopic(topic: string): Shelf[];
  /** The shelf of a place, made where it is missing; inside a write only. */
  make(place: Place): Shelf;
}

/** Loads the places of a database and keeps them in step with it. */
export function createShelves(database: SqliteDatabase): Shelves {
  const { writer } = database;
  const all = writer.prepare("SELECT id, topic, partition, low, high FROM places");
  const add = writer.prepare("INSERT INTO places VALUES (NULL, ?, ?, 0, 0)");
  const save = writer.prepare("UPDATE places SET low = ?, high = ? WHERE id = ?");
  const shelves = new Map<string, Shelf>();

  function reload(): void {
    for (const row of database.query(() => all.all())) {
      const place = { topic: String(row["topic"]), partition: Number(row["partition"]) };
      const bounds = { low: Number(row["low"]), high: Number(row["high"]) };
      shelves.set(placeName(place), { id: Number(row["id"]), ...bounds, dirty: false });
    }
  }
  function reloadIf(foreign: boolean): void {
    if (foreign) reload();
  }
  reload();
  database.onBegin(reloadIf);
  database.onChanged(reloadIf);
  database.onCommitting(() => {
    for (const shelf of shelves.values()) {
      if (shelf.dirty) save.run(shelf.low, shelf.high, shelf.id);
      shelf.dirty = false;
    }
  });

  return {
    of: (place) => shelves.get(placeName(place)) ?? null,
    ofTopic: (topic) =>
      [...shelves].filter(([name]) => name.startsWith(`${topic}/`)).map(([, shelf]) => shelf),
    make(place) {
      const found = shelves.get(placeName(place));
      if (found !== undefined) return found;
      const { lastInsertRowid } = add.run(place.topic, place.partition);
      const made = { id: Number(lastInsertRowid), low: 0, high: 0, dirty: true };
      shelves.set(placeName(place), made);
      return made;
    },
  };
}
