import { describe, expect, it } from "vitest";
import {
  deriveEventId,
  EVENT_SCHEMAS,
  EVENT_TYPES,
  deriveSessionId,
  createUuidV5,
} from "../../schemas/event.ts";
import { COMMANDS, TOPIC_ROWS, TOPICS } from "../../schemas/topics.ts";

describe("event ids", () => {
  it("are UUIDs of version 5 as RFC 9562 gives them", () => {
    expect(createUuidV5("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "www.example.com")).toBe(
      "2ed6657d-e927-568b-95e1-2665a8aea6a2",
    );
  });

  it("follow from cause, producer and index, and differ when one of them does", () => {
    const cause = deriveSessionId("a");
    const ids = [
      deriveEventId(cause, "guard", 0),
      deriveEventId(cause, "guard", 1),
      deriveEventId(cause, "router", 0),
      deriveEventId(deriveSessionId("b"), "guard", 0),
    ];
    expect(new Set(ids).size).toBe(4);
    expect(deriveEventId(cause, "guard", 0)).toBe(ids[0]);
  });
});

describe("the event union", () => {
  it("names every event in the past tense and its record like the event", () => {
    for (const type of EVENT_TYPES) {
      expect(EVENT_SCHEMAS[type].name).toBe(type);
      expect(type).toMatch(/(ed|Made)$/);
    }
  });

  it("holds no clock reading, session id or partition in a payload", () => {
    for (const type of EVENT_TYPES) {
      const names = EVENT_SCHEMAS[type].fields.map((field) => field.name);
      for (const banned of ["time", "timestamp", "session", "partition", "offset"]) {
        expect(names, type).not.toContain(banned);
      }
    }
  });
});

describe("the topic table", () => {
  it("has every event on history but what only assigns work", () => {
    const missing = EVENT_TYPES.filter(
      (type) => !(TOPICS.history.events as readonly string[]).includes(type),
    );
    expect(missing).toEqual(["TaskAssigned"]);
  });

  it("has each name once, and keeps history for ever", () => {
    const names = TOPIC_ROWS.map((row) => row.topic);
    expect(new Set(names).size).toBe(names.length);
    expect(TOPICS.history).toMatchObject({ keepDays: null, compacted: false });
  });

  it("sends commands only to topics that carry their event", () => {
    for (const [type, command] of Object.entries(COMMANDS)) {
      expect(command.topic.events).toContain(type);
    }
  });
});
