/** Which release a broker is of, by the bytes of its answer and by a real one. */
import { expect, test } from "vitest";
import {
  readBrokerRelease,
  readSupportedLevel,
  findReleaseWarning,
} from "../../../infra/kafka/broker-release.ts";
import { KAFKA_VERSION } from "../../support/servers/kafka-server.ts";
import { kafkaBrokers } from "../../support/servers/servers.ts";

/** An ApiVersions answer with one API and features, as hexadecimal digits. */
function answer(features: readonly (readonly [name: string, highest: number])[]): Buffer {
  const items = features.map(([name, highest]) => {
    const rest = Buffer.from([0, 1, highest >> 8, highest & 255, 0]);
    return Buffer.concat([Buffer.from([name.length + 1]), Buffer.from(name), rest]);
  });
  const list = Buffer.concat([Buffer.from([features.length + 1]), ...items]);
  const head = Buffer.from("00000200120000000400" + "00000000", "hex");
  const tags = Buffer.from([2, 1, 1, 7, 0, list.length]);
  return Buffer.concat([head, tags, list]);
}

test("the metadata level of a broker is read from its answer", () => {
  const features = [
    ["kraft.version", 1],
    ["metadata.version", 29],
    ["group.version", 1],
  ] as const;
  expect(readSupportedLevel(answer(features))).toBe(29);
  expect(readSupportedLevel(answer([["metadata.version", 300]]))).toBe(300);
  expect(readSupportedLevel(answer([["group.version", 1]]))).toBeNull();
});

test("what is cut off is refused, not read", () => {
  const whole = answer([["metadata.version", 30]]);
  for (let size = 0; size < whole.length - 1; size += 1) {
    expect(() => readSupportedLevel(whole.subarray(0, size))).toThrow("no such answer");
  }
});

test("a single broker of 4.3 is warned of, three of them and other lines are not", () => {
  expect(findReleaseWarning("4.3", 1)).toContain("KAFKA-20734");
  expect([
    findReleaseWarning("4.3", 3),
    findReleaseWarning("4.2", 1),
    findReleaseWarning("newer", 1),
  ]).toEqual([null, null, null]);
});

test("the broker of the tests says its line", async () => {
  const found = await readBrokerRelease({ brokers: await kafkaBrokers() });
  expect(found).toEqual({
    brokers: 1,
    line: KAFKA_VERSION.split(".").slice(0, 2).join("."),
    warning: null,
  });
});
