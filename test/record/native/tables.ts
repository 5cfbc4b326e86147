/** Unwinding tables of functions that tests make up, as a linker writes them. */
import { CallFrames } from '../../../src/record/symbols/call-frames.js';

export const codeStart = 0x1000;
const headerAddress = 0x8000;
const framesAddress = 0x9000;

/** One made-up function: where it is, as linked, and its instructions. */
export interface MadeFunction {
  readonly start: number;
  readonly size: number;
  readonly program: readonly number[];
  readonly isSignal?: boolean;
}

/** DW_CFA_def_cfa rsp+8; DW_CFA_offset of the return address (16) at -8. */
const commonProgram = [0x0c, 7, 8, 0x90, 1];

function entry(body: readonly number[]): number[] {
  const padded = [...body];
  while (padded.length % 4 !== 0) padded.push(0);
  return [...word(padded.length), ...padded];
}

function word(value: number): number[] {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value | 0);
  return [...bytes];
}

/** The bytes of `.eh_frame_hdr` and `.eh_frame`. */
export function makeTables(functions: readonly MadeFunction[]): { header: Uint8Array; frames: Uint8Array } {
  const common = (augmentation: string): number[] =>
    // Id, version, augmentation, factors of code and data (-8), return address, pointers relative to themselves (4 bytes).
    entry([...word(0), 1, ...Buffer.from(`${augmentation}\0`), 1, 0x78, 16, 1, 0x1b, ...commonProgram]);
  const usual = common('zR');
  const signal = common('zRS');
  const frames = [...usual, ...signal];
  const pairs = functions.map(({ start, size, program, isSignal }) => {
    const at = frames.length;
    const toCommon = at + 4 - (isSignal ? usual.length : 0);
    const toStart = start - (framesAddress + at + 8);
    frames.push(...entry([...word(toCommon), ...word(toStart), ...word(size), 0, ...program]));
    return [start, at] as const;
  });
  const sorted = pairs.toSorted(([a], [b]) => a - b);
  const table = sorted.flatMap(([start, at]) => [
    ...word(start - headerAddress),
    ...word(framesAddress + at - headerAddress),
  ]);
  const toFrames = word(framesAddress - (headerAddress + 4));
  const header = [1, 0x1b, 0x03, 0x3b, ...toFrames, ...word(functions.length), ...table];
  return { header: Uint8Array.from(header), frames: Uint8Array.from(frames) };
}

export function callFramesOf({ header, frames }: ReturnType<typeof makeTables>): CallFrames {
  return new CallFrames({ bytes: header, address: headerAddress }, { bytes: frames, address: framesAddress });
}

/** Instructions of functions that compilers make. */
export const programs = {
  /** Pushes rbx and takes 32 bytes: the frame has 48 with the return address. */
  saving: [0x41, 0x0e, 16, 0x83, 2, 0x44, 0x0e, 48],
  /** Pushes rbp, which then has the frame's place. */
  framed: [0x41, 0x0e, 16, 0x86, 2, 0x43, 0x0d, 6],
  /** The return address is nowhere: a thread starts here. */
  outermost: [0x07, 16],
} as const;
