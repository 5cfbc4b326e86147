/** Which native frames of stacks are shown. */
import type { CodeFrame, StackForest } from '../../format/reading/stack-forest.js';
import { functionKind } from '../../format/vocabulary.js';
import { isNativeFrame, isTaskFrame } from '../names/code-name.js';
import { isPlumbing, type NativePlace } from '../names/plumbing.js';

/** All but the interpreter's own; all; none, as if the trace had been recorded without. */
export type NativeChoice = 'usual' | 'all' | 'none';

/** Says of frames whether they are hidden. */
export interface NativeFilter {
  /** Whether any frame is native. */
  readonly isNeeded: boolean;
  isNative(frame: number): boolean;
  /** Whether it is code of Python: neither native, nor what says which task it was. */
  isPython(frame: number): boolean;
  /** @param isOutside whether no Python frame called it, by however many calls */
  isHidden(frame: number, isOutside: boolean): boolean;
}

/** Of each node of a forest, by its number: 1 where its frame is hidden; and 1 where that is a Python frame or was called by one. */
export function hiddenNodes(
  { parents, frameOf }: StackForest,
  native: NativeFilter,
): { readonly isHidden: Uint8Array; readonly isInside: Uint8Array } {
  const isHidden = new Uint8Array(parents.length);
  const isInside = new Uint8Array(parents.length);
  for (let node = 0; node < parents.length; node++) {
    const [parent, frame] = [parents[node]!, frameOf[node]!];
    const isCalledInside = parent >= 0 && isInside[parent] === 1;
    isHidden[node] = native.isHidden(frame, !isCalledInside) ? 1 : 0;
    isInside[node] = isCalledInside || native.isPython(frame) ? 1 : 0;
  }
  return { isHidden, isInside };
}

/** @param frames of which numbers are indices */
export function filterNative(frames: readonly CodeFrame[], choice: NativeChoice): NativeFilter {
  const places = frames.map((frame): NativePlace | null => {
    const { name, file: binary, kind } = frame.function;
    return isNativeFrame(frame) ? { name, binary, isLoop: kind === functionKind.loop } : null;
  });
  const isNeeded = places.some((place) => place !== null);
  const interpreters = new Set(places.flatMap((place) => (place?.isLoop ? [place.binary] : [])));
  const hiddenWhere = [false, true].map((isOutside) =>
    places.map((place) => {
      if (place === null || choice === 'all') return false;
      return choice === 'none' || isPlumbing(place, interpreters, isOutside);
    }),
  );
  return {
    isNeeded,
    isNative: (frame) => places[frame] !== null,
    isPython: (frame) => places[frame] === null && !isTaskFrame(frames[frame]!),
    isHidden: (frame, isOutside) => hiddenWhere[isOutside ? 1 : 0]![frame]!,
  };
}

/** Of one stack's frames, outermost first, those that are shown. */
export function shownFrames(path: readonly number[], native: NativeFilter): number[] {
  let isOutside = true;
  return path.filter((frame) => {
    const isShown = !native.isHidden(frame, isOutside);
    if (native.isPython(frame)) isOutside = false;
    return isShown;
  });
}
