/** Which columns play which part when a table is looked at before modelling. */
import type { DataTable, TableColumn } from "../table.ts";

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

const TARGET =
  /sales|revenue|umsatz|absatz|erl[öo]s|ventas|ingresos|ventes|chiffre|conversion|orders|bookings|^y$|^kpi$|target/i;
const SPEND = /spend|cost|budget|invest|ausgaben|kosten|gasto|coste|d[ée]pense|^mdsp_|_s$/i;
const EXPOSURE = /impression|clicks?|grp|reach|views|_i$|_p$|^mdip_/i;
const MEDIA =
  /^(?:tv|radio|social|search|display|video|ooh|print|email|facebook|google|youtube|tiktok|instagram|meta|affiliate|newsletter|programmatic)/i;

/** The parts by the columns' names alone; null where no date or number column is found. */
export function guessRoles(table: DataTable): CheckRoles | null {
  const { date, geo } = table.layout;
  const numbers = table.columns.filter(({ kind }) => kind === "number");
  const target = numbers.find(({ name }) => TARGET.test(name)) ?? numbers[0];
  if (date === null || target === undefined) return null;
  const others = numbers.filter((column) => column !== target && !EXPOSURE.test(column.name));
  const spends = others.filter(({ name }) => SPEND.test(name));
  const media = spends.length > 0 ? spends : others.filter(({ name }) => MEDIA.test(name));
  return {
    date,
    geo,
    target: target.name,
    channels: media.map((column) => ({
      name: nameChannel(column),
      spend: column.name,
      exposure: null,
    })),
    controls: others.filter((column) => !media.includes(column)).map(({ name }) => name),
  };
}

function nameChannel({ name }: TableColumn): string {
  return name.replace(/[_ ]?(?:spend|cost|ausgaben|kosten)$/i, "") || name;
}
