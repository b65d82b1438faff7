/**
 * Dates of a configuration that do not say what they seem to: events outside the data, weeks whose label
 * may be their last day.
 *
 * 1. A date that matches no period is named: nothing that was given is passed over.
 */

import { findPeriodStart, parseDayNumber } from "../calendar.ts";
import type { ModelConfig } from "../config.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Finding } from "../findings.ts";
import { toFinding } from "../findings.ts";

const NAMED_MOST = 6;
/** Day number 0 is a Thursday. */
const WEEKDAYS = ["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"];
/** Days on which weeks end as often as they begin. */
const DOUBTFUL = new Set(["Friday", "Saturday", "Sunday"]);

/** Findings about dated events and the label of weeks. */
export function collectDateFindings(dataset: Dataset, config: ModelConfig): Finding[] {
  return [...findUnmatchedEvents(dataset, config), ...findDoubtfulLabel(dataset, config)];
}

function findUnmatchedEvents(dataset: Dataset, config: ModelConfig): Finding[] {
  const { firstDay, dates, frequency } = dataset;
  const first = findPeriodStart(firstDay, frequency, 0);
  const next = findPeriodStart(firstDay, frequency, dates.length);
  return config.data.events.flatMap((event) => {
    if (typeof event === "string") return [];
    const outside = event.dates.filter((text) => {
      const day = parseDayNumber(text) ?? first;
      return day < first || day >= next;
    });
    if (outside.length === 0) return [];
    const named = outside.slice(0, NAMED_MOST).join(", ");
    const more = outside.length > NAMED_MOST ? ` and ${outside.length - NAMED_MOST} more` : "";
    const all = outside.length === event.dates.length ? "; the event has no effect at all" : "";
    return [
      toFinding(
        "event_unmatched",
        `Event "${event.name}": ${named}${more} lie outside the data, ${dates[0] ?? ""} to ${dates.at(-1) ?? ""}, and match nothing${all}`,
        { figure: outside.length, bound: 0 },
      ),
    ];
  });
}

/** Where dates of the calendar meet weeks that may be labelled by their last day. */
function findDoubtfulLabel({ firstDay }: Dataset, { data, calibration }: ModelConfig): Finding[] {
  if (data.frequency !== "weekly" || data.week_label !== undefined) return [];
  const dated = data.events.some((event) => typeof event !== "string");
  if (!dated && (calibration?.lift_tests.length ?? 0) === 0) return [];
  const weekday = WEEKDAYS[((firstDay % 7) + 7) % 7] ?? "";
  if (!DOUBTFUL.has(weekday)) return [];
  return [
    toFinding(
      "week_label_unstated",
      `Weeks are dated by ${weekday}s and taken to begin then: where they end on that day, set data.week_label to "end", or events and lift tests land a week early; where they begin then, set it to "start"`,
    ),
  ];
}
