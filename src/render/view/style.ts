/** The style sheet of pages: two themes as variables, chosen by the system's setting or by the page's own. */

const light = `
  --paper: #ffffff; --panel: #f6f7f9; --edge: #d5d9df; --ink: #1c2026; --soft: #555d68; --accent: #0b5cad;
  --hover: #000000; --match: #b5179e; --shade: rgba(20, 40, 80, .10); --faded: #e9ebee; --faded-ink: #5a616b;
  --dots: #9aa1ab; --bar: #cfe0f5; color-scheme: light;`;
const dark = `
  --paper: #16191e; --panel: #1e2229; --edge: #3a414c; --ink: #e6e9ee; --soft: #a4adba; --accent: #7ab8ff;
  --hover: #ffffff; --match: #ff7ad9; --shade: rgba(160, 190, 255, .16); --faded: #2b3038; --faded-ink: #97a0ad;
  --dots: #77808c; --bar: #27456b; color-scheme: dark;`;

/** It goes between tags as it is. */
export const pageStyle = `
:root {${light}
  font: 14px/1.4 'Helvetica Neue', 'Segoe UI', 'DejaVu Sans', Arial, sans-serif; }
@media (prefers-color-scheme: dark) { :root:not([data-theme=light]) {${dark} } }
:root[data-theme=dark] {${dark} }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); }
main { padding: 12px 16px 48px; }
header { display: flex; flex-wrap: wrap; gap: 4px 16px; align-items: baseline; }
h1 { font-size: 18px; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 14px; margin: 0; }
.facts, .notes { color: var(--soft); font-size: 12px; margin: 2px 0; overflow-wrap: anywhere; }
.notes { color: var(--ink); }
.command { font-family: 'DejaVu Sans Mono', Menlo, Consolas, monospace; font-size: 12px; overflow-wrap: anywhere; }
section { margin-top: 12px; border: 1px solid var(--edge); border-radius: 6px; background: var(--panel); padding: 8px; }
.tools { display: flex; flex-wrap: wrap; gap: 6px 8px; align-items: center; margin-bottom: 6px; }
.tools .tools { margin: 0; }
.tools h2 { margin-right: 6px; }
.grow { flex: 1 1 0; }
.mute { color: var(--soft); font-size: 12px; }
button, input, select { font: inherit; font-size: 12px; color: var(--ink); background: var(--paper);
  border: 1px solid var(--edge); border-radius: 4px; padding: 3px 8px; }
button { cursor: pointer; }
button:disabled { opacity: .5; cursor: default; }
button:hover { border-color: var(--accent); }
button[aria-pressed=true] { background: var(--bar); border-color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
.key { display: inline-flex; align-items: center; gap: 4px; font-size: 12px; }
button.key { font-size: 11px; padding: 2px 5px; }
.flame rect[fill='#f4f4f4'] { fill: var(--faded); }
.flame .dot { fill: var(--dots); }
.swatch { width: 11px; height: 11px; border: 1px solid var(--edge); border-radius: 2px; display: inline-block; }
.plot { position: relative; }
.plot canvas { display: block; }
.plot svg { position: absolute; left: 0; top: 0; overflow: visible; }
.strip { position: absolute; left: 0; font-size: 10px; color: var(--soft); }
.lanes { max-height: 340px; overflow-y: auto; position: relative; }
.lanes button.lane { position: absolute; left: 0; height: 18px; line-height: 16px; padding: 0 4px; border-color: transparent;
  background: transparent; text-align: left; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.lanes button.lane[aria-pressed=true] { background: var(--bar); border-color: var(--accent); }
.lanes button.task { color: var(--soft); }
.axis text, .ticks text { fill: var(--soft); font-size: 11px; }
.axis path, .axis line { stroke: var(--edge); }
.brush .selection { fill: var(--accent); fill-opacity: .15; stroke: var(--accent); }
.brush .overlay { cursor: crosshair; }
.flame { overflow: hidden; }
.calls b { overflow-wrap: anywhere; }
p.calls, .calls + p, .flame + p { margin: 4px 0 2px; }
.flame text { white-space: pre; pointer-events: none; font: 11px 'DejaVu Sans Mono', Menlo, Consolas, monospace; }
.flame .frame { cursor: pointer; outline: none; }
.flame .frame rect[stroke] { stroke: var(--panel); stroke-width: .5; }
.flame .frame:hover rect { stroke: var(--hover); stroke-width: 1; }
.flame .frame:focus-visible rect { stroke: var(--hover); stroke-width: 2; }
.flame .below rect { fill-opacity: .55; }
.flame .searched .frame:not(.match) rect { fill: var(--faded); }
.flame .searched .frame:not(.match) text { fill: var(--faded-ink); }
.flame .match rect[stroke] { stroke: var(--match); stroke-width: 1.5; }
.code { max-height: 60vh; overflow-y: auto; position: relative; }
.source td:last-child { white-space: pre-wrap; overflow-wrap: anywhere; }
.source td:last-child, .source td.number { font-family: 'DejaVu Sans Mono', Menlo, Consolas, monospace; }
.source tr:not(.gap) td { border-top-color: transparent; padding-top: 0; padding-bottom: 0; }
.source th { padding: 2px 6px; width: 16%; }
.source th.line { width: 70px; }
.source th:last-child { width: auto; }
@media (min-width: 1100px) { .source th { width: 150px; } }
.source .mark { color: var(--match); }
tr.gap td { color: var(--soft); }
.details { min-height: 34px; font-size: 12px; overflow-wrap: anywhere; white-space: pre-wrap; margin-top: 6px; }
table { border-collapse: collapse; width: 100%; font-size: 12px; table-layout: fixed; }
th { text-align: left; font-weight: normal; color: var(--soft); padding: 0; }
th button { border: 0; background: none; padding: 2px 6px; color: inherit; }
th[aria-sort] button { color: var(--ink); font-weight: bold; }
td { padding: 2px 6px; border-top: 1px solid var(--edge); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
td.number { text-align: right; font-variant-numeric: tabular-nums; position: relative; }
td.number i { position: absolute; right: 0; top: 2px; bottom: 2px; background: var(--bar); z-index: 0; }
td.number span { position: relative; z-index: 1; }
td button { border: 0; background: none; padding: 0; font-family: 'DejaVu Sans Mono', Menlo, Consolas, monospace;
  max-width: 100%; overflow: hidden; text-overflow: ellipsis; }
tr.line td:last-child { padding-left: 24px; color: var(--soft); }
tr.hottest td:last-child { color: var(--ink); font-weight: bold; }
th.number { text-align: right; }
td button:hover { text-decoration: underline; }
dialog { color: var(--ink); background: var(--paper); border: 1px solid var(--edge); border-radius: 6px; max-width: 46em; }
dialog dt { font-family: 'DejaVu Sans Mono', Menlo, Consolas, monospace; }
dialog dd { margin: 0 0 4px 2em; }
@media print { button, input { display: none; } }
`;
