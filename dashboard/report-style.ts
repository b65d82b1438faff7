/** The report's one style sheet: readable on a screen and on paper, no font or image from outside. */

export const REPORT_STYLE = `
:root { --ink: #1f2933; --soft: #52606d; --line: #e4e7eb; --paper: #fff; --tint: #f5f7fa;
  --good: #1b7f4b; --bad: #b3261e; --warn: #b26a00; --accent: #0072b2; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--tint); color: var(--ink);
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 32px 20px 64px; }
header h1 { font-size: 26px; margin: 0 0 4px; line-height: 1.25; }
header p { margin: 0; color: var(--soft); }
section { background: var(--paper); border: 1px solid var(--line); border-radius: 10px;
  padding: 20px 24px; margin-top: 20px; }
h2 { font-size: 18px; margin: 0 0 10px; }
h3 { font-size: 15px; margin: 18px 0 6px; }
p { margin: 6px 0; }
ul { margin: 6px 0; padding-left: 20px; }
li { margin: 3px 0; overflow-wrap: anywhere; }
.badge { display: inline-block; padding: 3px 12px; border-radius: 999px; font-weight: 600;
  color: #fff; background: var(--soft); }
.badge.approve { background: var(--good); } .badge.approve_with_conditions { background: var(--warn); }
.badge.reject { background: var(--bad); } .badge.cannot_tell { background: var(--soft); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(200px, 1fr)); gap: 12px;
  margin-top: 18px; }
.tile { background: var(--paper); border: 1px solid var(--line); border-radius: 10px;
  padding: 12px 16px; }
.tile b { display: block; font-size: 18px; white-space: nowrap; line-height: 1.3; font-variant-numeric: tabular-nums; }
.tile span { color: var(--soft); font-size: 13px; }
figure { margin: 14px 0 0; }
figure svg { max-width: 100%; height: auto; display: block; }
figcaption { color: var(--soft); font-size: 13.5px; margin-top: 6px; }
.grid { display: grid; grid-template-columns: repeat(auto-fit, minmax(400px, 1fr)); gap: 18px; }
.grid > * { min-width: 0; } .grid h3 { margin: 0; overflow-wrap: anywhere; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 16px; font-size: 13px; margin-top: 10px; }
.legend i { display: inline-block; width: 12px; height: 12px; border-radius: 3px;
  margin-right: 6px; vertical-align: -1px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 13.5px; margin-top: 8px; }
th { text-align: left; color: var(--soft); font-weight: 600; border-bottom: 2px solid var(--line);
  padding: 6px 10px 6px 0; white-space: nowrap; }
td { border-bottom: 1px solid var(--line); padding: 6px 10px 6px 0; vertical-align: top;
  overflow-wrap: break-word; }
td:first-child, td.k { white-space: nowrap; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.critical, .vetoed { color: var(--bad); font-weight: 600; }
.warning, .rejected { color: var(--warn); font-weight: 600; }
.accepted { color: var(--good); font-weight: 600; }
.info, .not_improved { color: var(--soft); }
details { margin-top: 4px; } summary { cursor: pointer; color: var(--accent); }
code { font: 12.5px/1.4 ui-monospace, SFMono-Regular, Menlo, monospace; overflow-wrap: anywhere; }
.caveat { border-left: 4px solid var(--warn); }
.summary { font-size: 17px; padding-left: 22px; } .summary li { margin: 8px 0; }
tr.total td { font-weight: 600; }
@media (max-width: 520px) { .grid { grid-template-columns: 1fr; } main { padding: 16px 8px 40px; }
  section { padding: 14px 12px; } .tile b { white-space: normal; }
  td:first-child { white-space: normal; overflow-wrap: anywhere; } }
@page { size: A4; margin: 12mm; }
@media print { body { background: #fff; font-size: 11px; } main { max-width: none; padding: 0; }
  section { border: 0; border-radius: 0; padding: 0; margin-top: 14px; }
  .tile, figure, tr, .grid > div { break-inside: avoid; } h2, h3 { break-after: avoid; }
  .scroll { overflow: visible; } table { font-size: 8.5px; } th, td, td.n, th.n, td.k, td:first-child
  { white-space: normal; padding: 3px 5px 3px 0; overflow-wrap: anywhere; }
  .grid { grid-template-columns: 1fr 1fr; } .summary { font-size: 13px; }
  details::details-content { content-visibility: visible; display: block; block-size: auto; }
  summary { display: none; } }
`;
