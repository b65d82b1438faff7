import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import { abortWhenGone, createStreamCounter } from "../../../api/http/stream-counter.ts";

describe("streams of a caller", () => {
  it("are bounded for each, and a place given back is free again", () => {
    const counter = createStreamCounter(2);
    const first = counter.hold("ann");
    counter.hold("ann");
    counter.hold("bob");
    expect(() => counter.hold("ann")).toThrow(
      expect.objectContaining({ code: "overloaded", data: { http: 429, retry_after_s: 5 } }),
    );
    first();
    expect(() => counter.hold("ann")).not.toThrow();
    expect(() => counter.hold("ann")).toThrow(/at most 2/);
  });

  it("end when the caller is gone or the server stops, not when all was sent", () => {
    const response = (finished: boolean) =>
      Object.assign(new EventEmitter(), { destroyed: false, writableFinished: finished }) as never;
    const stopping = new AbortController();
    const gone = response(false);
    const signal = abortWhenGone(gone, stopping.signal);
    expect(signal.aborted).toBe(false);
    (gone as EventEmitter).emit("close");
    expect(signal.aborted).toBe(true);
    const done = response(true);
    const other = abortWhenGone(done, stopping.signal);
    (done as EventEmitter).emit("close");
    expect(other.aborted).toBe(false);
    stopping.abort();
    expect(other.aborted).toBe(true);
  });
});
