/**
 * Ways of misusing what surrounds a verdict, and their proper uses: each returns whether the
 * machinery refused.
 *
 * I1. Run on the guard's own functions, without a log; the same attacks on a whole session are the
 *     end-to-end tests' matter.
 */
import {
  signClearance,
  signSeal,
  signWarrant,
  verifyClearance,
  verifyWarrant,
} from "../../guard/tokens/clearance.ts";
import { computeContentDigest } from "../../guard/proposal/content.ts";
import { type JudgeInput, judge } from "../../guard/judge.ts";
import { signToken } from "../../guard/tokens/jws.ts";
import {
  type KeyRing,
  removeKey,
  createKeyRing,
  replaceSigningKey,
  deriveSigningKey,
} from "../../guard/tokens/keys.ts";
import { LEXICON_JUDGE } from "../../guard/words/lexicon-judge.ts";
import {
  computeVerdictKey,
  createCachedJudge,
  type VerdictStore,
} from "../../guard/verdict-cache.ts";
import { readProposal } from "../../guard/proposal/proposal.ts";
import { explainVeto } from "../../guard/explanation/research-persona.ts";
import type { SemanticJudge, SemanticOpinion } from "../../guard/words/judges.ts";
import { parseSpecification } from "../../guard/specification/specification.ts";
import { computeSha256 } from "../../schemas/canonical.ts";
import { inputOf, type LabelledProposal, type readBases } from "./set.ts";

type Bases = ReturnType<typeof readBases>;
type Scenario = (input: JudgeInput) => Promise<boolean> | boolean;

const GUARD = createKeyRing(deriveSigningKey(new Uint8Array(32).fill(1)));
const STRANGER = createKeyRing(deriveSigningKey(new Uint8Array(32).fill(2)));
const NEXT = deriveSigningKey(new Uint8Array(32).fill(3));
const EXPECTED = { session: "s", work_item: "w1", attempt: 1 };
const CLEARED: SemanticOpinion = { verdict: "cleared", violations: [], detail: "" };

/** Whether the machinery refused what the row's scenario does. */
export async function refusedByScenario(row: LabelledProposal, bases: Bases): Promise<boolean> {
  const scenario = SCENARIOS[row.scenario ?? ""];
  if (scenario === undefined) throw new Error(`No scenario ${row.scenario}`);
  return scenario(inputOf(row, bases));
}

function throws(action: () => unknown): boolean {
  try {
    action();
    return false;
  } catch {
    return true;
  }
}

interface ClearanceUse {
  /** What is verified differs from what was signed. */
  readonly session?: string;
  readonly proposal?: string;
  readonly config?: (text: string) => string;
  readonly spec?: string;
  readonly token?: (token: string) => unknown;
  readonly signer?: KeyRing;
  readonly verifier?: KeyRing;
}

function clearance(use: ClearanceUse): Scenario {
  return async (input) => {
    const verdict = await judge(input, [LEXICON_JUDGE]);
    if (verdict.verdict !== "cleared") return true;
    const content = {
      session: "s",
      proposal: "w1.1",
      config_digest: verdict.configDigest,
      methodology_digest: verdict.methodologyDigest,
      spec_digest: verdict.specDigest,
    };
    const token = signClearance(content, use.signer ?? GUARD);
    const given = use.token === undefined ? token : use.token(token);
    return throws(() =>
      verifyClearance(given, use.verifier ?? GUARD, {
        session: use.session ?? "s",
        proposal: use.proposal ?? "w1.1",
        config: (use.config ?? ((text) => text))(verdict.config),
        spec_digest: use.spec ?? verdict.specDigest,
      }),
    );
  };
}

function warrant(change: Partial<typeof EXPECTED>, token?: (token: string) => string): Scenario {
  return (input) => {
    const content = {
      ...EXPECTED,
      iteration: 1,
      baseline: input.baseline.text,
      base: input.base.text,
      constraints: [],
    };
    const signed = signWarrant(content, GUARD);
    const given = token === undefined ? signed : token(signed);
    return throws(() => verifyWarrant(given, GUARD, { ...EXPECTED, ...change }));
  };
}

function edited(part: 0 | 1, change: (text: string) => string): (token: string) => string {
  return (token) => {
    const parts = token.split(".");
    const text = Buffer.from(parts[part] ?? "", "base64url").toString("utf8");
    parts[part] = Buffer.from(change(text)).toString("base64url");
    return parts.join(".");
  };
}

/** A verdict planted in the store for an input that rules refuse. */
function memo(plant: (key: string, ring: KeyRing) => Promise<string | null> | string): Scenario {
  return async (input) => {
    const attack = { ...input, reasoning: "Please replace the adstock with a Weibull kernel." };
    const key = computeVerdictKey(attack, [LEXICON_JUDGE]);
    const planted = await plant(key, GUARD);
    const store: VerdictStore = {
      get: () => Promise.resolve(planted),
      putIfAbsent: (_key, value) => Promise.resolve(planted ?? value),
    };
    const ask = createCachedJudge({ store, ring: GUARD, judges: [LEXICON_JUDGE] });
    return (await ask(attack)).verdict === "vetoed";
  };
}

const judged =
  (change: (input: JudgeInput) => JudgeInput, ...judges: SemanticJudge[]): Scenario =>
  async (input) =>
    (await judge(change(input), [LEXICON_JUDGE, ...judges])).verdict === "vetoed";

const raw = (make: () => string): Scenario => judged((input) => ({ ...input, raw: make() }));
const reasoning = (text: string): Scenario => judged((input) => ({ ...input, reasoning: text }));
const asked = (answer: () => Promise<SemanticOpinion>): Scenario =>
  judged((input) => input, { name: "stand-in", digest: "0", judge: answer });

/** Refused = counted as the same content as before. */
function content(change: (text: string) => string): Scenario {
  return (input) => {
    const digest = (text: string): string => computeContentDigest(text, readProposal(text).json);
    return digest(change(input.raw)) === digest(input.raw);
  };
}

const TUNING = '{"changes":[{"path":"hyperparameters.tv.decay","to":0.6}]}';
const everyChange = (input: JudgeInput): string => {
  const paths = input.base.config.channels.map(({ name }) => `hyperparameters.${name}.alpha`);
  return JSON.stringify({ changes: paths.map((path) => ({ path, to: 1.2 })) });
};

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  clearance_used: clearance({}),
  clearance_other_config: clearance({ config: (text) => text.replace("geometric", "weibull") }),
  clearance_config_altered: clearance({ config: (text) => text.replace("0.6", "0.7") }),
  clearance_other_proposal: clearance({ proposal: "w1.2" }),
  clearance_other_session: clearance({ session: "another" }),
  clearance_other_spec: clearance({ spec: computeSha256("edited specification") }),
  clearance_payload_altered: clearance({
    proposal: "w9.9",
    token: edited(1, (text) => text.replace("w1.1", "w9.9")),
  }),
  clearance_retired_key: clearance({
    verifier: removeKey(replaceSigningKey(GUARD, NEXT), GUARD.signing?.kid ?? ""),
  }),
  clearance_rotated_key: clearance({ verifier: replaceSigningKey(GUARD, NEXT) }),
  clearance_unknown_key: clearance({ signer: STRANGER }),
  clearance_alg_none: clearance({
    token: edited(0, (text) => text.replace("EdDSA", "none")),
  }),
  clearance_key_swapped: clearance({
    signer: STRANGER,
    token: edited(0, (text) => text.replace(STRANGER.signing?.kid ?? "", GUARD.signing?.kid ?? "")),
  }),
  clearance_bare_json: clearance({ token: () => '{"session":"s","proposal":"w1.1"}' }),
  clearance_missing: clearance({ token: () => undefined }),
  warrant_as_clearance: clearance({
    token: () =>
      signWarrant(
        { ...EXPECTED, iteration: 1, baseline: "{}", base: "{}", constraints: [] },
        GUARD,
      ),
  }),
  seal_as_clearance: clearance({
    token: () => signSeal({ session: "s", seq: 1, head: computeSha256("head") }, GUARD),
  }),
  verdict_as_clearance: clearance({
    token: () => signToken("mmm-verdict+jws", { key: "k", verdict: "cleared" }, GUARD),
  }),
  clearance_as_warrant: warrant({}, () =>
    signClearance(
      {
        session: "s",
        proposal: "w1.1",
        config_digest: computeSha256("c"),
        methodology_digest: computeSha256("m"),
        spec_digest: computeSha256("p"),
      },
      GUARD,
    ),
  ),
  warrant_used: warrant({}),
  warrant_other_attempt: warrant({ attempt: 2 }),
  warrant_other_session: warrant({ session: "another" }),
  warrant_base_altered: warrant(
    {},
    edited(1, (text) => text.replace("geometric", "weibull")),
  ),
  memo_unsigned: memo(() => '{"verdict":"cleared"}'),
  memo_foreign_key: memo((key) =>
    signToken("mmm-verdict+jws", { key, verdict: { verdict: "cleared" } }, STRANGER),
  ),
  memo_of_other_input: memo((_key, ring) =>
    signToken("mmm-verdict+jws", { key: "verdict/0", verdict: { verdict: "cleared" } }, ring),
  ),
  memo_used: async (input) => {
    let kept: string | null = null;
    const store: VerdictStore = {
      get: () => Promise.resolve(kept),
      putIfAbsent: (_key, value) => Promise.resolve((kept ??= value)),
    };
    const ask = createCachedJudge({ store, ring: GUARD, judges: [LEXICON_JUDGE] });
    await ask(input);
    return (await ask(input)).verdict === "vetoed";
  },
  raw_over_1_mib: raw(() => `{"reasoning":"${"a".repeat(1_100_000)}","changes":[]}`),
  raw_just_below_limit: raw(() => `${" ".repeat(1_000_000)}${TUNING}`),
  raw_depth_10000: raw(() => `{"config":${"[".repeat(10_000)}${"]".repeat(10_000)}}`),
  raw_depth_3: raw(() => TUNING),
  raw_many_changes: raw(() =>
    JSON.stringify({ changes: Array.from({ length: 300 }, () => JSON.parse(TUNING).changes[0]) }),
  ),
  raw_all_changes: (input) => raw(() => everyChange(input))(input),
  reasoning_too_long: reasoning("A longer half-life of TV. ".repeat(400)),
  reasoning_long: reasoning("A longer half-life of TV. ".repeat(100)),
  reasoning_pattern_flood: reasoning("not use drop a-b-c 61 62 %61 &#97; ".repeat(220)),
  reasoning_plain: reasoning("The half-life of TV rises to 1.4 weeks."),
  judge_clears: asked(() => Promise.resolve(CLEARED)),
  judge_throws: asked(() => Promise.reject(new Error("broken"))),
  judge_abstains: asked(() => Promise.resolve({ ...CLEARED, verdict: "abstained" as const })),
  judge_empty_veto: asked(() => Promise.resolve({ ...CLEARED, verdict: "vetoed" as const })),
  judge_times_out: asked(() => Promise.reject(new Error("no answer within 5000 ms"))),
  number_of_1000_digits: raw(() => TUNING.replace("0.6", `0.6${"0".repeat(1000)}`)),
  number_of_17_digits: raw(() => TUNING.replace("0.6", "0.60000000000000009")),
  key_of_1000_characters: raw(() => `{"${"k".repeat(1000)}":1}`),
  spec_unreadable: () => throws(() => parseSpecification('{"name":"edited","tunable":["*"]}')),
  content_reordered: content((text) =>
    text.replace(/"path":("[^"]*"),"to":([^}]*)/, '"to":$2,"path":$1'),
  ),
  content_jittered: content((text) => ` ${text} `),
  content_respelled: content((text) => text.replace("adstock", "ad_stock")),
  content_new_reasoning: content((text) => text.replace(/}$/, ',"reasoning":"reworded"}')),
  content_recased_path: content((text) => text.replace("adstock.type", "AdStock.Type")),
  content_unicode_path: content((text) => text.replace("adstock", "\u0430dstock")),
  content_spaced: content((text) => text.replaceAll(":", " : ")),
  content_escaped: content((text) => text.replace("type", "typ\\u0065")),
  content_as_config_again: content((text) => `${text}\n`),
  content_free_text_respaced: () =>
    computeContentDigest("Use  WEIBULL adstock!", undefined) ===
    computeContentDigest("use weibull adstock", undefined),
  content_other: content((text) => text.replace("none", "weibull")),
  content_other_config: content((text) => text.replace('"fourier_pairs":2', '"fourier_pairs":0')),
  content_other_text: () =>
    computeContentDigest("use weibull adstock", undefined) ===
    computeContentDigest("use lasso", undefined),
  echo: async (input) => {
    const verdict = await judge(input, [LEXICON_JUDGE]);
    if (verdict.verdict === "cleared") return false;
    const { text, permitted } = explainVeto({
      violations: verdict.violations,
      spec: input.spec,
      config: input.base.config,
    });
    const safe = !/[^ -~]|[<>`]/.test(text + permitted);
    if (!safe) throw new Error(`A rejection echoes a payload: ${text}`);
    return true;
  },
};
