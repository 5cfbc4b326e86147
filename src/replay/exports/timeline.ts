/** What each thread did, in order: for `export --format speedscope`. */
import type { SpeedscopeFile, SpeedscopeFrame, SpeedscopeProfile } from '../../format/foreign/speedscope.js';
import type { TraceReader } from '../../format/reading/reader.js';
import type { CodeFrame, StackForest } from '../../format/reading/stack-forest.js';
import type { StoredThread } from '../../format/reading/thread-rows.js';
import { emptyStack, functionName, threadLabel, unknownStack } from '../names/code-name.js';
import type { FrameDetail } from '../names/frame-text.js';
import type { SampleFilter } from '../samples/sample-filter.js';
import { type Fold, foldWindow, unreadNode } from '../sums/fold.js';
import type { Window } from '../window/window.js';
import { listNodeRuns } from './node-runs.js';
import { sumTracks, type ThreadTrack, type TrackSum } from './track-sums.js';

/** Stands for time in which the thread has no sample (or none that the filter lets through). */
const hole = -4;

interface Track extends ThreadTrack {
  readonly thread: StoredThread;
  /** The last name in the window. */
  label: string;
  /** Node of the forest, `unreadNode`, another negative number for the empty stack, or `hole`; and how long it lasted; parallel. */
  readonly stacks: number[];
  readonly lengthsNs: number[];
  fromNs: number;
  toNs: number;
}

/**
 * Reads a window thread by thread. Weighed by wall time, profiles lie on the recording's time line and have empty
 * samples where nothing was seen; weighed by CPU time they are as long as the CPU time. Where threads are many, those of one kind
 * are one profile, without times, and all together are the first.
 * @throws PyspyError as foldWindow does
 */
export function readTimeline(
  reader: TraceReader,
  window: Window,
  filter: SampleFilter,
  options: { detail: FrameDetail; name: string; exporter: string },
): { readonly file: SpeedscopeFile; readonly fold: Fold } {
  const tracks = new Map<number, Track>();
  const fold = foldWindow(reader, window, filter);
  for (const { namedThread, node, ns, fromNs } of listNodeRuns(fold, { reader, window, filter })) {
    let track = tracks.get(namedThread.thread.id);
    if (track === undefined) {
      const start = filter.metric === 'wall' ? Math.max(0, fromNs) : 0;
      track = {
        thread: namedThread.thread,
        process: namedThread.thread.process,
        label: namedThread.label,
        stacks: [],
        lengthsNs: [],
        fromNs: start,
        toNs: start,
      };
      tracks.set(namedThread.thread.id, track);
    }
    track.label = threadLabel(namedThread.thread, namedThread.name);
    if (filter.metric === 'cpu') {
      if (ns > 0) append(track, node, ns);
      continue;
    }
    if (fromNs > track.toNs) append(track, hole, fromNs - track.toNs);
    append(track, node, ns);
  }
  const ordered = [...tracks.values()].sort((a, b) => a.thread.id - b.thread.id);
  const { forest } = fold;
  const frames = new FrameList(forest, options.detail);
  const sums = sumTracks(ordered, hole);
  const longest = ordered.reduce(
    (best, track, at) => (lengthOf(track) > lengthOf(ordered[best]!) ? at : best),
    0,
  );
  const file = {
    name: options.name,
    exporter: options.exporter,
    active: sums === null ? longest : 0,
    frames: frames.list,
    profiles: profilesOf(sums ?? ordered, forest, frames),
  };
  return { file, fold };
}

function append(track: Track, stack: number, ns: number): void {
  const last = track.stacks.length - 1;
  if (last >= 0 && track.stacks[last] === stack) track.lengthsNs[last] = track.lengthsNs[last]! + ns;
  else {
    track.stacks.push(stack);
    track.lengthsNs.push(ns);
  }
  track.toNs += ns;
}

function lengthOf(track: Track): number {
  return track.lengthsNs.reduce((sum, ns, at) => (track.stacks[at] === hole ? sum : sum + ns), 0);
}

function* profilesOf(
  tracks: readonly (Track | TrackSum)[],
  forest: StackForest,
  frames: FrameList,
): Generator<SpeedscopeProfile, void> {
  for (const track of tracks) {
    if ('nsOf' in track) {
      const [stacks, lengthsNs] = [[...track.nsOf.keys()], [...track.nsOf.values()]];
      yield {
        name: track.name,
        startS: 0,
        endS: lengthsNs.reduce((sum, ns) => sum + ns, 0) / 1e9,
        samples: samplesOf({ stacks }, forest, frames),
        weightsS: weightsOf({ lengthsNs }),
        sums: track.of,
      };
      continue;
    }
    yield {
      name: `${track.label} (pid ${track.thread.process.pid}${track.thread.osId === null ? '' : `, tid ${track.thread.osId}`})`,
      startS: track.fromNs / 1e9,
      endS: track.toNs / 1e9,
      samples: samplesOf(track, forest, frames),
      weightsS: weightsOf(track),
    };
  }
}

function* samplesOf(
  { stacks }: Pick<Track, 'stacks'>,
  forest: StackForest,
  frames: FrameList,
): Generator<readonly number[], void> {
  for (const stack of stacks) yield stack === hole ? [] : frames.path(forest, stack);
}

function* weightsOf({ lengthsNs }: Pick<Track, 'lengthsNs'>): Generator<number, void> {
  for (const ns of lengthsNs) yield ns / 1e9;
}

/** The file's frames, each once. */
class FrameList {
  readonly list: SpeedscopeFrame[] = [{ name: unknownStack }, { name: emptyStack }];
  readonly #indexOf: number[];

  constructor(forest: StackForest, detail: FrameDetail) {
    const known = new Map<string, number>();
    this.#indexOf = forest.frames.map((frame) => {
      const shown = describe(frame, detail);
      const key = JSON.stringify(shown);
      let index = known.get(key);
      if (index === undefined) {
        index = this.list.length;
        this.list.push(shown);
        known.set(key, index);
      }
      return index;
    });
  }

  /** Frames of a stack, outermost first. */
  path(forest: StackForest, node: number): number[] {
    if (node < 0) return [node === unreadNode ? 0 : 1];
    const path: number[] = [];
    for (let at = node; at >= 0; at = forest.parents[at]!) path.push(this.#indexOf[forest.frameOf[at]!]!);
    return path.reverse();
  }
}

function describe(frame: CodeFrame, detail: FrameDetail): SpeedscopeFrame {
  const name = functionName(frame.function);
  const { file, firstLine } = frame.function;
  if (detail === 'name') return { name };
  const line = detail === 'line' ? frame.line : firstLine;
  // Viewers show names alone: lines of one function would be rows of the same name.
  const shown = detail === 'line' && line > 0 ? `${name}:${line}` : name;
  return { name: shown, ...(file === '' ? {} : { file }), ...(line > 0 ? { line } : {}) };
}
