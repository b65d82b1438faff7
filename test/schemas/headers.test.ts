import { describe, expect, it } from "vitest";
import type { Envelope } from "../../schemas/event.ts";
import { deriveSessionId } from "../../schemas/event.ts";
import {
  ATTACHMENT_CHARS_MAX,
  readAttachments,
  readEnvelope,
  toHeaders,
} from "../../schemas/headers.ts";

const ENVELOPE: Envelope = {
  id: deriveSessionId("id"),
  session: "s-1",
  business_unit: "emea",
  cause: deriveSessionId("cause"),
  producer: "guard",
  time: "2026-01-02T03:04:05.678Z",
  traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
};

describe("the envelope in headers", () => {
  it("comes back as it went, with its attachments", () => {
    const headers = toHeaders("ProposalMade", ENVELOPE, { warrant: "w", context: "{}" });
    expect(readEnvelope(headers)).toEqual(ENVELOPE);
    expect(readAttachments(headers)).toEqual({ warrant: "w", context: "{}" });
    expect(headers).toMatchObject({ ce_specversion: "1.0", ce_type: "mmm.ProposalMade" });
  });

  it("is refused when an attribute is missing or malformed", () => {
    const headers = toHeaders("ProposalMade", ENVELOPE);
    for (const [name, bad] of [
      ["ce_id", "not-a-uuid"],
      ["ce_subject", "../etc"],
      ["ce_time", "yesterday"],
      ["ce_source", "/mmm/Guard Dog"],
      ["ce_causationid", ""],
    ] as const) {
      expect(() => readEnvelope({ ...headers, [name]: bad }), name).toThrow(name);
      const { [name]: _gone, ...rest } = headers;
      expect(() => readEnvelope(rest), name).toThrow(name);
    }
  });

  it("refuses an attachment above its bound", () => {
    const long = "x".repeat(ATTACHMENT_CHARS_MAX + 1);
    expect(() => readAttachments({ "mmm-context": long })).toThrow("too long");
  });
});
