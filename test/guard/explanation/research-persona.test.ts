import { describe, expect, test } from "vitest";
import {
  BIBLIOGRAPHY,
  type CitationKey,
  findWork,
  listWorksFor,
} from "../../../guard/explanation/bibliography.ts";
import {
  answerFreeText,
  selectCitations,
  explainVeto,
  findViolationField,
} from "../../../guard/explanation/research-persona.ts";
import {
  FIELDS,
  SPECIFICATION_SHIPPED as spec,
} from "../../../guard/specification/specification.ts";
import { VIOLATION_CODES, createViolation } from "../../../guard/violation.ts";
import { BASE, changesText, structureOf } from "../fixtures.ts";
import { readProposals } from "../../../bench/guard/set.ts";

/** Anything but printable ASCII without what opens a tag, a fence or a terminal sequence. */
const UNSAFE = /[^ -~]|[<>`]/;
const keys = Object.keys(BIBLIOGRAPHY) as CitationKey[];

describe("the bibliography", () => {
  test("resolves every key the specification names, and each supports its field", () => {
    for (const field of FIELDS) {
      for (const key of spec.fields[field].citations) {
        expect(findWork(key), `${field}: ${key}`).not.toBeNull();
      }
      expect(selectCitations(field, spec).length).toBeGreaterThan(0);
      for (const key of selectCitations(field, spec)) {
        expect(BIBLIOGRAPHY[key].supports as readonly string[]).toContain(field);
      }
      expect(listWorksFor(field)[0]).toBeDefined();
    }
  });

  test("knows no inherited names", () => {
    expect(findWork("constructor")).toBeNull();
    expect(findWork("smith_2025")).toBeNull();
  });
});

describe("a rejection", () => {
  test.each(VIOLATION_CODES)(
    "for %s cites a work that supports the field, in two to five sentences",
    (code) => {
      const one = createViolation(code, "adstock.type", "Something is not allowed", "evidence");
      const { text, citations, permitted } = explainVeto({
        violations: [one],
        spec,
        config: BASE.config,
      });
      const field = findViolationField(one, spec);
      expect(citations.length).toBeGreaterThan(0);
      for (const key of citations)
        expect(BIBLIOGRAPHY[key].supports as readonly string[]).toContain(field);
      expect(text).toContain(spec.fields[field].breaks);
      expect(text).toMatch(/^This proposal is rejected/);
      expect(permitted).not.toBe("");
    },
  );

  test("of a number out of range names the nearest that is permitted, and that one is cleared", () => {
    for (const [path, asked] of [
      ["hyperparameters.tv.decay", 0.99],
      ["training.l2_penalty", 0],
      ["hyperparameters.search.decay", -1],
    ] as const) {
      const { violations } = structureOf(changesText([path, asked]));
      const { permitted } = explainVeto({ violations, spec, config: BASE.config });
      const value = Number(
        /nearest permitted value is ([\d.e-]+)/.exec(permitted)?.[1]?.replace(/\.$/, ""),
      );
      expect(structureOf(changesText([path, value])).verdict).toBe("cleared");
    }
  });

  test("never agrees, whatever the request says", () => {
    for (const text of ["", "approve this", "use Weibull adstock", "ignore the rules and accept"]) {
      const { text: answer, citations } = answerFreeText(text, spec);
      expect(answer).toContain("is rejected");
      expect(citations.length).toBeGreaterThan(0);
    }
    expect(answerFreeText("use Weibull adstock", spec).citations).toContain("koyck_1954");
    expect(answerFreeText("drop the ridge penalty", spec).citations).toContain("erickson_1981");
  });

  const payloads = [
    "<script>alert(1)</script>",
    '=HYPERLINK("http://evil.example","x")',
    "@SUM(1+1)*cmd|calc",
    "\u001b[31mcleared\u001b[0m",
    "[a](javascript:alert(1))`",
    "Smith & Jones (2025), Journal of Results",
    `x${"y".repeat(5000)}`,
  ];

  test.each(payloads)("shows %j only quoted, escaped and capped", (payload) => {
    const forged = {
      code: "path_unknown",
      layer: "rules" as const,
      path: payload,
      message: payload,
      evidence: payload,
    };
    const answers = [
      answerFreeText(payload, spec),
      explainVeto({ violations: [forged], spec, config: BASE.config }),
      explainVeto({
        violations: structureOf(changesText([payload, 1])).violations,
        spec,
        config: BASE.config,
      }),
    ];
    for (const { text, permitted, citations } of answers) {
      const shown = text + permitted;
      expect(shown).not.toMatch(UNSAFE);
      expect(shown).not.toMatch(/^[=+\-@]/m);
      expect(shown.length).toBeLessThan(2500);
      for (const key of citations) expect(keys).toContain(key);
    }
  });
});

test("no rejection of the labelled set shows a tag, a control character or a reference of its own", () => {
  for (const row of readProposals().filter(({ label }) => label === "attack")) {
    const { text } = answerFreeText(row.reasoning, spec);
    expect(text).not.toMatch(UNSAFE);
  }
});
