/**
 * Secrets of callers at rest: encrypted with a key that follows from the installation's own secret.
 *
 * AES-256-GCM (NIST SP 800-38D) under a key by HKDF-SHA256 (RFC 5869), a fresh 96-bit nonce each time.
 *
 * I1. What is encrypted for one context opens in no other: the context is authenticated with it.
 * I2. What does not open (another installation, a replaced key, a changed byte) is null, not an error.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

export interface SecretBox {
  /** Text of base64url parts: version, nonce, tag, content. */
  encrypt(text: string, context: string): string;
  decrypt(encrypted: string, context: string): string | null;
}

const VERSION = "s1";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** `secret`: at least 32 random bytes; `purpose`: what this key alone is for. */
export function createSecretBox(secret: Uint8Array, purpose: string): SecretBox {
  const key = new Uint8Array(hkdfSync("sha256", secret, "", `mmm-optimizer/${purpose}`, 32));
  return {
    encrypt(text, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(context));
      const content = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
      const parts = [nonce, cipher.getAuthTag(), content];
      return [VERSION, ...parts.map((part) => part.toString("base64url"))].join(".");
    },
    decrypt(encrypted, context) {
      const [version, nonce = "", tag = "", content = ""] = encrypted.split(".");
      const authTag = Buffer.from(tag, "base64url");
      if (version !== VERSION || authTag.length !== TAG_BYTES) return null;
      try {
        const opener = createDecipheriv("aes-256-gcm", key, Buffer.from(nonce, "base64url"));
        opener.setAAD(Buffer.from(context)).setAuthTag(authTag);
        const text = opener.update(Buffer.from(content, "base64url"));
        return Buffer.concat([text, opener.final()]).toString("utf8");
      } catch {
        return null;
      }
    },
  };
}
