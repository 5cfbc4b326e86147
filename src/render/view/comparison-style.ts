/** The style sheet of pages of comparisons: that of pages, and what only they have. */
import { pageStyle } from './style.js';

/** It goes between tags as it is. */
export const comparisonStyle = `${pageStyle}
:root { --more: #b84f00; --less: #00629a; }
@media (prefers-color-scheme: dark) { :root:not([data-theme=light]) { --more: #ff8a3d; --less: #5cb8f2; } }
:root[data-theme=dark] { --more: #ff8a3d; --less: #5cb8f2; }
p.verdict { font-size: 15px; font-weight: bold; margin: 8px 0; padding: 8px 10px; border: 1px solid var(--edge);
  border-left: 6px solid var(--soft); border-radius: 6px; background: var(--panel); overflow-wrap: anywhere; }
p.verdict.regression { border-left-color: var(--more); }
p.verdict.improvement { border-left-color: var(--less); }
.about { font-size: 12px; color: var(--soft); margin: 2px 0; overflow-wrap: anywhere; }
details { font-size: 12px; margin: 2px 0; }
summary { cursor: pointer; overflow-wrap: anywhere; }
summary b { margin-right: 6px; }
.runs { margin: 4px 0 6px; }
.runs th { padding: 2px 6px; width: 17%; }
.runs th:first-child { width: 22%; }
.runs th:last-child { width: auto; }
.runs td { white-space: normal; overflow-wrap: anywhere; vertical-align: top; }
.lines th { width: 6.5%; }
.lines th.verdict { width: 9%; }
.lines th.change { width: 11%; }
.lines th.time { width: 5%; }
.lines th.function { width: auto; }
.lines th.file { width: 22%; }
.lines th:not(:has(button)) { padding: 2px 6px; }
@media (max-width: 760px) {
  .lines .detail, .lines .file { display: none; }
  .lines th.verdict { width: 19%; }
  .lines th.side { width: 13%; }
  .lines th.change { width: 20%; }
}
@media (min-width: 1600px) { .lines th, .lines th.verdict { width: 92px; } .lines th.change { width: 180px; } }
td.change i { right: auto; top: 3px; bottom: 3px; opacity: .35; background: var(--soft); }
td.change.slower i { background: var(--more); opacity: .6; }
td.change.faster i { background: var(--less); opacity: .6; }
td.slower:not(.change) { color: var(--more); font-weight: bold; }
td.faster:not(.change) { color: var(--less); font-weight: bold; }
td.none { color: var(--soft); }
.flame .searched .frame:not(.match) rect[fill^=url] { fill: none; }
.flame rect[fill^=url] { pointer-events: none; }
.legend rect[fill='#f4f4f4'] { fill: var(--faded); }
.hatches { position: absolute; }
`;
