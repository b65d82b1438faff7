/**
 * Text → windows of WordPiece ids for the sentence encoder; the one file that knows
 * @huggingface/tokenizers.
 *
 * Padding and truncation of tokenizer.json are dropped after parsing: obeyed literally, the
 * shipped file pads every ten-token message to 128 tokens, and cuts the tail of long ones.
 *
 * I1. Every window has [CLS] first and [SEP] last and at most `windowTokens` ids.
 * I2. A text of one window is exactly the reference tokenizer's output.
 * I3. Work is bounded: at most MAX_TEXT_CHARS characters are read and MAX_WINDOWS windows made,
 *     first and last included, the others evenly spaced between them.
 */
import { Tokenizer } from "@huggingface/tokenizers";

/** Characters of one text that are tokenised; the rest is not read. */
export const MAX_TEXT_CHARS = 16_384;
/** Windows of one text that are judged: bounds one text to about 0.2 s of one core. */
export const MAX_WINDOWS = 8;

export interface TextTokenizer {
  /** Ids of each window of `text`, special tokens included; never empty. */
  windows(text: string): number[][];
}

/**
 * @param json the text of tokenizer.json
 * @param windowTokens ids per window, special tokens included
 */
export function openTokenizer(json: string, windowTokens: number): TextTokenizer {
  const parsed = JSON.parse(json) as Record<string, unknown>;
  delete parsed["padding"];
  delete parsed["truncation"];
  const tokenizer = new Tokenizer(parsed, {});
  const cls = requireTokenId(tokenizer, "[CLS]");
  const sep = requireTokenId(tokenizer, "[SEP]");
  return {
    windows(text) {
      const read = text.length > MAX_TEXT_CHARS ? text.slice(0, MAX_TEXT_CHARS) : text;
      const { ids } = tokenizer.encode(read.toWellFormed(), { add_special_tokens: false });
      return splitIntoWindows(ids, windowTokens - 2).map((piece) => [cls, ...piece, sep]);
    },
  };
}

function requireTokenId(tokenizer: Tokenizer, token: string): number {
  const id = tokenizer.token_to_id(token);
  if (id === undefined) throw new Error(`tokenizer.json has no ${token}`);
  return id;
}

/** Pieces of near-equal length, at most `size` ids each, thinned to MAX_WINDOWS. */
function splitIntoWindows(ids: readonly number[], size: number): number[][] {
  const count = Math.max(1, Math.ceil(ids.length / size));
  const length = Math.ceil(ids.length / count);
  const pieces = Array.from({ length: count }, (_, i) => ids.slice(i * length, (i + 1) * length));
  if (count <= MAX_WINDOWS) return pieces;
  return Array.from(
    { length: MAX_WINDOWS },
    (_, i) => pieces[Math.round((i * (count - 1)) / (MAX_WINDOWS - 1))] ?? [],
  );
}
