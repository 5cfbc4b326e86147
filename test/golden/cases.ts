/** The cases of the golden outputs: what is asked of which trace. The name of each is that of its file. */
import type { SchemaName } from '../commands/schemas.js';

export interface GoldenCase {
  readonly args: readonly string[];
  /** File in the working directory that is compared instead of stdout. */
  readonly output?: string;
  readonly schema?: SchemaName;
}

/** How the names of the newest traces begin. */
export const newest = 'v2';
const complete = 'v2-complete.trace';
const pair = ['v2-before.trace', 'v2-after.trace'] as const;

export const cases: Readonly<Record<string, GoldenCase>> = {
  'info.txt': { args: ['info', complete] },
  'info.json': { args: ['info', complete, '--json'], schema: 'info' },
  'info-crashed.txt': { args: ['info', 'v2-crashed.trace'] },
  'top.txt': { args: ['top', complete] },
  'top.json': { args: ['top', complete, '--json'], schema: 'top' },
  'top-line.txt': { args: ['top', complete, '--by', 'line', '--sort', 'total', '--limit', '10'] },
  'top-file.txt': { args: ['top', complete, '--by', 'file', '--idle'] },
  'top-module.txt': { args: ['top', complete, '--by', 'module', '--idle'] },
  'top-module.json': { args: ['top', complete, '--by', 'module', '--json'], schema: 'top' },
  'top-thread.txt': { args: ['top', complete, '--by', 'thread', '--idle'] },
  'top-thread.json': { args: ['top', complete, '--by', 'thread', '--json'], schema: 'top' },
  'top-gil-cpu.txt': { args: ['top', complete, '--gil', '--cpu', '--from', '25%', '--to', '-2s'] },
  'top-mine.txt': { args: ['top', complete, '--mine', '--by', 'line'] },
  'top-renamed.txt': { args: ['top', complete, '--thread', 'order 17', '--idle', '--filter', 'wait|decode'] },
  'top-crashed.txt': { args: ['top', 'v2-crashed.trace', '--from', 'T10:00:01Z'] },
  'tree.txt': { args: ['tree', complete] },
  'tree.json': { args: ['tree', complete, '--json', '--min', '2', '--idle'], schema: 'tree' },
  'tree-mine-threads.txt': { args: ['tree', complete, '--mine', '--lines', '--threads', '--idle'] },
  'tree-inverted.txt': { args: ['tree', complete, '--inverted', '--cpu', '--min', '5'] },
  'heat.txt': { args: ['heat', complete, 'shop/parse.py'] },
  'heat.json': { args: ['heat', complete, 'parse.py', '--mine', '--json'], schema: 'heat' },
  'dump.txt': { args: ['dump', complete, '--at', '6.5s'] },
  'dump.json': { args: ['dump', complete, '--at', '5.5s', '--json'], schema: 'dump' },
  'diff.txt': { args: ['diff', ...pair] },
  'diff.json': { args: ['diff', ...pair, '--metric', 'wall', '--json'], schema: 'diff' },
  'diff-self.txt': {
    args: ['diff', ...pair, '--metric', 'wall', '--by', 'self', '--from', '1s', '--filter', 'lib/'],
  },
  'diff-old-python.txt': { args: ['diff', 'v2-crashed.trace', 'v2-after.trace', '--limit', '3', '--force'] },
  'diff-runs-work.txt': { args: ['diff', pair[0], pair[0], '--', ...pair, '--work', '40,30', '--force'] },
  'diff-windows.txt': {
    args: ['diff', complete, '--a-to', '4s', '--b-from', '6s', '--metric', 'cpu', '--limit', '5'],
  },
  'diff.md': { args: ['diff', ...pair, '--metric', 'wall', '--format', 'markdown', '--limit', '3'] },
  'diff.junit.xml': {
    args: ['diff', ...pair, '--metric', 'wall', '--format', 'junit=out.xml'],
    output: 'out.xml',
  },
  'diff.sarif': {
    args: ['diff', ...pair, '--metric', 'wall', '--format', 'sarif', '-o', 'out.sarif'],
    output: 'out.sarif',
    schema: 'sarif',
  },
  'diff.github.txt': { args: ['diff', ...pair, '--metric', 'wall', '--format', 'github'] },
  'diff.svg': { args: ['diff', ...pair, '--metric', 'wall', '--flame', 'out.svg'], output: 'out.svg' },
  'flame.svg': { args: ['flame', complete, '-o', 'out.svg'], output: 'out.svg' },
  'flame-window-threads.svg': {
    args: ['flame', complete, '--threads', '--idle', '--from', '6s', '--to', '9s', '-o', '-'],
  },
  'flame-inverted.svg': { args: ['flame', complete, '--inverted', '--lines', '--cpu', '-o', '-'] },
  'export.folded': { args: ['export', complete, '--format', 'folded'] },
  'export-function-threads.folded': {
    args: ['export', complete, '-f', 'folded', '--function', '--threads', '--idle'],
  },
  'export-names.folded': { args: ['export', complete, '--format', 'folded', '--names', '--cpu'] },
  'export.callgrind': { args: ['export', complete, '--format', 'callgrind', '--idle'] },
  'export.chrome.json': {
    args: ['export', complete, '--format', 'chrome', '--from', '4.5s', '--to', '6.5s', '--thread', 'Main'],
  },
  'export.gecko.json': {
    args: ['export', complete, '--format', 'gecko', '--idle', '--from', '4.9s', '--to', '6.1s'],
  },
  'export.jsonl': {
    args: ['export', complete, '--format', 'jsonl', '--idle', '--from', '4.9s', '--to', '6.1s'],
  },
  'export.otlp.json': {
    args: ['export', complete, '--format', 'otlp-json', '--from', '4.5s', '--to', '6.5s', '--thread', 'Main'],
  },
  'export.speedscope.json': {
    args: ['export', complete, '--format', 'speedscope', '--from', '4.5s', '--to', '6.5s', '-o', 'out.json'],
    output: 'out.json',
    schema: 'speedscope',
  },
};

/** The cases of an earlier version: what says how large a file is and which format it has gets files of its own. */
export const earlierCases = Object.entries(cases).map(([name, golden]): [string, GoldenCase] => [
  name.startsWith('info') ? name.replace('info', 'info-v1') : name,
  { ...golden, args: golden.args.map((arg) => arg.replace(newest, 'v1')) },
]);

/** What a command gave, as it is in the golden file: one serves all versions, since how it was stored must not show. */
export function asNewest(name: string, version: string, actual: string): string {
  return name.startsWith('info') ? actual : actual.replaceAll(`${version}-`, `${newest}-`);
}

/** Lanes come in the order in which batches name them, and earlier batches named them in another one. */
export function isUnordered(name: string, version: string): boolean {
  return version !== newest && /\.(?:folded|jsonl)$/.test(name);
}
