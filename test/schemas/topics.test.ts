import { describe, expect, it } from "vitest";
import { EVENT_TYPES, type EventType } from "../../schemas/event.ts";
import { ROLES } from "../../schemas/parts.ts";
import { COMMANDS, ROLE_TOPICS, TOPIC_ROWS, TOPICS } from "../../schemas/topics.ts";

describe("the table of topics", () => {
  it("gives each topic one name and each event type a topic", () => {
    const names = TOPIC_ROWS.map((row) => row.topic);
    expect(new Set(names).size).toBe(names.length);
    const carried = new Set<EventType>(TOPIC_ROWS.flatMap((row) => row.events));
    expect(EVENT_TYPES.filter((type) => !carried.has(type))).toEqual([]);
  });

  it("carries every command on the topic that the coordinator sends it to", () => {
    for (const [type, command] of Object.entries(COMMANDS)) {
      expect(command.topic.events, type).toContain(type);
      expect(command.topic.readBy, type).not.toEqual([]);
    }
  });

  it("keeps the history for ever, uncompacted, by one writer", () => {
    expect(TOPICS.history).toMatchObject({
      keepDays: null,
      compacted: false,
      writtenBy: ["coordinator"],
    });
  });

  it("asks each role on a topic of its own that this role reads", () => {
    const topics = ROLES.map((role) => ROLE_TOPICS[role]);
    expect(new Set(topics.map(({ topic }) => topic)).size).toBe(ROLES.length);
    for (const role of ROLES) {
      expect(ROLE_TOPICS[role].readBy).toEqual([role.replaceAll("_", "-")]);
      expect(ROLE_TOPICS[role].events).toContain("TaskAssigned");
    }
  });
});
