/**
 * A model's text as a checked value.
 *
 * I1. Strictly JSON of the schema and nothing around it; then our own rules. Nothing is mended.
 * I2. Text is bounded before it is parsed, complaints before they are passed on.
 */
import type { z } from "zod";
import { describeError } from "../../schemas/errors.ts";
import type { Block } from "../../session/language-model.ts";

export interface Rules<T> {
  readonly schema: z.ZodType<T>;
  readonly check?: (answer: T) => readonly string[];
}

export interface Complaint {
  readonly kind: "empty" | "malformed" | "rejected";
  readonly detail: string;
}

export type Read<T> =
  | { readonly answer: T; readonly complaint: null }
  | { readonly answer: null; readonly complaint: Complaint };

const ANSWER_CHARS_MAX = 100_000;
const COMPLAINTS_MAX = 8;

/** Reads the text blocks of an answer. */
export function readAnswer<T>(rules: Rules<T>, content: readonly Block[]): Read<T> {
  const complain = (kind: Complaint["kind"], detail: string): Read<T> => ({
    answer: null,
    complaint: { kind, detail },
  });
  const text = content.map((block) => (block.type === "text" ? block.text : "")).join("");
  if (text.trim() === "") return complain("empty", "the answer is empty");
  if (text.length > ANSWER_CHARS_MAX) return complain("malformed", "the answer is too long");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return complain("malformed", `the answer is not JSON: ${describeError(error).slice(0, 200)}`);
  }
  const parsed = rules.schema.safeParse(value);
  if (!parsed.success) {
    const issues = parsed.error.issues.slice(0, COMPLAINTS_MAX);
    return complain(
      "malformed",
      issues.map((one) => `${one.path.join(".") || "the answer"}: ${one.message}`).join("; "),
    );
  }
  const complaints = rules.check?.(parsed.data) ?? [];
  if (complaints.length === 0) return { answer: parsed.data, complaint: null };
  return complain("rejected", complaints.slice(0, COMPLAINTS_MAX).join("; "));
}
