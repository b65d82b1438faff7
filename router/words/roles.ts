/**
 * The labels a text can get: the four roles and "none of them", and what each is for, in words.
 *
 * Descriptions are training examples of their own (they help most while history is thin); the
 * ground of every label is in docs/ROUTING.md. Who may act on what is not decided here: the
 * authority table is session/authority.ts and is handed in.
 */
import type { Role } from "../../schemas/parts.ts";

/** Label of texts that belong to none of the roles. */
export const OUT_OF_SCOPE = "out_of_scope";

export type Label = Role | typeof OUT_OF_SCOPE;

export const LABELS: readonly Label[] = [
  "data_scientist",
  "business_analyst",
  "stakeholder",
  "research_persona",
  OUT_OF_SCOPE,
];

export const DESCRIPTIONS: Readonly<Record<Label, readonly string[]>> = {
  data_scientist: [
    "tune hyperparameters: decay, alpha, gamma, learning rate, penalty",
    "find parameter values inside the allowed ranges that lower the validation error",
    "adjust how long a channel's effect lasts by changing its decay value",
    "move a channel's saturation point or steepness and refit the model",
    "make the fit more stable or more accurate by stronger or weaker regularisation",
  ],
  business_analyst: [
    "check whether ROI and contributions are plausible against industry benchmarks",
    "judge if the duration of an effect is commercially realistic",
    "interpret results in business terms and raise warnings or critical flags",
    "propose tighter bounds for parameters from knowledge of the market",
    "explain returns, payback and profit per channel",
  ],
  stakeholder: [
    "decide whether the model is deployed: approve, approve with conditions, reject",
    "set success criteria, monitoring plan and rollback rules for production use",
    "give executive sign-off or postpone the launch",
    "weigh risk and benefit of adopting the new model",
  ],
  research_persona: [
    "change the methodology: form of adstock or saturation, order of transformations",
    "change the model's structure, estimator, priors, sign constraints or penalty type",
    "change the target, the data, the variables or the evaluation scheme",
    "explain the scientific justification of the methodology with references",
    "use data that is reserved for the final test",
  ],
  out_of_scope: [
    "office, travel, IT support or personal matters",
    "small talk, general knowledge or meaningless text",
    "buying media, writing creative content or running campaigns",
    "building other models or software",
  ],
};
