/**
 * The program that runs in the interrupt of a thread: it copies what Python keeps of that thread, and its frames from the newest
 * to the oldest, into the thread's place in a map that the recorder has in its memory. It only reads of the target, and cannot
 * wait for pages that are not in memory. Frames are copied as they are; what they mean is told when they are read.
 */
import type { ChainShape, PlaceParts } from '../../interrupts.js';
import { chainEnd } from '../../interrupts.js';
import { Assembler, register } from './assembler.js';

/** Functions of the kernel (include/uapi/linux/bpf.h); reading a user's memory: since Linux 5.5. */
const helper = { lookUp: 1, readUser: 112 } as const;

/** Bytes of the pointers that a link has, and room for the word in front of them (3.11). */
const linkBytes = 24;

/** The parts of a place, one behind the other. */
export function partsOf({ stateBytes, frameBytes }: ChainShape): PlaceParts {
  const state = 40 + 2 * linkBytes;
  return {
    ...{ threadState: 0, copies: 8, count: 16, end: 24 },
    ...{ link: 32, linkBytes: 40, linkBefore: 40 + linkBytes, state },
    frames: state + stateBytes,
    stride: 8 + frameBytes,
  };
}

export interface ChainProgram {
  readonly shape: ChainShape;
  /** Descriptor of the map of places. */
  readonly map: number;
  /** Frames that a place has room for. */
  readonly maxFrames: number;
  /** Where an event's period is in what the program gets. */
  readonly periodOffset: number;
}

/** The program as bytes. An event's period, less 1, says which place is its thread's. */
export function chainProgram({ shape, map, maxFrames, periodOffset }: ChainProgram): Uint8Array<ArrayBuffer> {
  const { r0, r1, r2, r3, r6, r7, r8, r9, stack } = register;
  const parts = partsOf(shape);
  const program = new Assembler();
  /** Copies from the address in r3 to a place in r6. */
  const copy = (to: number, bytes: number): Assembler =>
    program.set(r1, r6).add(r1, { number: to }).set(r2, { number: bytes }).call(helper.readUser);

  program.load(r1, r1, periodOffset).add(r1, { number: -1 }).store32(stack, -4, r1);
  program.setMap(r1, map).set(r2, stack).add(r2, { number: -4 }).call(helper.lookUp);
  program.jumpIfEqual(r0, 0, 'over').set(r6, r0);

  program.set(r7, { number: 0 }).set(r9, { number: parts.frames });
  program.load(r3, r6, parts.threadState);
  copy(parts.state, shape.stateBytes).jumpIfNotEqual(r0, 0, 'unreadable');
  program.load(r8, r6, parts.state + shape.newest);
  if (shape.link !== null) copyLinks(program, copy, shape.link, parts);

  program.label('next').jumpIfEqual(r8, 0, 'whole').jumpIfAtLeast(r7, maxFrames, 'long');
  program.set(r1, r6).add(r1, r9).store(r1, 0, r8);
  program.add(r1, { number: 8 }).set(r2, { number: shape.frameBytes }).set(r3, r8);
  program.call(helper.readUser).jumpIfNotEqual(r0, 0, 'unreadable');
  program
    .set(r1, r6)
    .add(r1, r9)
    .load(r8, r1, 8 + shape.caller);
  program.add(r9, { number: parts.stride }).add(r7, { number: 1 }).jump('next');

  program.label('whole').set(r1, { number: chainEnd.whole }).jump('tell');
  program.label('long').set(r1, { number: chainEnd.long }).jump('tell');
  program.label('unreadable').set(r1, { number: chainEnd.unreadable });
  program.label('tell').store(r6, parts.count, r7).store(r6, parts.end, r1);
  // Last of all: the recorder waits for it.
  program.load(r1, r6, parts.copies).add(r1, { number: 1 }).store(r6, parts.copies, r1);
  // With 0 the event would not count as having taken place (Linux 6.10 on), and come again.
  program.label('over').set(r0, { number: 1 }).exit();
  return program.assemble();
}

/** The newest link names the newest frame; the one before it is needed to tell whether that was filled in. */
function copyLinks(
  program: Assembler,
  copy: (to: number, bytes: number) => Assembler,
  link: number,
  parts: PlaceParts,
): void {
  const { r0, r3, r6, r8 } = register;
  program.store(r6, parts.link, r8).set(r3, r8);
  copy(parts.linkBytes, linkBytes).jumpIfNotEqual(r0, 0, 'unreadable');
  program.load(r3, r6, parts.linkBytes + link + 8);
  // What cannot be read comes as zeros.
  copy(parts.linkBefore, linkBytes).load(r8, r6, parts.linkBytes + link);
}
