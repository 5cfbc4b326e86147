/** Reads folded stacks: of pyspy, py-spy (raw), CPython (collapsed), stackcollapse scripts. */
import type {
  ImportedFrame,
  ImportedProfile,
  ImportedSample,
  ImportedThread,
} from '../assembly/imported-profile.js';
import { cannotImport, type ImportOptions, maxDepth, needsRate } from '../encodings/import-fault.js';
import { firstLines, numberedLines, quoteLine, splitCount } from '../encodings/text-lines.js';
import { FrameList, parseFrame } from './frame-list.js';

/** Of counts that are exact. */
const mostDigits = 15;

/** @throws PyspyError of kind "trace" at a line that is none, when samples are read; "usage" without a rate */
export function readFolded(file: Uint8Array, { path, rateHz }: ImportOptions): ImportedProfile {
  if (rateHz === null) throw needsRate(path);
  return { startedUtcNs: null, hasTimes: false, samples: listSamples(file, path, 1e9 / rateHz) };
}

/** Whether a file begins as folded stacks do. */
export function looksFolded(file: Uint8Array): boolean {
  const [line = ''] = firstLines(file).filter((text) => text.trim() !== '' && !text.startsWith('#'));
  return /^\S/.test(line) && splitCount(line) !== null && !line.includes('\0');
}

function* listSamples(file: Uint8Array, path: string, periodNs: number): Generator<ImportedSample, void> {
  const threads = new Map<string, ImportedThread>();
  const list = new FrameList(path);
  const texts = new Map<string, ImportedFrame>();
  for (const [number, line] of numberedLines(file, path)) {
    // Some put what they know of the recording into comments.
    if (line.trim() === '' || line.startsWith('#')) continue;
    const counted = splitCount(line);
    if (counted === null || counted.digits.length > mostDigits)
      throw cannotImport(path, `line ${number} is no stack with a count behind it: ${quoteLine(line)}`);
    const names = counted.text.split(';', maxDepth + 1);
    if (names.length > maxDepth) throw cannotImport(path, `the stack of line ${number} has no end`);
    const samples = Number(counted.digits);
    if (samples === 0) continue;
    const tid = takeThread(names);
    const frames = names
      .filter((name) => name !== '')
      .map((name) => {
        let frame = texts.get(name);
        if (frame === undefined) {
          const parsed = parseFrame(unescapeFrame(name));
          frame = list.get(parsed.name, parsed.file, parsed.line);
          texts.set(name, frame);
        }
        return frame;
      });
    let thread = threads.get(tid);
    if (thread === undefined) {
      thread = { pid: null, osId: null, name: tid === '' ? null : tid, command: [], pythonVersion: '' };
      threads.set(tid, thread);
    }
    yield { thread, frames, task: null, samples, wallNs: Math.round(samples * periodNs), cpuNs: null };
  }
}

/** Takes CPython's "tid:123" off a stack; "" where there is none. */
function takeThread(names: string[]): string {
  const [, tid] = /^tid:(\w+)$/.exec(names[0] ?? '') ?? [];
  if (tid === undefined) return '';
  names.shift();
  return `Thread ${tid}`;
}

/** The mirror of what `writeFolded` escapes. */
function unescapeFrame(name: string): string {
  return name.replace(/\\x([0-9a-f]{2})|\\u(202[89])/g, (_, byte: string | undefined, sign: string) =>
    String.fromCodePoint(Number.parseInt(byte ?? sign, 16)),
  );
}
