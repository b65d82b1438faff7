/**
 * Whole sessions while rubbish and records of newer versions arrive on every topic that is consumed.
 */
import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { systemClock } from "../../infra/clock.ts";
import { encodeEvent } from "../../schemas/codec.ts";
import { deriveEventId, deriveSessionId, type Event } from "../../schemas/event.ts";
import { toHeaders } from "../../schemas/headers.ts";
import { TOPICS } from "../../schemas/topics.ts";
import type { LogRecord, OutgoingRecord } from "../../session/ports.ts";
import { UNKNOWN_EVENT } from "../support/newer-writer.ts";
import { kafkaBrokers, redisUrl } from "../support/servers/servers.ts";
import {
  runUnderFaults,
  size,
  surely,
  type Field,
} from "../support/faults/sessions-under-faults.ts";

const MINUTES = size("MMM_CHAOS_MINUTES", 5);
const SESSIONS = size("MMM_CHAOS_SESSIONS", 30);
const ROUNDS = size("MMM_CHAOS_ROUNDS", 5);

/** Consumed topics; each has one group. */
const CONSUMED = [
  TOPICS.sessions,
  TOPICS.proposals,
  TOPICS.dataScientist,
  TOPICS.businessAnalyst,
  TOPICS.stakeholder,
  TOPICS.researchPersona,
  TOPICS.dsOutputs,
  TOPICS.vetoes,
  TOPICS.training,
].map(({ topic }) => topic);

const event: Event = { type: "SessionCancelled", data: { by: "poison", reason: "none" } };

function headersOf(session: string): Record<string, string> {
  const id = deriveEventId(deriveSessionId(session), "poison", 0);
  const time = new Date().toISOString();
  const more = { id, session, cause: id, producer: "poison", time, business_unit: "emea" };
  return toHeaders(event.type, more);
}

/** Every kind of rubbish, for one topic and one session that runs; none may be taken. */
function poison(topic: string, session: string): OutgoingRecord[] {
  const headers = headersOf(session);
  const body = encodeEvent(event);
  const unknown = Buffer.concat([UNKNOWN_EVENT.header, Buffer.from([2, 120])]);
  const nobodys = Buffer.concat([Buffer.from([0xc3, 0x01]), randomBytes(20)]);
  const kinds: { value: Uint8Array; headers: Record<string, string>; key?: string }[] = [
    { value: Buffer.alloc(0), headers },
    { value: randomBytes(200), headers },
    { value: body, headers: {} },
    { value: body, headers, key: `${session}-of-another` },
    { value: body, headers: { ...headers, ce_type: "mmm.SessionRequested" } },
    { value: body.subarray(0, body.length - 3), headers },
    { value: Buffer.concat([body, Buffer.from("more")]), headers },
    { value: unknown, headers: { ...headers, ce_type: "mmm.SomethingNew" } },
    { value: nobodys, headers },
  ];
  return kinds.map((kind) => ({ topic, key: session, ...kind }));
}

async function deadLetters(field: Field): Promise<Map<string, LogRecord>> {
  const found = new Map<string, LogRecord>();
  for await (const record of field.log.read({ topic: TOPICS.deadLetters.topic })) {
    const { headers } = record;
    const place = ["dlq-topic", "dlq-partition", "dlq-offset"].map((name) => headers[name]);
    found.set(place.join("/"), record);
  }
  return found;
}

/** The dead letters have to be the poison: all of it with its bytes, and nothing else. */
async function lettersFaults(
  field: Field,
  sent: readonly OutgoingRecord[],
): Promise<readonly string[]> {
  const line = (record: { key: string; value: Uint8Array }, topic: string | undefined) =>
    `${topic} ${record.key} ${Buffer.from(record.value).toString("hex")}`;
  const late = Date.now() + 20_000;
  let letters = await deadLetters(field);
  while (letters.size < sent.length && Date.now() < late) {
    await systemClock.sleep(500);
    letters = await deadLetters(field);
  }
  process.stdout.write(`${sent.length} poison records, ${letters.size} dead letters\n`);
  const wanted = sent.map((record) => line(record, record.topic)).toSorted();
  const found = [...letters.values()].map((record) => line(record, record.headers["dlq-topic"]));
  const missing = wanted.filter((one) => !found.includes(one));
  const strange = found.filter((one) => !wanted.includes(one));
  const faults = [
    ...missing.map((one) => `not among the dead letters: ${one.slice(0, 200)}`),
    ...strange.map((one) => `a dead letter that is no poison: ${one.slice(0, 200)}`),
  ];
  return letters.size === sent.length ? faults : [...faults, `${letters.size} dead letters`];
}

it(
  "sessions end as undisturbed ones do while poison arrives and newer versions join",
  async () => {
    const sent: OutgoingRecord[] = [];
    const { faults } = await runUnderFaults({
      name: "poison and newer writers",
      sessions: SESSIONS,
      iterations: size("MMM_CHAOS_ITERATIONS", 4),
      workers: 2,
      agentMs: size("MMM_CHAOS_AGENT_MS", 1_000),
      minutes: MINUTES,
      brokers: await kafkaBrokers(),
      redisUrl: await redisUrl(),
      disturb: async (field) => {
        const { log, fleet } = field;
        const rubbish = ["", "null", "{", '{"type":"record"}', '{"a":1}', "[]", '"no such type"'];
        const schemas = rubbish.map((text, index) => {
          return {
            topic: "schemas",
            key: `poison-${index}`,
            value: Buffer.from(text),
            headers: {},
          };
        });
        for (let round = 0; round < ROUNDS; round += 1) {
          const session = `session-${round % SESSIONS}`;
          const records = CONSUMED.flatMap((topic) => poison(topic, session));
          await field.fault("waves of poison", () => surely(() => log.append(records)));
          sent.push(...records);
          if (round === 0) {
            await log.append(schemas);
            await log.append([UNKNOWN_EVENT.record]);
            await field.fault("newer version joins", () =>
              fleet.join({ MMM_NEWER_WRITER: "added" }),
            );
            await field.fault("older one leaves", () => fleet.leave(0));
          }
          await systemClock.sleep(300);
        }
      },
      after: (field) => lettersFaults(field, sent),
    });
    expect(faults).toEqual([]);
  },
  (MINUTES + 1) * 60_000,
);
