/** Which columns play which part when a table is looked at before modelling. */
import { pivotLongTable } from "../long.ts";
import { guessColumnRoles, type Roles } from "../roles/guess.ts";
import type { DataTable } from "../table.ts";

export interface ChannelRole {
  readonly name: string;
  readonly spend: string;
  readonly exposure: string | null;
}

export interface CheckRoles {
  readonly date: string;
  readonly target: string;
  readonly geo: string | null;
  readonly channels: readonly ChannelRole[];
  readonly controls: readonly string[];
}

/** The parts that names and values of columns show; null where no date or target is found. */
export function guessRoles(table: DataTable): CheckRoles | null {
  const { long } = table.layout;
  const wide = long === null ? table : pivotLongTable(table, long);
  return toCheckRoles(wide, guessColumnRoles(wide, { withFaults: true }));
}

/** The parts that a check looks at; null where no date or target is among them. */
export function toCheckRoles({ layout }: DataTable, roles: Roles): CheckRoles | null {
  const { columns, channels } = roles;
  const { date, geo } = layout;
  const target = columns.find(({ part }) => part === "target")?.column;
  if (date === null || target === undefined) return null;
  return {
    date,
    geo,
    target,
    channels: channels.map(({ name, spend, exposure }) => ({ name, spend, exposure })),
    controls: columns
      .filter(({ part }) => part === "control" || part === "organic")
      .map(({ column }) => column),
  };
}
