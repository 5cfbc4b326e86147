/** Native frames in a snapshot: those of threads with Python frames, in their places, and threads that Python does not know. */
import type { DumpFrame, DumpNativeThread, DumpThread } from '../../format/dump-result.js';
import { symbolName } from '../../format/mangling/symbol-name.js';
import { status } from '../../format/vocabulary.js';
import { currentPlatform } from '../../platform/index.js';
import { nameFrame } from '../native/frame-name.js';
import type { EitherFrame } from '../native/merged-frames.js';
import { type MergedStack, NativeThreads, type WalkedThread } from '../native/native-threads.js';
import { requireRegisters } from '../native/registers.js';
import type { Target } from '../target/target.js';
import type { ThreadTrack } from '../threads/thread-track.js';
import type { DescribedFrame } from './described-frames.js';

/** What a tick has found, and which Python stack that belongs to. */
interface FoundStack extends MergedStack {
  readonly stackId: number;
  readonly depth: number;
}

export class NativeDump {
  readonly #pid: number;
  readonly #natives: NativeThreads;
  readonly #found = new Map<ThreadTrack, FoundStack>();
  #others: readonly number[] = [];

  /** @throws PyspyError of kind "usage" where native frames are not read on this processor */
  constructor({ pid, layout }: Target) {
    this.#pid = pid;
    this.#natives = new NativeThreads(pid, layout, requireRegisters());
  }

  /** To be called in front of a tick. */
  copy(threads: readonly ThreadTrack[]): void {
    const known = new Set(threads.map(({ osId }) => osId));
    const all = currentPlatform().readThreadIds(this.#pid);
    this.#others = all.filter((id) => !known.has(id));
    this.#natives.copy(all);
  }

  /** To be called behind it. @returns whether another look would find more native frames */
  follow(threads: readonly ThreadTrack[]): boolean {
    const isWorthMore = this.#natives.follow();
    this.#natives.learn(threads.filter(isWalked).map(walked));
    this.#found.clear();
    for (const thread of threads) {
      const merged = isWalked(thread)
        ? this.#natives.merge(walked(thread))
        : { state: 'unmatched' as const, frames: null, again: false };
      this.#found.set(thread, { ...merged, stackId: thread.stackId, depth: thread.frames.stack.depth });
    }
    return isWorthMore;
  }

  /**
   * A thread's frames with the native ones between them.
   * @param stackId of the stack that is shown
   * @param shown its Python frames
   */
  weave(
    thread: ThreadTrack,
    stackId: number,
    shown: readonly DescribedFrame[],
  ): Pick<DumpThread, 'frames' | 'native_frames'> {
    const python = shown.map(({ frame }) => frame);
    const found = this.#found.get(thread);
    // The thread was read again, for its variables.
    if (found?.stackId !== stackId) return { frames: python, native_frames: 'moved' };
    if (found.frames === null) return { frames: python, native_frames: found.state };
    if (shown.filter(({ isMarker }) => !isMarker).length !== found.depth)
      return { frames: python, native_frames: 'unmatched' };
    return { frames: woven(shown, found.frames), native_frames: found.state };
  }

  /** Threads that Python does not know, such as those of a library. */
  others(): DumpNativeThread[] {
    return this.#others.flatMap((id): DumpNativeThread[] => {
      const name = currentPlatform().readThreadName(this.#pid, id);
      if (name === null) return [];
      const { state, frames } = this.#natives.alone(id);
      return [{ os_thread_id: id, name, native_frames: state, frames: woven([], frames ?? []) }];
    });
  }

  close(): void {
    this.#natives.close();
  }
}

/** Whether the frames of its last walk are those that are shown. */
function isWalked({ osId, isVacant, stackFlags }: ThreadTrack): boolean {
  return osId !== null && !isVacant && (stackFlags & status.failed) === 0;
}

function walked({ osId, frames }: ThreadTrack): WalkedThread {
  return { osId: osId!, threadState: frames.threadState, stack: frames.stack };
}

/** Notes stay with the Python frames that they stand before, or behind the last one. */
function woven(shown: readonly DescribedFrame[], frames: readonly EitherFrame[]): DumpFrame[] {
  const result: DumpFrame[] = [];
  let next = 0;
  for (const either of frames) {
    if (!('python' in either)) {
      result.push(describeNative(either));
      continue;
    }
    let isMarker = true;
    while (isMarker && next < shown.length) {
      isMarker = shown[next]!.isMarker;
      result.push(shown[next++]!.frame);
    }
    if (shown.slice(next).every((rest) => rest.isMarker))
      for (; next < shown.length; next++) result.push(shown[next]!.frame);
  }
  return result;
}

function describeNative({ frame, isLoop }: Extract<EitherFrame, { isLoop: boolean }>): DumpFrame {
  const { name, binary, buildId, offset } = nameFrame(frame);
  const shown = symbolName(name);
  return {
    function: shown,
    file: binary,
    line: 0,
    native: {
      build_id: buildId,
      offset: `0x${offset.toString(16)}`,
      ...(shown === name ? {} : { symbol: name }),
      loop: isLoop,
    },
  };
}
