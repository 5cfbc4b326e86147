/**
 * A window as slices: a function's slice lasts as long as consecutive samples show it in the same place on its thread's stack. What
 * happened between two samples is not known, so a slice may be several calls.
 */
import type { TraceEvent } from '../../format/foreign/trace-event.js';
import type { StoredThread } from '../../format/reading/thread-rows.js';
import { emptyStack, functionKey, functionName, programOf, unknownStack } from '../names/code-name.js';
import type { FrameDetail } from '../names/frame-text.js';
import type { NamedThread } from '../samples/named-thread.js';
import type { Walk } from '../samples/runs.js';
import { type Fold, unreadNode } from '../sums/fold.js';
import { CpuCounter } from './cpu-counter.js';
import { listNodeRuns } from './node-runs.js';
import { TrackNumbers } from './track-numbers.js';

/** Stands for functions where there is none, by its number. */
const frameless = [unknownStack, emptyStack];

/** @param fold of the same window and filter */
export function* listTraceEvents(fold: Fold, walk: Walk, detail: FrameDetail): Generator<TraceEvent, void> {
  const code = new Functions(fold, detail);
  const numbers = new TrackNumbers();
  const tracks = new Map<number, Track>();
  const counter = new CpuCounter(walk.window);
  yield* listEvents(walk);
  for (const run of listNodeRuns(fold, walk, { cpu: true })) {
    const { thread } = run.namedThread;
    let track = tracks.get(thread.id);
    if (track === undefined) {
      const { pid, tid, isNewProcess } = numbers.of(thread);
      if (isNewProcess) yield processName(thread, pid);
      track = new Track(code, { pid, tid });
      tracks.set(thread.id, track);
    }
    const name = track.rename(run.namedThread);
    if (name !== null) yield name;
    if (walk.filter.metric === 'cpu') {
      if (run.ns > 0) yield* track.add(run.node, track.endNs, run.ns);
    } else {
      yield* track.add(run.node, Math.max(0, run.fromNs), run.ns);
      counter.add(track.pid, run.fromNs, run.toNs, run.cpuNs);
    }
  }
  for (const track of tracks.values()) yield* track.close(0);
  yield* counter.events();
}

/** Marks and gaps, on the time line of wall time. */
function* listEvents({ reader, window, filter }: Walk): Generator<TraceEvent, void> {
  if (filter.metric === 'cpu') return;
  const { fromNs, toNs } = window;
  yield { ph: 'M', pid: 0, name: 'process_name', args: { name: 'recording' } };
  for (const { atNs, name } of reader.marks())
    if (atNs >= fromNs && atNs <= toNs) yield { ph: 'i', pid: 0, tid: 0, ts: atNs / 1e3, name, s: 'g' };
  for (const gap of reader.gaps(fromNs, toNs)) {
    const dur = (gap.toNs - gap.fromNs) / 1e3;
    yield { ph: 'X', cat: 'gap', pid: 0, tid: 0, ts: gap.fromNs / 1e3, dur, name: `gap: ${gap.reason}` };
  }
}

function processName({ process }: StoredThread, pid: number): TraceEvent {
  const { pythonVersion } = process;
  const name = `${programOf(process)}${pythonVersion === '' ? '' : ` (Python ${pythonVersion})`}`;
  return { ph: 'M', pid, name: 'process_name', args: { name } };
}

/** The functions of a fold's frames, numbered. */
class Functions {
  readonly #fold: Fold;
  readonly #ofFrame: readonly number[];
  readonly #begin: Pick<TraceEvent, 'name' | 'args'>[] = frameless.map((name) => ({ name }));

  constructor(fold: Fold, detail: FrameDetail) {
    this.#fold = fold;
    const known = new Map<string, number>();
    this.#ofFrame = fold.forest.frames.map(({ function: code }) => {
      const key = detail === 'name' ? functionName(code) : functionKey(code);
      let number = known.get(key);
      if (number === undefined) {
        number = this.#begin.length;
        known.set(key, number);
        const { file, firstLine: line } = code;
        const hasFile = detail !== 'name' && file !== '';
        this.#begin.push({
          name: functionName(code),
          ...(hasFile && { args: { file, ...(line > 0 && { line }) } }),
        });
      }
      return number;
    });
  }

  /** Numbers of a node's functions, outermost first. */
  path(node: number): number[] {
    if (node < 0) return [node === unreadNode ? 0 : 1];
    const { frameOf, parents } = this.#fold.forest;
    const path: number[] = [];
    for (let at = node; at >= 0; at = parents[at]!) path.push(this.#ofFrame[frameOf[at]!]!);
    return path.reverse();
  }

  describe(number: number): Pick<TraceEvent, 'name' | 'args'> {
    return this.#begin[number]!;
  }
}

/** The open slices of a thread. */
class Track {
  readonly pid: number;
  readonly #tid: number;
  readonly #code: Functions;
  #node: number | null = null;
  #open: readonly number[] = [];
  #label: string | null = null;
  endNs = 0;

  constructor(code: Functions, { pid, tid }: { pid: number; tid: number }) {
    this.pid = pid;
    this.#tid = tid;
    this.#code = code;
  }

  /** @returns the event that tells a name that is new */
  rename({ label }: NamedThread): TraceEvent | null {
    if (label === this.#label) return null;
    this.#label = label;
    return { ph: 'M', pid: this.pid, tid: this.#tid, name: 'thread_name', args: { name: label } };
  }

  /** Time that lasts `ns` from `fromNs` on, or from where the time before it ends if that is later. */
  *add(node: number, fromNs: number, ns: number): Generator<TraceEvent, void> {
    if (fromNs > this.endNs) {
      yield* this.close(0);
      this.endNs = fromNs;
    }
    if (node !== this.#node) {
      const path = this.#code.path(node);
      let same = 0;
      while (same < path.length && path[same] === this.#open[same]) same++;
      yield* this.close(same);
      const at = { pid: this.pid, tid: this.#tid, ts: this.endNs / 1e3 };
      for (const number of path.slice(same)) yield { ph: 'B', ...at, ...this.#code.describe(number) };
      this.#open = path;
      this.#node = node;
    }
    this.endNs += ns;
  }

  /** Ends all slices but the outermost `kept`. */
  *close(kept: number): Generator<TraceEvent, void> {
    const at = { pid: this.pid, tid: this.#tid, ts: this.endNs / 1e3 };
    for (let depth = this.#open.length; depth > kept; depth--) yield { ph: 'E', ...at };
    this.#open = this.#open.slice(0, kept);
    this.#node = null;
  }
}
