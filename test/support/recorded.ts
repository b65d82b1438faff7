/** A language model that answers from a recording: the lines of `mmm transcript --json`. */
import type { CallRecord } from "../../agents/claude/paid-calls.ts";
import { computeDigest } from "../../schemas/canonical.ts";
import { MmmError } from "../../schemas/errors.ts";
import type { LanguageModel } from "../../session/language-model.ts";

export function recordedModel(records: Iterable<CallRecord>): LanguageModel {
  const answers = new Map([...records].map((one) => [one.input_digest, one.completion]));
  return {
    complete: async (request) => {
      const answer = answers.get(computeDigest(request));
      if (answer !== undefined) return answer;
      throw new MmmError("reasoner_failed", "the recording holds no answer to this request");
    },
  };
}
