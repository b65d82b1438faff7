import { describe, expect, it } from "vitest";
import { hasType, toKafkaError } from "../../../infra/kafka/errors.ts";
import { MmmError } from "../../../schemas/errors.ts";

const kafka = (more: object) => Object.assign(new Error("broker says no"), more);
const convert = (error: unknown) => toKafkaError(error, "appending", ["b1:9092", "b2:9092"]);

describe("errors of Kafka", () => {
  it("are retriable unless they say that a retry cannot help", () => {
    expect(convert(kafka({}))).toMatchObject({
      code: "log_unavailable",
      retriable: true,
      message: "Kafka at b1:9092, b2:9092 failed while appending: broker says no",
    });
    expect(convert("odd").message).toContain("odd");
  });

  it("tell a fenced owner and refused access, however deep they lie", () => {
    const fenced = kafka({ cause: kafka({ cause: kafka({ type: "PRODUCER_FENCED" }) }) });
    expect(convert(fenced)).toMatchObject({ code: "fenced", cause: fenced });
    expect(convert(kafka({ type: "TOPIC_AUTHORIZATION_FAILED" })).code).toBe("unauthorized");
    expect(convert(kafka({ name: "KafkaJSSASLAuthenticationError" })).code).toBe("unauthorized");
  });

  it("of our own pass as they are, and a circle of causes ends", () => {
    const own = new MmmError("topics_mismatch", "x");
    expect(convert(own)).toBe(own);
    const circle = kafka({});
    circle.cause = circle;
    expect(hasType(circle, ["PRODUCER_FENCED"])).toBe(false);
  });
});
