/**
 * Reads what CPython's profiling.sampling writes with --binary (3.15, InternalDocs/profiling_binary_format.md). Each sample has a moment,
 * and what it stands for is the time since the thread's sample before.
 */
import { maxDepths } from '../assembly/import-limits.js';
import type {
  ImportedFrame,
  ImportedProfile,
  ImportedSample,
  ImportedThread,
} from '../assembly/imported-profile.js';
import { ByteCursor } from '../encodings/byte-cursor.js';
import { type ImportOptions, maxDepth } from '../encodings/import-fault.js';
import { idOf, latestNs } from '../encodings/told-numbers.js';
import { status } from '../vocabulary.js';
import { type CPythonFile, openCPython } from './cpython-file.js';

/** How a record has its stack. */
const encoding = { repeat: 0, full: 1, suffix: 2, popPush: 3 } as const;
/** Bits of a sample (Lib/profiling/sampling/constants.py). */
const seen = { gil: 1, onCpu: 2, unknown: 4, gilRequested: 8 } as const;
/** Modes, plus one, that look at what runs and at who holds the GIL. */
const looksAt = { cpu: [2, 4], gil: [3, 4] } as const;
/** A thread that has not been seen for so many intervals was not there; that time is no one's. */
const mostIntervals = 5;
/** Its own frames below those of a program that it started; it does not show them either. */
const ownFile = '_sync_coordinator.py';

/** Of one thread, what its next record begins from. */
interface Track {
  readonly thread: ImportedThread;
  /** Outermost first; and those of it that are not CPython's own, found once, as a record of some bytes can repeat any depth. */
  stack: ImportedFrame[];
  shown: readonly ImportedFrame[];
  /** Null before its first sample. */
  lastUs: number | null;
}

/** @throws PyspyError of kind "trace" where it is damaged, here or when samples are read */
export function readCPython(file: Uint8Array, { path }: ImportOptions): ImportedProfile {
  const opened = openCPython(file, path);
  return { startedUtcNs: null, hasTimes: true, samples: listSamples(opened, path) };
}

function* listSamples(file: CPythonFile, path: string): Generator<ImportedSample, void> {
  const { isLittleEndian, intervalUs, mode } = file;
  const cursor = new ByteCursor(file.samples, path, { isLittleEndian });
  const tracks = new Map<string, Track>();
  let depths = 0;
  while (!cursor.isAtEnd) {
    const id = cursor.u64();
    const interpreter = cursor.u32();
    const track = trackOf(tracks, id, interpreter, file.pythonVersion);
    const kind = cursor.u8();
    let count = 1;
    let moment: { us: number; bits: number } | null = null;
    if (kind === encoding.repeat) count = cursor.varint();
    else {
      moment = readMoment(cursor);
      track.stack = readStack(cursor, kind, track.stack, file.frames);
      track.shown = track.stack.filter((frame) => !frame.file.endsWith(ownFile));
      depths += track.stack.length;
      if (depths > maxDepths) throw cursor.fault('its stacks have no end');
    }
    for (let at = 0; at < count; at++) {
      const { us, bits } = moment ?? readMoment(cursor);
      const isNew = track.lastUs === null || us > mostIntervals * intervalUs;
      track.lastUs = (track.lastUs ?? 0) + us;
      const wallNs = (isNew ? intervalUs : us) * 1e3;
      const fromNs = track.lastUs * 1e3 - wallNs;
      if (!(fromNs < latestNs)) throw cursor.fault('a time of it is none');
      yield {
        thread: track.thread,
        frames: track.shown,
        task: null,
        samples: 1,
        wallNs,
        fromNs,
        ...whatWasSeen(bits, mode, wallNs),
      };
    }
  }
}

/** Microseconds since the thread's sample before, and what was seen of it. */
function readMoment(cursor: ByteCursor): { us: number; bits: number } {
  return { us: cursor.varint(), bits: cursor.u8() };
}

/** In CPU mode a thread is told to be on a CPU or not; the time of a sample on a CPU is CPU time. */
function whatWasSeen(bits: number, mode: number, wallNs: number): { status: number; cpuNs: number | null } {
  const isStateKnown = looksAt.cpu.some((each) => each === mode) && (bits & seen.unknown) === 0;
  const isGilKnown = looksAt.gil.some((each) => each === mode) || (bits & seen.gil) !== 0;
  const isOnCpu = isStateKnown && (bits & seen.onCpu) !== 0;
  return {
    status:
      (isStateKnown ? 0 : status.stateUnknown) |
      (isOnCpu ? status.onCpu : 0) |
      (isGilKnown ? 0 : status.gilUnknown) |
      (bits & seen.gil ? status.gil : 0),
    cpuNs: isStateKnown ? (isOnCpu ? wallNs : 0) : null,
  };
}

/** The stack of a record, which may have its outer frames from the one before. Files have the innermost first. */
function readStack(
  cursor: ByteCursor,
  kind: number,
  before: readonly ImportedFrame[],
  frames: readonly ImportedFrame[],
): ImportedFrame[] {
  let kept = 0;
  if (kind === encoding.suffix) {
    kept = cursor.varint();
    if (kept > before.length) throw cursor.fault('a stack of it goes on from frames that are not there');
  } else if (kind === encoding.popPush) kept = Math.max(0, before.length - cursor.varint());
  else if (kind !== encoding.full) throw cursor.fault(`there is no stack of kind ${kind}`);
  const fresh = cursor.varint();
  if (kept + fresh > maxDepth) throw cursor.fault('a stack of it has no end');
  const inner: ImportedFrame[] = [];
  for (let at = 0; at < fresh; at++) {
    const frame = frames[cursor.varint()];
    if (frame === undefined) throw cursor.fault('a stack has a frame that is not listed');
    inner.push(frame);
  }
  return [...before.slice(0, kept), ...inner.reverse()];
}

function trackOf(tracks: Map<string, Track>, id: bigint, interpreter: number, pythonVersion: string): Track {
  const key = `${id} ${interpreter}`;
  let track = tracks.get(key);
  if (track === undefined) {
    const name = `Thread ${id}${interpreter === 0 ? '' : ` of interpreter ${interpreter}`}`;
    const thread = { pid: null, osId: idOf(id), name, command: [], pythonVersion };
    track = { thread, stack: [], shown: [], lastUs: null };
    tracks.set(key, track);
  }
  return track;
}
