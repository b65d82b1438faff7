import { describe, expect, it } from "vitest";
import { KafkaCommits } from "../../../infra/kafka/commits.ts";

const first = { topic: "sessions", partition: 0 };
const second = { topic: "sessions", partition: 1 };

function open(failures = 0) {
  const sent: string[][] = [];
  let left = failures;
  const commits = new KafkaCommits((offsets) => {
    sent.push(offsets.map(({ place, offset }) => `${place.partition}@${offset}`));
    left -= 1;
    return left >= 0 ? Promise.reject(new Error("rebalancing")) : Promise.resolve();
  });
  commits.open(first);
  commits.open(second);
  commits.hurry();
  return { sent, commits };
}

describe("group offsets", () => {
  it("are gathered into one request, the highest of each partition", async () => {
    const { sent, commits } = open();
    await Promise.all([
      commits.commit(first, 5),
      commits.commit(first, 7),
      commits.commit(second, 3),
      commits.commit(first, 6),
    ]);
    expect(sent).toEqual([["0@7", "1@3"]]);
    await commits.commit(first, 4);
    expect(sent).toHaveLength(1);
  });

  it("are tried again after a refusal", async () => {
    const { sent, commits } = open(1);
    const done = commits.commit(first, 5);
    await commits.flush();
    await done;
    expect(sent).toEqual([["0@5"], ["0@5"]]);
  });

  it("of a partition that was lost are refused, also those that wait", async () => {
    const { commits } = open(99);
    const waiting = commits.commit(first, 5);
    commits.lose(first);
    await expect(waiting).rejects.toMatchObject({ code: "fenced" });
    await expect(commits.commit(first, 6)).rejects.toMatchObject({ code: "fenced" });
    commits.lose(second);
    await commits.flush();
  });
});
