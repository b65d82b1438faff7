/** `trainer` in the settings: the built-in engine, or an outside program. */
import { z } from "zod";

export const TRAINER_SETTINGS = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("builtin") }),
  z.strictObject({
    kind: z.literal("subprocess"),
    /** Program and arguments; no shell reads them. */
    command: z.array(z.string().min(1)).min(1).max(50),
    timeout_s: z.int().min(1).max(86_400).default(3600),
    output_megabytes_max: z.number().positive().max(1000).default(16),
  }),
]);

export type TrainerSettings = z.infer<typeof TRAINER_SETTINGS>;
