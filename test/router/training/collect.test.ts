import { describe, expect, it } from "vitest";
import { collectExamples } from "../../../router/training/collect.ts";
import type { EventType, Recorded } from "../../../schemas/event.ts";

let session = "s1";
let index = 0;

/** A recorded event with only the fields the collector reads. */
function happened(type: EventType, data: Record<string, unknown>): Recorded {
  index += 1;
  const envelope = {
    id: `e${index}`,
    session,
    business_unit: "bu",
    cause: `e${index}`,
    producer: "test",
    time: "2025-01-01T00:00:00.000Z",
  };
  return { type, data, envelope, attachments: {} } as unknown as Recorded;
}

const stated = (work_item: string, text: string, kind = "free_text") =>
  happened("TaskStated", { work_item, text, kind, attempt: 1 });
const routed = (work_item: string, role: string | null, source = "model") =>
  happened("ProposalRouted", { work_item, role, source });
const ended = (work_item: string, outcome: string) =>
  happened("IterationCompleted", { work_item, outcome });
const escalated = (work_item: string, escalation: string) =>
  happened("EscalationRaised", { work_item, escalation });
const decided = (escalation: string, choice: string) =>
  happened("HumanDecided", { escalation, choice });

describe("collectExamples", () => {
  it.each([
    ["accepted", 1],
    ["answered", 1],
    ["not_improved", 0.5],
  ])("labels a text whose work was %s with the role that did it, weight %d", (outcome, weight) => {
    const rows = collectExamples([
      stated("w1", "lower tv decay"),
      routed("w1", "data_scientist"),
      ended("w1", outcome),
    ]);
    expect(rows).toEqual([
      {
        text: "lower tv decay",
        label: "data_scientist",
        lang: "en",
        session,
        weight,
        ground: "outcome",
      },
    ]);
  });

  it.each(["failed", "rejected", "aborted"])("learns nothing from work that %s", (outcome) => {
    expect(
      collectExamples([stated("w1", "x"), routed("w1", "data_scientist"), ended("w1", outcome)]),
    ).toEqual([]);
  });

  it("learns nothing from unfinished work or from a pinned route", () => {
    expect(collectExamples([stated("w1", "x"), routed("w1", "stakeholder")])).toEqual([]);
    expect(
      collectExamples([
        stated("w1", "x"),
        routed("w1", "stakeholder", "pinned"),
        ended("w1", "answered"),
      ]),
    ).toEqual([]);
  });

  it("weighs a person's correction most, by the role that answered after it", () => {
    const [row] = collectExamples([
      stated("w1", "is hill justified"),
      routed("w1", "data_scientist"),
      escalated("w1", "x1"),
      decided("x1", "resume"),
      routed("w1", "research_persona", "pinned"),
      ended("w1", "answered"),
    ]);
    expect(row).toMatchObject({ label: "research_persona", weight: 5, ground: "person" });
  });

  it("takes a dismissed text that nobody was sure about for out of scope", () => {
    const [row] = collectExamples([
      stated("w1", "order pizza"),
      routed("w1", null, "person"),
      escalated("w1", "x1"),
      decided("x1", "keep_current"),
      ended("w1", "rejected"),
    ]);
    expect(row).toMatchObject({ label: "out_of_scope", weight: 2 });
  });

  it("takes a vetoed free text for a matter of method, but not a vetoed tuning task", () => {
    const veto = happened("ProposalVetoed", { work_item: "w1", proposal: "p" });
    const free = [stated("w1", "use weibull"), routed("w1", "data_scientist"), veto];
    expect(collectExamples(free)).toMatchObject([{ label: "research_persona", weight: 0.5 }]);
    const tune = [stated("w1", "Tune.", "tune"), routed("w1", "data_scientist"), veto];
    expect(collectExamples(tune)).toEqual([]);
  });

  it("keeps sessions apart, though their work items have equal names", () => {
    session = "s1";
    const one = [stated("w1", "lower tv decay"), routed("w1", "data_scientist")];
    session = "s2";
    const two = [stated("w1", "go live?"), routed("w1", "stakeholder")];
    const ends = [ended("w1", "answered")];
    session = "s1";
    ends.push(ended("w1", "accepted"));
    const rows = collectExamples([one[0]!, two[0]!, two[1]!, one[1]!, ...ends]);
    expect(rows.map((r) => [r.session, r.label])).toEqual([
      ["s1", "data_scientist"],
      ["s2", "stakeholder"],
    ]);
  });

  it("labels the first words of a work item, however often it is restated", () => {
    const rows = collectExamples([
      stated("w1", "lower tv decay"),
      stated("w1", "lower tv decay, again"),
      routed("w1", "data_scientist"),
      ended("w1", "accepted"),
    ]);
    expect(rows.map((r) => r.text)).toEqual(["lower tv decay"]);
  });
});
