/**
 * Secrets of callers at rest: sealed with a key that follows from the installation's own secret.
 *
 * AES-256-GCM (NIST SP 800-38D) under a key by HKDF-SHA256 (RFC 5869), a fresh 96-bit nonce each time.
 *
 * I1. What is sealed for one place opens at no other: the place is authenticated with it.
 * I2. What does not open (another installation, a replaced key, a changed byte) is null, not an error.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

export interface Sealer {
  /** Text of base64url parts: version, nonce, tag, content. */
  seal(text: string, place: string): string;
  open(sealed: string, place: string): string | null;
}

const VERSION = "s1";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** `secret`: at least 32 random bytes; `purpose`: what this key alone is for. */
export function createSecretBox(secret: Uint8Array, purpose: string): Sealer {
  const key = new Uint8Array(hkdfSync("sha256", secret, "", `mmm-optimizer/${purpose}`, 32));
  return {
    seal(text, place) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(place));
      const content = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
      const parts = [nonce, cipher.getAuthTag(), content];
      return [VERSION, ...parts.map((part) => part.toString("base64url"))].join(".");
    },
    open(sealed, place) {
      const [version, nonce = "", tag = "", content = ""] = sealed.split(".");
      const authTag = Buffer.from(tag, "base64url");
      if (version !== VERSION || authTag.length !== TAG_BYTES) return null;
      try {
        const opener = createDecipheriv("aes-256-gcm", key, Buffer.from(nonce, "base64url"));
        opener.setAAD(Buffer.from(place)).setAuthTag(authTag);
        const text = opener.update(Buffer.from(content, "base64url"));
        return Buffer.concat([text, opener.final()]).toString("utf8");
      } catch {
        return null;
      }
    },
  };
}
