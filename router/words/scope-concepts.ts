/**
 * What tells the field from everything else, and the form of a text. Rows without points are for
 * the trained head, which learns its own weights.
 */
import { type Concept, createConcept } from "./concept.ts";

const OOS = "out_of_scope";

export const SCOPE_CONCEPTS: readonly Concept[] = [
  // The field at all, and what lies outside it.
  createConcept(
    "media_channel",
    "tv|television|radio|paid search|search|social|facebook|instagram|meta|youtube|tiktok|display|print|ooh|out[- ]of[- ]home|cinema|e-?mail|newsletters?|podcasts?|affiliate|influencers?|direct mail|channels?|media",
    {},
  ),
  createConcept(
    "model_word",
    "mmm|models?|configuration|baseline|marketing mix|coefficients?|effects?",
    {},
  ),
  createConcept(
    "office",
    "printer|password|laptop|meeting room|holiday request|vacation|leave|invoice|flight|hotel|trip|salary|payroll|hr|calendar|lunch|coffee|badge|office|parking|taxi|projector",
    { [OOS]: 2.5 },
  ),
  createConcept(
    "campaign_work",
    "slogan*|creatives?|banner artwork|headline*|jingle*|press release|ad copy|bids?|keywords?|cpm|ads manager|google ads right|retargeting|logo|packaging|landing page|photo*",
    { [OOS]: 2 },
  ),
  createConcept(
    "software",
    "sql|database|apis?|server*|kubernetes|docker|bugs?|pull request|unit tests?|website|webshop|checkout|app|vpn|tls|firewall|kafka|crm",
    { [OOS]: 2.5 },
  ),
  createConcept(
    "chat",
    "hello|hi|thanks|thank you|joke|weather|recipe|poem|song|good morning|happy birthday|your name|who are you|translate|haiku|story|dentist|doctor|bitcoin|stocks",
    { [OOS]: 2.5 },
  ),
  // Form of the text: no points, but the head may learn from them.
  { id: "question", pattern: /\?/u, points: {} },
  { id: "number", pattern: /\p{N}/u, points: {} },
  createConcept("is_it", "is|are|does|do|would|should|could|can", {}),
  createConcept("who_when", "who|when", {}),
  createConcept("why", "why|which|what|how", {}),
  createConcept("we_go", "shall we|do we|can we|should we|are we|may we|let's|let us", {}),
];
