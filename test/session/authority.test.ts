/** Which role may do what. */
import { describe, expect, it } from "vitest";
import { AUTHORITY, mayTake } from "../../session/authority.ts";

describe("authority", () => {
  it("to tune is the Data Scientist's and the Business Analyst's; anyone takes a text", () => {
    const roles = Object.keys(AUTHORITY) as (keyof typeof AUTHORITY)[];
    expect(roles.filter((role) => mayTake(role, "tune"))).toEqual([
      "data_scientist",
      "business_analyst",
    ]);
    expect(roles.filter((role) => mayTake(role, "free_text"))).toEqual(roles);
  });

  it("to propose is the Data Scientist's alone, to constrain the Business Analyst's", () => {
    const having = (right: "proposes" | "constrains") =>
      Object.entries(AUTHORITY).flatMap(([role, row]) => (row[right] ? [role] : []));
    expect(having("proposes")).toEqual(["data_scientist"]);
    expect(having("constrains")).toEqual(["business_analyst"]);
  });
});
