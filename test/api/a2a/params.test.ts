import { describe, expect, it } from "vitest";
import { checkParams } from "../../../api/a2a/params.ts";

const message = { messageId: "m1", role: "ROLE_USER", parts: [{ text: "hello" }] };
const send =
  (more: object, method = "SendMessage") =>
  () =>
    checkParams(method, { message: { ...message, ...more } });

describe("parameters of a call", () => {
  it("are taken when they are of the method", () => {
    expect(send({})).not.toThrow();
    expect(send({ messageId: undefined, message_id: "m1" })).not.toThrow();
    expect(() => checkParams("GetTask", { id: "t1", historyLength: 0 })).not.toThrow();
    expect(() => checkParams("constructor", {})).not.toThrow();
  });

  it("are refused with the place", () => {
    expect(send({ role: "ROLE_AGENT" })).toThrow(/message\.role/);
    expect(send({ parts: [] })).toThrow(/message\.parts/);
    expect(send({ messageId: undefined })).toThrow(/messageId is required/);
    expect(() => checkParams("GetTask", { id: 5 })).toThrow(/^id: /);
    expect(() => checkParams("SendStreamingMessage", undefined)).toThrow(/^params: /);
  });

  it("hold exactly one thing in each part of a message", () => {
    expect(send({ parts: [{ text: "a", data: {} }] })).toThrow(/exactly one/);
    expect(send({ parts: [{ filename: "f" }] })).toThrow(/exactly one/);
    expect(send({ parts: [{ data: null }] })).not.toThrow();
  });
});
