/** What is looked at: the window, which states and lanes count, how it is drawn; and its form in the address. */
import { stateNames } from '../drawing/page-data.js';
import { type Theme, themeOf } from './theme.js';

export type SortBy = 'self' | 'total' | 'name';

export interface Selection {
  /** In ns from the beginning of the page's window; null for all of it. */
  readonly window: readonly [fromNs: number, toNs: number] | null;
  /** By state, whether its time counts. */
  readonly states: readonly boolean[];
  /** Index of the only lane that counts; -1 for all. */
  readonly lane: number;
  /** The only task of asyncio that counts, by its name; '' for all. */
  readonly task: string;
  /** Whether the flame graph and the table have CPU time, not wall time. */
  readonly cpu: boolean;
  readonly inverted: boolean;
  /** Only one's own code: that of others is its callers'. */
  readonly mine: boolean;
  /** Whether native code is shown; else its time is its callers'. */
  readonly native: boolean;
  /** Whether the flame graph has roots for processes, in them for threads, and in those for tasks. */
  readonly processes: boolean;
  readonly threads: boolean;
  readonly tasks: boolean;
  readonly lines: boolean;
  /** Root on top. */
  readonly icicle: boolean;
  readonly search: string;
  /** The function whose callers and callees the flame graph shows, as `functionText` has it; '' for none. */
  readonly calls: string;
  /** The file whose source is shown, as functions have it; '' for none. */
  readonly source: string;
  /** The frames that the flame graphs are zoomed to, as they write it; '' for none. */
  readonly zoom: string;
  readonly sortBy: SortBy;
  readonly theme: Theme;
}

/** Time of these is idle time for every other command, which leaves it out unless asked. */
const idleStates: ReadonlySet<string> = new Set(['idle', 'waiting for the GIL', 'waiting for a lock']);

/** What an address is about. */
export interface PageFacts {
  /** Beginning of the page's window on the trace's time line, in s. */
  readonly originS: number;
  readonly lengthNs: number;
  readonly lanes: number;
  /** Whether it opens with one's own code alone. */
  readonly opensMine: boolean;
  /** Whether CPU time is known. */
  readonly hasCpu: boolean;
}

/** What a page opens with unless its head says otherwise: the figures that `top` and `flame` show. */
export const firstSelection: Selection = {
  window: null,
  states: stateNames.map((name) => !idleStates.has(name)),
  lane: -1,
  task: '',
  cpu: false,
  inverted: false,
  mine: false,
  native: true,
  processes: false,
  threads: false,
  tasks: false,
  lines: false,
  icicle: false,
  search: '',
  calls: '',
  source: '',
  zoom: '',
  sortBy: 'self',
  theme: 'auto',
};

/** What the ends of a window are called. */
const edges = ['from', 'to'] as const;

const roots = ['processes', 'threads', 'tasks'] as const;

const bitsOf = (states: readonly boolean[]): string => states.map((on) => (on ? '1' : '0')).join('');

/** "#from=1.5&to=2.25&search=json"; "#" for what the page opens with. Times are those of the trace's time line, in s. */
export function fragmentOf(
  selection: Selection,
  { originS, opensMine }: Pick<PageFacts, 'originS' | 'opensMine'>,
): string {
  const words = new URLSearchParams();
  const {
    window,
    states,
    lane,
    task,
    cpu,
    inverted,
    mine,
    native,
    lines,
    icicle,
    search,
    calls,
    source,
    zoom,
    sortBy,
    theme,
  } = selection;
  window?.forEach((ns, at) => {
    words.set(edges[at]!, String(Number((originS + ns / 1e9).toFixed(6))));
  });
  if (bitsOf(states) !== bitsOf(firstSelection.states)) words.set('states', bitsOf(states));
  if (lane >= 0) words.set('lane', String(lane));
  if (task !== '') words.set('task', task);
  if (cpu) words.set('cpu', '1');
  if (mine !== opensMine) words.set('mine', mine ? '1' : '0');
  if (!native) words.set('native', '0');
  for (const root of roots) if (selection[root]) words.set(root, '1');
  if (inverted) words.set('inverted', '1');
  if (lines) words.set('lines', '1');
  if (icicle) words.set('icicle', '1');
  if (search !== '') words.set('search', search);
  if (calls !== '') words.set('calls', calls);
  if (source !== '') words.set('source', source);
  if (zoom !== '') words.set('zoom', zoom);
  if (sortBy !== 'self') words.set('sort', sortBy);
  if (theme !== 'auto') words.set('theme', theme);
  return `#${words}`;
}

/** What a fragment says; what makes no sense counts as not said. */
export function selectionOf(
  fragment: string,
  { originS, lengthNs, lanes, opensMine, hasCpu }: PageFacts,
): Selection {
  const words = new URLSearchParams(fragment.replace(/^#/, ''));
  const ns = (name: string): number =>
    words.get(name)
      ? Math.min(lengthNs, Math.max(0, Math.round((Number(words.get(name)) - originS) * 1e9)))
      : NaN;
  const [from, to] = edges.map(ns) as [number, number];
  const states = words.get('states') ?? '';
  const lane = words.has('lane') ? Number(words.get('lane')) : -1;
  const sort = words.get('sort');
  return {
    window: to > from ? [from, to] : null,
    states:
      /^[01]+$/.test(states) && states.length === stateNames.length
        ? [...states].map((bit) => bit === '1')
        : firstSelection.states,
    lane: Number.isInteger(lane) && lane >= 0 && lane < lanes ? lane : -1,
    task: words.get('task') ?? '',
    cpu: hasCpu && words.get('cpu') === '1',
    inverted: words.get('inverted') === '1',
    mine: opensMine ? words.get('mine') !== '0' : words.get('mine') === '1',
    native: words.get('native') !== '0',
    processes: words.get('processes') === '1',
    threads: words.get('threads') === '1',
    tasks: words.get('tasks') === '1',
    lines: words.get('lines') === '1',
    icicle: words.get('icicle') === '1',
    search: words.get('search') ?? '',
    calls: words.get('calls') ?? '',
    source: words.get('source') ?? '',
    zoom: words.get('zoom') ?? '',
    sortBy: sort === 'total' || sort === 'name' ? sort : 'self',
    theme: themeOf(words.get('theme')),
  };
}
