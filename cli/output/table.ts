/** Tables for people. The only file that knows the table library. */
import Table from "cli-table3";

/** A table without frame for at most 100 columns; numbers should come as text. */
export function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const none = Object.fromEntries(
    [
      ["top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left"],
      ["bottom-right", "left", "left-mid", "mid", "mid-mid", "right", "right-mid"],
    ]
      .flat()
      .map((name) => [name, ""]),
  );
  const made = new Table({
    head: [...head],
    chars: { ...none, middle: "  " },
    style: { "padding-left": 0, "padding-right": 0, head: [], border: [] },
  });
  for (const row of rows) made.push([...row]);
  return made
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "")
    .join("\n");
}
