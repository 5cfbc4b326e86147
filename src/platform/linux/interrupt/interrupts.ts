/** Copies of threads' frames, made in interrupts: one program, and a place in its map for each thread. */
import type { ChainShape, CopiedThread, Interrupts, NoInterrupts, PlaceParts } from '../../interrupts.js';
import { architecture } from '../architecture.js';
import { LinuxClock } from '../clock.js';
import { errnos } from '../libc.js';
import { createMap, loadProgram } from './bpf.js';
import { interruptCalls, mapped, mapShared } from './calls.js';
import { chainProgram, partsOf } from './chain-program.js';
import { copiedStackBytes, StackRing } from './stack-ring.js';
import { armEvent, closeEvent, holdEvent, openEvent, releaseEvent } from './thread-event.js';

/** Threads that have a place at once: each takes a descriptor, and some 30 kB of the kernel's memory. */
const places = 64;

/** Frames that are copied of a stack; it takes some 20 µs. */
const maxFrames = 256;

/**
 * A copy is there some 15 to 40 µs after it was asked for, if the thread is on another processor. One that had to make room for the
 * recorder gets its processor back while the recorder sleeps. In ns since the copy was asked for.
 */
const patience = { awakeNs: 60e3, asleepNs: 400e3, stepNs: 50e3 } as const;

/** As `Platform.openInterrupts`. */
export function openInterrupts(shape: ChainShape, copiesThread: boolean): Interrupts | NoInterrupts {
  if (architecture.interrupts === null)
    return { missing: `pyspy has no program for this processor`, help: 'on x86-64 it has one' };
  const { periodOffset } = architecture.interrupts;
  const parts = partsOf(shape);
  const placeBytes = parts.frames + maxFrames * parts.stride;
  const map = createMap(placeBytes, places);
  if (map < 0) return refusal('bpf', map);
  const program = loadProgram(chainProgram({ shape, map, maxFrames, periodOffset }));
  const { close } = interruptCalls();
  // The same as for another thread is tried on this one, which may always be looked at.
  const event = program < 0 ? program : openEvent(0, 1, program);
  if (event >= 0) closeEvent(event);
  const length = placeBytes * places;
  const at = event < 0 ? null : mapShared(map, length);
  close(map);
  if (at !== null) return new LinuxInterrupts(program, { at, length, placeBytes, parts }, copiesThread);
  if (program >= 0) close(program);
  if (program < 0) return refusal('bpf', program);
  return refusal('perf', event < 0 ? event : -errnos.ENOMEM);
}

function refusal(what: 'bpf' | 'perf', failure: number): NoInterrupts {
  const isForbidden = failure === -errnos.EPERM || failure === -errnos.EACCES;
  if (!isForbidden)
    return {
      missing: `this kernel does not take its program (errno ${-failure})`,
      help: 'Linux 5.8 or later does',
    };
  const right = what === 'bpf' ? 'CAP_BPF and CAP_PERFMON' : 'CAP_PERFMON';
  return {
    missing: `${what === 'bpf' ? 'bpf' : 'perf_event_open'} is not allowed`,
    help: `run pyspy as root or with ${right}`,
  };
}

interface Place {
  /** Descriptor. */
  readonly event: number;
  /** For what is copied of the thread itself; null where that is not wanted, or there is no room for it. */
  readonly ring: StackRing | null;
  isAsked: boolean;
  /** Whether it was armed, did not take place in time, and is kept from doing so. */
  isHeld: boolean;
  /** Whether there was a copy whose record in the ring was not taken: it is written behind the copy. */
  isOwed: boolean;
  /** When, on the clock; and how many copies there were then, as the low half of the count has it. */
  askedNs: number;
  before: number;
}

class LinuxInterrupts implements Interrupts {
  words: Uint32Array;
  readonly placeBytes: number;
  readonly parts: PlaceParts;
  readonly #clock = new LinuxClock();
  readonly #program: number;
  readonly #copiesThread: boolean;
  readonly #memory: { readonly at: number; readonly length: number };
  readonly #places: (Place | null)[] = Array.from({ length: places }, () => null);

  constructor(
    program: number,
    map: {
      readonly at: number;
      readonly length: number;
      readonly placeBytes: number;
      readonly parts: PlaceParts;
    },
    copiesThread: boolean,
  ) {
    this.#program = program;
    this.#copiesThread = copiesThread;
    this.#memory = map;
    this.placeBytes = map.placeBytes;
    this.parts = map.parts;
    this.words = new Uint32Array(mapped(map.at, map.length));
  }

  open(osThreadId: number, threadState: number): number | 'full' | null {
    const place = this.#places.indexOf(null);
    if (place < 0) return 'full';
    const at = (place * this.placeBytes + this.parts.threadState) >>> 2;
    this.words[at] = threadState >>> 0;
    this.words[at + 1] = Math.floor(threadState / 2 ** 32);
    const stackBytes = this.#copiesThread ? copiedStackBytes : 0;
    const event = openEvent(osThreadId, place + 1, this.#program, stackBytes);
    if (event < 0) return null;
    const ring = this.#copiesThread ? StackRing.open(event) : null;
    this.#places[place] = {
      event,
      ring,
      isAsked: false,
      isHeld: false,
      isOwed: false,
      askedNs: 0,
      before: 0,
    };
    return place;
  }

  ask(number: number): void {
    const place = this.#places[number]!;
    if (place.isAsked) this.wait(number);
    place.ring?.clear(place.isOwed);
    place.isOwed = false;
    place.before = this.#copies(number);
    place.askedNs = this.#clock.now();
    place.isAsked = place.isHeld ? releaseEvent(place.event) : armEvent(place.event);
    place.isHeld = false;
  }

  wait(number: number): boolean {
    const place = this.#places[number]!;
    if (!place.isAsked) return false;
    place.isAsked = false;
    const { awakeNs, asleepNs, stepNs } = patience;
    while (this.#copies(number) === place.before) {
      const waitedNs = this.#clock.now() - place.askedNs;
      if (waitedNs < awakeNs) continue;
      if (waitedNs < asleepNs) {
        this.#clock.sleepUntil(this.#clock.now() + stepNs);
        continue;
      }
      // On return it takes place no more, or has.
      holdEvent(place.event);
      place.isHeld = this.#copies(number) === place.before;
      if (place.isHeld) return false;
    }
    place.isOwed = true;
    return true;
  }

  thread(number: number): CopiedThread | null {
    const place = this.#places[number];
    if (!place?.isOwed) return null;
    place.isOwed = false;
    return place.ring?.take() ?? null;
  }

  release(number: number): void {
    const place = this.#places[number];
    place?.ring?.close();
    if (place != null) closeEvent(place.event);
    this.#places[number] = null;
  }

  close(): void {
    for (const number of this.#places.keys()) this.release(number);
    // What views of it there are must not be touched any more: it is not there.
    this.words = new Uint32Array();
    interruptCalls().close(this.#program);
    interruptCalls().munmap(this.#memory.at, this.#memory.length);
  }

  /** Low half of the count of copies in a place. Seen by this, what was written before it is there, too (x86-64). */
  #copies(number: number): number {
    return Atomics.load(this.words, (number * this.placeBytes + this.parts.copies) >>> 2);
  }
}
