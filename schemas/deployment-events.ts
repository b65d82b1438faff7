/**
 * The event of the deployment decision.
 *
 * I1. What both uses rest on is carried as text (`grounds`, schemas/deployment.ts); the uses themselves are
 *     fields.
 */
import { REASONER_NOTE, STRINGS } from "./parts.ts";

export const DEPLOYMENT_DECIDED = {
  type: "record",
  name: "DeploymentDecided",
  fields: [
    { name: "decision", type: "string", doc: "approve, approve_with_conditions or reject" },
    { name: "rationale", type: "string" },
    { name: "conditions", type: STRINGS },
    { name: "success_criteria", type: STRINGS },
    {
      name: "monitoring",
      type: {
        type: "array",
        items: {
          type: "record",
          name: "MonitoringRule",
          fields: [
            { name: "metric", type: "string" },
            { name: "warn_above", type: "double" },
            { name: "rollback_above", type: "double" },
            { name: "window_weeks", type: "int" },
          ],
        },
      },
    },
    { name: "rollback", type: "string" },
    { name: "next_review_weeks", type: "int" },
    { name: "reasoner", type: REASONER_NOTE },
    {
      name: "forecast_use",
      type: ["null", "string"],
      default: null,
      doc: "approve, approve_with_conditions, reject or cannot_tell",
    },
    {
      name: "budget_use",
      type: ["null", "string"],
      default: null,
      doc: "the same of moving budget on the model",
    },
    {
      name: "grounds",
      type: ["null", "string"],
      default: null,
      doc: "figures, reasons and conditions of both uses, raised flags, the next experiment; JSON",
    },
  ],
} as const;
