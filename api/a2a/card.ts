/**
 * The agent card: what this server can do, where, and how to log in; signed.
 *
 * I1. What the card declares is what the server holds: push only with an allow-list, login as
 *     configured.
 */
import type { KeyObject } from "node:crypto";
import { AgentCard, generateAgentCardSignature } from "./sdk.ts";

export interface CardKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  /** Public half as JWK. */
  readonly publicJwk: Readonly<Record<string, unknown>>;
}

export interface CardFacts {
  /** Base address, without trailing slash. */
  readonly url: string;
  readonly version: string;
  readonly push: boolean;
  readonly login: boolean;
  readonly roles: boolean;
}

const JSON_MODES = ["application/json", "text/plain"];

const SKILLS = [
  {
    id: "optimize_model",
    name: "Optimize a Marketing Mix Model",
    description:
      "Tunes decay, alpha, gamma, learning rate and penalty of a model under a methodology guard; " +
      "send a data part {baseline, business_context, limits?, seed?}. An open escalation is " +
      "input-required; answer it with {choice, reason, instruction?}.",
    tags: ["mmm", "marketing", "optimization"],
    examples: ['{"baseline": {…}, "business_context": {"business_unit": "…"}}'],
  },
  describeRoleSkill(
    "data_scientist",
    "Data Scientist",
    "proposes changes of tunable parameters",
    "propose",
  ),
  describeRoleSkill("business_analyst", "Business Analyst", "reviews a trained model", "review"),
  describeRoleSkill("stakeholder", "Stakeholder", "decides on deployment", "decide"),
  describeRoleSkill(
    "research_persona",
    "Research Persona",
    "explains a veto, with citations",
    "explain",
  ),
];

function describeRoleSkill(id: string, name: string, does: string, question: string) {
  return {
    id,
    name,
    description: `${name}: ${does}; send a data part {skill, question, job}.`,
    tags: ["mmm", "agent"],
    examples: [`{"skill": "${id}", "question": "${question}", "job": {…}}`],
  };
}

/** The card, not signed. */
export function createAgentCard(facts: CardFacts): AgentCard {
  const versions = { protocolVersion: "1.0" };
  const schemes = {
    bearer: { httpAuthSecurityScheme: { scheme: "Bearer", bearerFormat: "JWT" } },
    apiKey: { apiKeySecurityScheme: { location: "header", name: "x-api-key" } },
  };
  return AgentCard.fromJSON({
    name: "mmm-optimizer",
    description: "Governed optimization of Marketing Mix Models by a team of agents.",
    version: facts.version,
    supportedInterfaces: [
      { url: `${facts.url}/a2a`, protocolBinding: "JSONRPC", ...versions },
      { url: `${facts.url}/a2a/v1`, protocolBinding: "HTTP+JSON", ...versions },
    ],
    capabilities: {
      streaming: true,
      pushNotifications: facts.push,
      extendedAgentCard: true,
      extensions: [
        {
          uri: "urn:mmm-optimizer:a2a:idempotent-send",
          description: "A message counts once per caller, tenant and messageId; retries are safe.",
        },
        {
          uri: "urn:mmm-optimizer:a2a:sequence",
          description:
            "metadata.seq of tasks and updates is the session's history sequence number.",
        },
      ],
    },
    defaultInputModes: JSON_MODES,
    defaultOutputModes: JSON_MODES,
    skills: SKILLS.filter((skill) => facts.roles || skill.id === "optimize_model"),
    ...(facts.login
      ? {
          securitySchemes: schemes,
          securityRequirements: [{ schemes: { bearer: {} } }, { schemes: { apiKey: {} } }],
        }
      : {}),
  });
}

/** The card with its signature (JWS over the canonical card, specification 8.4). */
export function signCard(card: AgentCard, key: CardKey, url: string): Promise<AgentCard> {
  const header = { alg: "EdDSA", kid: key.kid, typ: "JOSE", jku: `${url}/.well-known/jwks.json` };
  return generateAgentCardSignature(key.privateKey, header)(card);
}
