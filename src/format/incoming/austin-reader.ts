/** Reads the text of Austin (https://github.com/P403n1x87/austin; of version 4 what mojo2austin makes): a sample a line. */
import type {
  ImportedFrame,
  ImportedProfile,
  ImportedSample,
  ImportedThread,
} from '../assembly/imported-profile.js';
import { cannotImport, type ImportOptions, maxDepth } from '../encodings/import-fault.js';
import { firstLines, numberedLines, quoteLine } from '../encodings/text-lines.js';
import { idOf } from '../encodings/told-numbers.js';
import { status } from '../vocabulary.js';
import { AustinClock } from './austin-clock.js';
import { FrameList } from './frame-list.js';

/** @throws PyspyError of kind "trace" where it is about memory, or at a line that is no sample, when samples are read */
export function readAustin(file: Uint8Array, { path }: ImportOptions): ImportedProfile {
  const mode = firstLines(file)
    .find((line) => line.startsWith('# mode: '))
    ?.slice('# mode: '.length)
    .trim();
  if (mode === 'memory') throw aboutMemory(path);
  // Of what slept nothing is told in CPU mode, nor how long it was.
  const hasTimes = mode !== 'cpu';
  return { startedUtcNs: null, hasTimes, samples: listSamples(file, path, hasTimes) };
}

/** The error for what has no times. */
export function aboutMemory(path: string): Error {
  return cannotImport(path, 'it is about memory, not about time');
}

/** Whether a file begins as Austin's does. */
export function looksAustin(file: Uint8Array): boolean {
  return firstLines(file)[0]!.startsWith('# austin: ');
}

function* listSamples(file: Uint8Array, path: string, hasTimes: boolean): Generator<ImportedSample, void> {
  const clock = new AustinClock();
  const list = new FrameList(path);
  const texts = new Map<string, ImportedFrame>();
  const threads = new Map<string, ImportedThread>();
  for (const [number, line] of numberedLines(file, path)) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    // Microseconds; with --full also whether the thread was idle, and bytes.
    const [, stack, time, idle] = /^(P.*) (\d{1,15})(?:,([01]),-?\d+)?\s*$/s.exec(line) ?? [];
    const [pid = '', tid = '', ...names] = stack?.split(';', maxDepth + 3) ?? [];
    if (stack === undefined || !/^T/.test(tid))
      throw cannotImport(path, `line ${number} is no sample: ${quoteLine(line)}`);
    if (names.length > maxDepth) throw cannotImport(path, `the stack of line ${number} has no end`);
    const wallNs = Number(time) * 1e3;
    if (wallNs === 0) continue;
    const frames = names.map((name) => {
      let frame = texts.get(name);
      if (frame === undefined) {
        frame = readFrame(name, list);
        texts.set(name, frame);
      }
      return frame;
    });
    const key = `${pid};${tid}`;
    let thread = threads.get(key);
    if (thread === undefined) {
      thread = readThread(pid, tid);
      threads.set(key, thread);
    }
    const fromNs = clock.next(pid, thread, wallNs);
    const sample = {
      thread,
      frames,
      task: null,
      samples: 1,
      wallNs,
      cpuNs: null,
      ...(hasTimes && { fromNs }),
    };
    yield idle === undefined ? sample : { ...sample, ...idleStatus(idle === '1', wallNs) };
  }
}

/** What Austin knows of a thread that it saw: whether it ran, and so had a CPU for all of that time. */
export function idleStatus(isIdle: boolean, wallNs: number): { status: number; cpuNs: number } {
  return { status: status.gilUnknown | (isIdle ? 0 : status.onCpu), cpuNs: isIdle ? 0 : wallNs };
}

/** "P28644" and "T0:28644", or "T28644" before Austin 3.6: the interpreter and the thread. */
export function readThread(pid: string, tid: string): ImportedThread {
  const [, own = ''] = /^T(?:-?\d+:)?(.*)$/.exec(tid) ?? [];
  return {
    ...{ pid: idOf(pid.slice(1)), osId: idOf(own), command: [], pythonVersion: '' },
    name: idOf(own) === null ? tid.slice(1) : null,
  };
}

/** "file:function:line"; ":GC:" and their like stand for no function. */
function readFrame(text: string, list: FrameList): ImportedFrame {
  const [, file, name, line] = /^(.+):([^:]+):(\d{1,9})$/s.exec(text) ?? [];
  return file === undefined ? list.get(text, '', 0) : list.get(name!, file, Number(line));
}
