/** A window as a profile of the Firefox Profiler: threads with their samples, garbage collections, marks and gaps. */
import type {
  GeckoCategory,
  GeckoFrame,
  GeckoFunction,
  GeckoMarker,
  GeckoProfile,
  GeckoStack,
  GeckoThread,
} from '../../format/foreign/gecko.js';
import type { CodeFrame } from '../../format/reading/stack-forest.js';
import type { StoredThread } from '../../format/reading/thread-rows.js';
import { functionKind, status } from '../../format/vocabulary.js';
import { emptyStack, functionName, programOf, threadLabel, unknownStack } from '../names/code-name.js';
import type { FrameDetail } from '../names/frame-text.js';
import type { Walk } from '../samples/runs.js';
import { type Fold, unreadNode } from '../sums/fold.js';
import { listNodeRuns, type NodeRun } from './node-runs.js';
import { milliseconds, SampleColumns } from './sample-columns.js';
import { TrackNumbers } from './track-numbers.js';

const categories: Readonly<Record<number, GeckoCategory>> = {
  [functionKind.python]: 'Python',
  [functionKind.native]: 'Native',
  [functionKind.kernel]: 'Kernel',
  [functionKind.collector]: 'GC',
};

/** What the window does not say. */
export type GeckoContext = Pick<
  GeckoProfile,
  'product' | 'exporter' | 'arguments' | 'startTimeMs' | 'intervalMs'
>;

/** @param fold of the same window and filter */
export function geckoProfile(
  fold: Fold,
  walk: Walk,
  detail: FrameDetail,
  context: GeckoContext,
): GeckoProfile {
  const tracks = readTracks(fold, walk);
  const { forest } = fold;
  const functions: GeckoFunction[] = [];
  const known = new Map<string, number>();
  const functionOf = (code: GeckoFunction): number => {
    const key = JSON.stringify([code.name, code.file, code.line]);
    let at = known.get(key);
    if (at === undefined) {
      at = functions.length;
      functions.push(code);
      known.set(key, at);
    }
    return at;
  };
  const frames = forest.frames.map((frame) => describe(frame, detail, functionOf));
  // Behind all nodes of the forest.
  const frameless = [unknownStack, emptyStack].map((name): GeckoFrame => {
    return { function: functionOf({ name, file: '', line: 0 }), line: 0, category: 'Other' };
  });
  const size = forest.parents.length;
  const stackOf = (node: number): number => (node >= 0 ? node : node === unreadNode ? size : size + 1);
  return {
    ...context,
    functions,
    frames: [...frames, ...frameless],
    stacks: {
      length: size + frameless.length,
      *list(): Generator<GeckoStack, void> {
        for (let node = 0; node < size; node++)
          yield { frame: forest.frameOf[node]!, parent: forest.parents[node]! };
        for (const at of frameless.keys()) yield { frame: frames.length + at, parent: -1 };
      },
    },
    threads: listThreads(tracks, listEvents(walk), stackOf),
  };
}

function describe(
  { function: code, line }: CodeFrame,
  detail: FrameDetail,
  functionOf: (code: GeckoFunction) => number,
): GeckoFrame {
  const name = functionName(code);
  return {
    function: functionOf(
      detail === 'name' ? { name, file: '', line: 0 } : { name, file: code.file, line: code.firstLine },
    ),
    line: detail === 'line' ? line : 0,
    category: categories[code.kind] ?? 'Other',
  };
}

/** What a thread did. */
class Track {
  readonly thread: StoredThread;
  readonly columns = new SampleColumns();
  readonly collections: { fromNs: number; toNs: number }[] = [];
  readonly #startNs: number;
  name: string | null;

  constructor(thread: StoredThread, startNs: number) {
    this.thread = thread;
    this.#startNs = startNs;
    this.name = null;
  }

  get startMs(): number {
    return milliseconds(this.#startNs);
  }

  add({ node, fromNs, toNs, tickNs, ns, cpuNs, bits }: NodeRun): void {
    const isCpuKnown = !(bits & status.stateUnknown);
    const times = { fromNs: Math.max(0, fromNs), toNs, tickNs, weightNs: ns };
    this.columns.add(node, { ...times, cpuNs: isCpuKnown ? cpuNs : null });
    if (!(bits & status.collecting)) return;
    const last = this.collections.at(-1);
    if (last !== undefined && times.fromNs <= last.toNs + 1) last.toNs = toNs;
    else this.collections.push({ fromNs: times.fromNs, toNs });
  }
}

function readTracks(fold: Fold, walk: Walk): Track[] {
  const tracks = new Map<number, Track>();
  for (const run of listNodeRuns(fold, walk, { single: true, cpu: true })) {
    const { thread, name } = run.namedThread;
    let track = tracks.get(thread.id);
    if (track === undefined) {
      track = new Track(thread, Math.max(0, run.fromNs));
      tracks.set(thread.id, track);
    }
    track.name = name;
    track.add(run);
  }
  return [...tracks.values()].sort((a, b) => a.thread.id - b.thread.id);
}

/** Marks and gaps of the window. */
function listEvents({ reader, window }: Walk): GeckoMarker[] {
  const { fromNs, toNs } = window;
  const marks = reader.marks().filter(({ atNs }) => atNs >= fromNs && atNs <= toNs);
  return [
    ...marks.map(({ atNs, name }): GeckoMarker => {
      return { kind: 'Mark', text: name, startMs: milliseconds(atNs), endMs: null };
    }),
    ...reader.gaps(fromNs, toNs).map((gap): GeckoMarker => {
      return {
        ...{ kind: 'Gap', text: gap.reason },
        ...{ startMs: milliseconds(gap.fromNs), endMs: milliseconds(gap.toNs) },
      };
    }),
  ];
}

function* listThreads(
  tracks: readonly Track[],
  events: readonly GeckoMarker[],
  stackOf: (node: number) => number,
): Generator<GeckoThread, void> {
  const numbers = new TrackNumbers();
  for (const [at, track] of tracks.entries()) {
    const { thread, columns, collections } = track;
    const ownPid = thread.process.pid;
    const { pid, tid, isNewProcess } = numbers.of(thread);
    yield {
      name: threadLabel(thread, track.name),
      processName: programOf(thread.process),
      ...{ pid, tid, isMainThread: isNewProcess || thread.osId === ownPid },
      startMs: track.startMs,
      samples: {
        length: columns.length,
        stack: columns.stacks(stackOf),
        timeMs: columns.timesMs(),
        weightMs: columns.weightsMs(),
        cpuNs: columns.cpuNs(),
      },
      markers: [
        // They are of the whole recording, and shown with its first thread.
        ...(at === 0 ? events : []),
        ...collections.map(({ fromNs, toNs }): GeckoMarker => {
          return {
            kind: 'GC',
            text: 'garbage collection',
            startMs: milliseconds(fromNs),
            endMs: milliseconds(toNs),
          };
        }),
      ],
    };
  }
}
