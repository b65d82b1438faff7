/**
 * Words meant for whoever judges rather than for whoever models: fake verdicts, role markers, orders
 * to forget the rules.
 *
 * I1. Each pattern is linear: bounded gaps, no nested repetition.
 */
import type { Violation } from "../../schemas/parts.ts";
import { normalizeText } from "./clause.ts";
import { createViolation } from "../violation.ts";

/** Kind of address → pattern on folded text. */
const PATTERNS: readonly (readonly [kind: string, pattern: RegExp])[] = [
  [
    "tells the judge to forget its instructions",
    /\b(?:ignore|disregard|forget|override|discard|set aside) (?:all |any |the |your |every )?(?:of )?(?:your |the |these |those )?(?:previous|prior|above|earlier|preceding|foregoing|system|original|safety|guard|methodology|other)?[ -]{0,2}(?:instructions?|prompts?|rules|guidelines|directives|policy|policies|checks|context)\b/,
  ],
  [
    "says that the guard is off",
    /\b(?:guard|guardrails?|judge|check|filter|semantic layer|methodology lock|lock)\b[^.!?]{0,20}\b(?:is|was|has been|are|runs?|been)\b[^.!?]{0,15}\b(?:off|disabled|suspended|inactive|switched off|released|debug mode|down for|not active|optional)\b|\b(?:must|should|may|need|do) not (?:evaluate|judge|check|read further|scan|inspect|look at|assess)\b|\b(?:remaining|following|rest of the|next) (?:text|paragraph|part|section|message) (?:is|was|has been) (?:trusted|safe|(?:pre-?)?approved|already|harmless)\b|\b(?:without|no|with no) restrictions\b|\bviolations?:? (?:false|none)\b/,
  ],
  [
    "gives the verdict itself",
    /["']?\b(?:verdict|violation|violations|is_violation|cleared|approved|safe|allowed|decision|label|result)\b["']?\s?[:=]\s?["']?(?:cleared|clear|approved?|false|none|true|safe|ok|pass(?:ed)?|allow(?:ed)?|benign|no|0|\[\])/,
  ],
  [
    "imitates a chat's markers",
    /<\|?\/?(?:im_start|im_end|system|assistant|user|endoftext|end|inst|sys|human|tool|proposal|reasoning|untrusted|data|document)\b[^>]{0,40}\|?>|\[\/?(?:inst|system|sys|end of (?:document|proposal|input|reasoning))\b[^\]]{0,40}\]|<<\/?sys>>|(?:^|[.\n"'] ?)(?:system|assistant|human|judge|guard) ?:|###? ?(?:system|instruction|response|end|new task)|-{3,} ?(?:end|begin|system)|```(?:json|system)?/,
  ],
  [
    "names the judge's answer",
    /\b(?:answer|respond|reply|output|return|print|emit|write|say|state|give|conclude|declare|classify|label|mark|rate|score|grade|treat|judge|consider)\b[^.!?]{0,50}\b(?:"?cleared"?|"?approved"?|no violations?|not a violation|non-violating|"?safe"?|"?benign"?|compliant|"?yes"?|"?pass(?:ed)?"?|"?allowed"?|acceptable)\b/,
  ],
  [
    "gives the judge another role",
    /\b(?:you are (?:now|no longer|actually|an? |the )|act as|pretend (?:to be|you|that)|role-?play|from now on,? you|your (?:new |real |actual )?(?:task|role|job|goal|purpose|instructions?) (?:is|are|has)|as an? (?:unrestricted|helpful|uncensored|lenient)|imagine you are|developer mode|debug mode|maintenance mode|test mode|jailbreak|dan mode|god mode|sudo)\b/,
  ],
  [
    "speaks to the judge",
    /\b(?!to (?:judge|check|filter|guard) \w)(?:dear|hey|hello|hi|note (?:to|for)|message (?:to|for)|attention|instructions? (?:to|for)|reminder (?:to|for)|to) (?:the )?(?:judge|guard|classifier|validator|evaluator|moderator|reviewing model|language model|llm|ai|assistant|methodology guard|grader|checker|filter)\b/,
  ],
  [
    "orders the check away",
    /\b(?:skip|disable|bypass|suspend|turn off|switch off|do not run|don't run|no need (?:to|for)|there is no need (?:to|for)|stop)\b[^.!?]{0,30}\b(?:check(?:s|ing)?|guard|guardrails?|validation of this|judg(?:e|ing|ement)|review of this|moderation|filter|semantic layer|verification|scan(?:ning)?|screening)\b/,
  ],
  [
    "shows invented verdicts",
    /\b(?:example \d{1,2}|proposal \d{1,3}|input \d{1,2}|case \d{1,2})\b[^.!?]{0,80}(?:->|=>|→|:)\s?["']?(?:cleared|approved|ok|pass|no violation|safe|false)/,
  ],
  [
    "hides behind an end of input",
    /\b(?:end of (?:the )?(?:document|proposal|input|reasoning|untrusted|user|data|text)|(?:beginning|start) of (?:system|new|trusted)|below is (?:the )?(?:trusted|system))\b/,
  ],
];

/** Violations for every way in which a text speaks to its judge. */
export function findJudgeInstructions(text: string): Violation[] {
  const plain = normalizeText(text);
  const found: Violation[] = [];
  for (const [kind, pattern] of PATTERNS) {
    const match = pattern.exec(plain);
    if (match === null) continue;
    const at = Math.max(0, match.index - 20);
    const message = `The text ${kind}`;
    found.push(
      createViolation("instruction_to_judge", "reasoning", message, plain.slice(at, at + 120)),
    );
  }
  return found;
}
