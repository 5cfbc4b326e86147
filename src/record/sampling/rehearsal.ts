/**
 * Practice before the first sample: the recorder's code is run on the memory of a small Python that lies in this process
 * (rehearsal-image.ts), by the same calls as later on another's, until V8 has compiled what matters. Otherwise the first
 * moments of a recording would go by with that.
 */
import { readBuiltFile } from '../../package-files.js';
import { currentPlatform } from '../../platform/index.js';
import { Interner } from '../code/interner.js';
import { layouts } from '../layouts/cpython.js';
import { applyDebugTable, debugTableBytes, readDebugTable } from '../layouts/debug-offsets.js';
import type { Layout } from '../layouts/layout.js';
import { Peek } from '../memory/peek.js';

import { createSchedule } from '../schedule/schedule.js';
import type { Target } from '../target/target.js';
import { listThreadStates } from '../target/thread-list.js';
import { createCollector } from './memory-upkeep.js';
import { Outbox } from './outbox.js';
import { Recorder } from './recorder.js';
import { placeImage, type RehearsalImage } from './rehearsal-image.js';
import { SamplerSet } from './sampler-set.js';
import { control, gauges } from './thread-messages.js';

/** The row of layouts/cpython.ts for the image that the build puts beside the scripts. */
export const rehearsalLayout = '3.13';
const imageFile = 'bundle/rehearsal.image';

/** Rate and length of the part that runs the whole loop, with its waiting. */
const loopHz = 5_000;
const loopNs = 4e6;
/** Frames of one thread that are practised on, at most. */
const maxFrames = 1000;
/** As much as is read of a function object, rounded up. */
const functionBytes = 64;
/** A batch of so many ticks is closed. */
const batchTicks = 64;

/**
 * Practises for so long.
 * @param lengthNs at most, not counting the first tick, in which all is looked up
 * @returns how many ticks there were; 0 where there is no image
 */
export function rehearse(lengthNs: number): number {
  let image: RehearsalImage;
  try {
    image = placeImage(readBuiltFile(imageFile));
  } catch {
    // Without practice the code is only compiled later.
    return 0;
  }
  const stage = new Stage(image);
  stage.runLoop();
  const ticks = stage.sample(lengthNs);
  // What start and practice leave behind would be cleared away, in one piece, in the first second.
  createCollector()();
  return ticks;
}

/** What a thread of the image has as its running frame, by turns. */
interface Actor {
  /** Index of the 32-bit word that holds the low half of the pointer to it, and those of its frames. */
  readonly word: number;
  readonly frames: readonly number[];
}

export class Stage {
  readonly target: Target;
  readonly #platform = currentPlatform();
  readonly #words: Uint32Array;
  readonly #actors: readonly Actor[];
  /** Function objects of the frames, which are read as long as it is practised. */
  readonly functions: Uint8Array;
  readonly #control = new Int32Array(control.slots);
  readonly #gauges = new Float64Array(gauges.slots);

  constructor(image: RehearsalImage) {
    const memory = this.#platform.openMemory(process.pid);
    const peek = new Peek(memory);
    const layout = applyTable(peek, image.runtime);
    this.#words = new Uint32Array(image.bytes.buffer);
    this.target = {
      ...{
        pid: process.pid,
        startTicks: 0,
        stackStart: this.#platform.readStat(process.pid)?.stackStart ?? 0,
      },
      ...{ command: [], executable: '', cwd: '', pythonVersion: '', pythonBuild: '' },
      ...{ runtime: image.runtime, layout, namespaced: false, sleepsOnConditions: true },
      variables: {
        currentThread: null,
        gilCondition: null,
        gilLock: null,
        collecting: null,
        codeVersions: null,
      },
    };
    const threads = listThreadStates(peek, layout, image.runtime)?.threads ?? [];
    // The image's threads get the id of this thread, which runs.
    const self = this.#platform.ownThreadId();
    for (const { address } of threads)
      this.#words[(address + layout.thread.nativeId! - image.base) / 4] = self;
    this.functions = this.#giveFunctions(image, layout, peek, threads);
    this.#actors = threads.map(({ address }) => {
      const word = (address + layout.thread.frame - image.base) / 4;
      const frames: number[] = [];
      for (const frame of framesOf(peek, layout, address)) if (frames.length < 4) frames.push(frame);
      return { word, frames };
    });
    memory.close();
  }

  /**
   * Gives the frames functions that lead to their code: those of the process were not saved. Without them each call would be
   * searched for in vain, and that be practised.
   * @returns their memory, which is to live as long as the image
   */
  #giveFunctions(
    image: RehearsalImage,
    layout: Layout,
    peek: Peek,
    threads: readonly { readonly address: number }[],
  ): Uint8Array {
    const { code: codeAt, called, owner, foreignOwner } = layout.frame;
    const codes = new Map<number, number>();
    for (const { address } of threads)
      for (const frame of framesOf(peek, layout, address)) {
        // The interpreter's own frames have none.
        if ((peek.bytes(frame + owner!, 1)?.[0] ?? foreignOwner) >= foreignOwner) continue;
        const [function_, code] = [peek.pointer(frame + called!), peek.pointer(frame + codeAt)];
        if (function_ && code) codes.set(function_, code);
      }
    const bytes = new Uint8Array(new ArrayBuffer(functionBytes * Math.max(1, codes.size)));
    const base = this.#platform.addressOf(bytes);
    const view = new DataView(bytes.buffer);
    const moved = new Map<bigint, bigint>();
    for (const [i, [function_, code]] of [...codes].entries()) {
      view.setBigUint64(functionBytes * i + layout.functionCode!, BigInt(code), true);
      moved.set(BigInt(function_), BigInt(base + functionBytes * i));
    }
    // Also where callers hold them.
    const words = new BigUint64Array(image.bytes.buffer);
    for (let i = 0; i < words.length; i++) words[i] = moved.get(words[i]!) ?? words[i]!;
    return bytes;
  }

  /** Runs the loop as it is, for a moment. */
  runLoop(): void {
    new Recorder({
      target: this.target,
      arrivals: null,
      rateHz: loopHz,
      budgetShare: null,
      durationNs: loopNs,
      realtime: false,
      native: false,
      sampler: 'memory',
      platform: this.#platform,
      control: this.#control,
      gauges: this.#gauges,
      send: () => {},
    }).run();
  }

  /** Samples, as fast as it goes, a program that calls and returns. @returns ticks */
  sample(lengthNs: number): number {
    const interner = new Interner();
    const outbox = new Outbox({
      interner,
      schedule: createSchedule(0, 1000),
      control: this.#control,
      gauges: this.#gauges,
      send: () => Atomics.store(this.#control, control.pending, 0),
    });
    const samplers = new SamplerSet(this.#platform, interner, outbox, {
      schedule: { periodNs: 1e9 / loopHz },
      native: false,
      certainty: null,
    });
    const sampler = samplers.open(this.target, null, 0);
    const clock = this.#platform.openClock();
    const startNs = clock.now();
    let ticks = 0;
    let nowNs = 0;
    while (nowNs < lengthNs) {
      this.#act(ticks);
      outbox.batch.tick(nowNs, 1e6, 1e5);
      sampler.tick(nowNs, outbox.batch);
      if (++ticks % batchTicks === 0) {
        samplers.collect();
        outbox.flush();
      }
      nowNs = clock.now() - startNs;
    }
    samplers.close();
    return ticks;
  }

  #act(turn: number): void {
    for (const { word, frames } of this.#actors) {
      const frame = frames[turn % frames.length];
      if (frame === undefined) continue;
      this.#words[word] = frame >>> 0;
      this.#words[word + 1] = Math.floor(frame / 2 ** 32);
    }
  }
}

/** Addresses of a thread's frames, innermost first. */
function framesOf(peek: Peek, layout: Layout, threadState: number): number[] {
  const frames: number[] = [];
  let frame = peek.pointer(threadState + layout.thread.frame);
  while (frame && frames.length < maxFrames) {
    frames.push(frame);
    frame = peek.pointer(frame + layout.frame.previous);
  }
  return frames;
}

function applyTable(peek: Peek, runtime: number): Layout {
  const layout = layouts.get(rehearsalLayout)!;
  const table = readDebugTable(peek.bytes(runtime, debugTableBytes) ?? new Uint8Array());
  const applied = table === null ? layout : applyDebugTable(layout, table);
  return typeof applied === 'string' ? layout : applied;
}
