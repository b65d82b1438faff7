import { describe, expect, it } from "vitest";
import { createSecretBox } from "../../../api/http/secret-box.ts";

const secret = new Uint8Array(32).fill(7);
const box = createSecretBox(secret, "webhooks");

describe("a secret at rest", () => {
  it("opens at its place, and is sealed anew each time", () => {
    const sealed = box.seal("töken", "task-1");
    expect(box.open(sealed, "task-1")).toBe("töken");
    expect(sealed).not.toContain("ken");
    expect(box.seal("töken", "task-1")).not.toBe(sealed);
  });

  it("does not open at another place, for another purpose, or in another installation", () => {
    const sealed = box.seal("token", "task-1");
    expect(box.open(sealed, "task-2")).toBeNull();
    expect(createSecretBox(secret, "other").open(sealed, "task-1")).toBeNull();
    const other = createSecretBox(new Uint8Array(32).fill(8), "webhooks");
    expect(other.open(sealed, "task-1")).toBeNull();
  });

  it("does not open when it was changed or cut", () => {
    const sealed = box.seal("token", "task-1");
    const [version, nonce, tag, content = ""] = sealed.split(".");
    const flipped = content.startsWith("A") ? `B${content.slice(1)}` : `A${content.slice(1)}`;
    for (const text of [
      [version, nonce, tag, flipped].join("."),
      [version, nonce, tag?.slice(0, 8), content].join("."),
      [`x${version}`, nonce, tag, content].join("."),
      "",
      "s1...",
    ]) {
      expect(box.open(text, "task-1"), text).toBeNull();
    }
  });
});
