/** Many threads in few profiles: those of one kind together, and before them all together. */
import { mostSingleThreads, threadKind, threadPattern } from '../names/thread-pattern.js';

/** What a thread did, in order: stacks, and how long each lasted; parallel. */
export interface ThreadTrack {
  readonly process: { readonly id: number; readonly pid: number };
  /** Its name. */
  readonly label: string;
  readonly stacks: readonly number[];
  readonly lengthsNs: readonly number[];
}

/** Sums over threads, by stack: when that was they do not say. */
export interface TrackSum {
  readonly name: string;
  readonly of: 'all' | 'kind';
  readonly nsOf: ReadonlyMap<number, number>;
}

/**
 * All threads, then one element for each kind of them, or the thread itself where it is the only one of its kind.
 * @param hole stands for time without a sample, which no sum has
 * @returns null where there are few enough to show each
 */
export function sumTracks<Track extends ThreadTrack>(
  tracks: readonly Track[],
  hole: number,
): (TrackSum | Track)[] | null {
  if (tracks.length <= mostSingleThreads) return null;
  const kinds = new Map<string, Track[]>();
  for (const track of tracks) {
    const key = threadKind(track.process.id, track.label);
    const kind = kinds.get(key);
    if (kind === undefined) kinds.set(key, [track]);
    else kind.push(track);
  }
  const all = { name: `All ${tracks.length} threads`, of: 'all', nsOf: sum(tracks, hole) } as const;
  const each = [...kinds.values()].map((kind) => {
    const [first] = kind as [Track];
    if (kind.length === 1) return first;
    const name = `${threadPattern(first.label)} (pid ${first.process.pid}, ${kind.length} threads)`;
    return { name, of: 'kind', nsOf: sum(kind, hole) } as const;
  });
  return [all, ...each];
}

function sum(tracks: readonly ThreadTrack[], hole: number): Map<number, number> {
  const nsOf = new Map<number, number>();
  for (const { stacks, lengthsNs } of tracks)
    for (const [at, stack] of stacks.entries())
      if (stack !== hole) nsOf.set(stack, (nsOf.get(stack) ?? 0) + lengthsNs[at]!);
  return nsOf;
}
