/**
 * Secrets struck out of text before it is sent to a model, stored or shown.
 *
 * I1. The shapes are those of well-known credentials; what else looks random (digests, ids) stays.
 * I2. Values are struck out text by text: structure and numbers stay as they are.
 */

/** Shapes of credentials; each leaves its name in the text. */
const SHAPES: readonly (readonly [string, RegExp])[] = [
  ["anthropic key", /\bsk-ant-[A-Za-z0-9_-]{8,}/g],
  ["api key", /\b(?:sk|pk|rk)[-_](?:live|test|proj)?[-_]?[A-Za-z0-9_-]{20,}/g],
  ["aws key", /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g],
  ["github token", /\bgh[pousr]_[A-Za-z0-9]{30,}\b/g],
  ["slack token", /\bxox[abprs]-[A-Za-z0-9-]{10,}/g],
  ["google key", /\bAIza[A-Za-z0-9_-]{30,}/g],
  ["token", /\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/g],
  ["bearer token", /(?<=\bBearer\s)[A-Za-z0-9._~+/=-]{12,}/gi],
  ["private key", /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g],
  ["password", /(?<=\b(?:password|passwd|secret|api_key|apikey)\s?[=:]\s?)[^\s"\\,;]{6,}/gi],
  ["password", /(?<=\/\/[^\s:/@"\\]{1,60}:)[^\s:/@"\\]{3,}(?=@)/g],
];

/** `text` without known secrets and without what is shaped like one. */
export function redact(text: string, secrets: readonly string[] = []): string {
  let redacted = text;
  for (const secret of secrets) {
    if (secret.length >= 4) redacted = redacted.replaceAll(secret, "[secret]");
  }
  for (const [name, shape] of SHAPES) redacted = redacted.replace(shape, `[${name}]`);
  return redacted;
}

/** A JSON value with every text in it, keys too, redacted and well-formed. */
export function redactValue<T>(value: T, secrets: readonly string[] = []): T {
  return mapTexts(JSON.parse(JSON.stringify(value)), (text) =>
    redact(text.toWellFormed(), secrets),
  ) as T;
}

function mapTexts(value: unknown, strike: (text: string) => string): unknown {
  if (typeof value === "string") return strike(value);
  if (Array.isArray(value)) return value.map((one) => mapTexts(one, strike));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [strike(key), mapTexts(one, strike)]),
  );
}
