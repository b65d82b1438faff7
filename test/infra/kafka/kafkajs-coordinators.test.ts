import { expect, test } from "vitest";
import { patchCoordinatorLookups } from "../../../infra/kafka/kafkajs-coordinators.ts";

/** A cluster whose coordinator is at `at.node`, and a connection that fails as it is told. */
function patched() {
  const at = { node: "1", asked: 0 };
  const cluster = {
    findGroupCoordinatorMetadata: async (asked: { groupId: string; coordinatorType?: number }) => {
      at.asked += 1;
      return { coordinator: { nodeId: at.node }, ...asked };
    },
  };
  const connection = {
    connect: async (): Promise<unknown> => {
      throw new Error("refused");
    },
    send: async (...request: unknown[]): Promise<unknown> => {
      if (request[0] !== undefined) throw Object.assign(new Error("no"), { type: request[0] });
      return null;
    },
  };
  patchCoordinatorLookups(cluster, connection);
  const find = async (groupId: string, coordinatorType = 0) =>
    (await cluster.findGroupCoordinatorMetadata({ groupId, coordinatorType })).coordinator.nodeId;
  return { at, connection, find };
}

test("a coordinator is asked for once per group and kind", async () => {
  const { at, connection, find } = patched();
  expect([await find("g"), await find("g"), await find("g", 1), await find("h")]).toHaveLength(4);
  await connection.send();
  await find("g");
  expect(at.asked).toBe(3);
});

test.each(["NOT_COORDINATOR_FOR_GROUP", "UNKNOWN"])(
  "is asked for again after a request failed with %s",
  async (type) => {
    const { at, connection, find } = patched();
    expect(await find("g")).toBe("1");
    at.node = "2";
    await expect(connection.send(type)).rejects.toThrow("no");
    expect(await find("g")).toBe("2");
  },
);

test("is asked for again after a connection was refused", async () => {
  const { at, connection, find } = patched();
  await find("g");
  at.node = "2";
  await expect(connection.connect()).rejects.toThrow("refused");
  expect(await find("g")).toBe("2");
});

test("stays known while transactions or the group are only in motion", async () => {
  const { at, connection, find } = patched();
  await find("g");
  for (const type of ["CONCURRENT_TRANSACTIONS", "REBALANCE_IN_PROGRESS"]) {
    await connection.send(type).catch(() => {});
  }
  await find("g");
  expect(at.asked).toBe(1);
});
