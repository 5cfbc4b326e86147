/**
 * Reads what `perf script` prints: a line for each sample, its stack below, innermost first. Names that CPython gives perf (-X perf,
 * Python/perf_trampoline.c) become those of Python's functions.
 */
import type {
  ImportedFrame,
  ImportedProfile,
  ImportedSample,
  ImportedThread,
} from '../assembly/imported-profile.js';
import { cannotImport, type ImportOptions, maxDepth, needsRate } from '../encodings/import-fault.js';
import { firstLines, numberedLines, quoteLine } from '../encodings/text-lines.js';
import { idOf } from '../encodings/told-numbers.js';
import { status } from '../vocabulary.js';
import { FrameList } from './frame-list.js';

/**
 * "python3 1234/1235 [001] 78248.495720:    5025125 cpu-clock:ppp: ", behind which a stack of one frame may stand. The name of the thread
 * may be anything of 15 bytes (TASK_COMM_LEN, include/linux/sched.h), also nothing, or what looks like the rest of the line: the
 * longest that fits is it. Threads of the kernel may have longer ones.
 */
const headLine =
  /^\s*(?:(?<comm>\S(?:.{0,13}\S)?|\S.*?)\s+)?(?<first>\d+)(?:\/(?<tid>\d+))?\s+(?:\[\d+\]\s+)?(?<time>\d{1,9}\.\d{1,9}):\s+(?:(?<period>\d+)\s+)?(?<event>\S+):(?:\s+(?<frame>\S.*))?\s*$/s;
/** Bytes that a name has at most. */
const mostName = 15;
/** No line about a sample is longer. */
const longestHead = 4_096;
/** Nor has it wider gaps, in which the expression would look for its parts again and again. */
const longBlank = /\s{65}/;
/** Events whose periods are nanoseconds on a CPU. */
const clocks = /^(?:cpu|task)-clock(?::.*)?$/;

interface Head {
  readonly thread: ImportedThread;
  readonly event: string;
  readonly atNs: number;
  readonly wallNs: number;
  readonly isOnCpu: boolean;
  /** Whether a frame stands behind it. */
  readonly isWhole: boolean;
}

/** @throws PyspyError of kind "trace" at a line that is none, "usage" without a rate that is needed, when samples are read */
export function readPerf(file: Uint8Array, { path, rateHz }: ImportOptions): ImportedProfile {
  return { startedUtcNs: null, hasTimes: true, samples: listSamples(file, path, rateHz) };
}

export function looksPerf(file: Uint8Array): boolean {
  const lines = firstLines(file).filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const head = parseHead(lines[0] ?? '');
  return head !== undefined && parseFrame(head.frame ?? lines[1] ?? '') !== null;
}

function* listSamples(
  file: Uint8Array,
  path: string,
  rateHz: number | null,
): Generator<ImportedSample, void> {
  const list = new FrameList(path);
  const threads = new Map<string, ImportedThread>();
  const texts = new Map<string, ImportedFrame>();
  let head: Head | null = null;
  let event: string | null = null;
  let frames: ImportedFrame[] = [];
  const push = (text: string, number: number): void => {
    let frame = texts.get(text);
    if (frame === undefined) {
      const parsed = parseFrame(text);
      if (parsed === null) throw cannotImport(path, `line ${number} is no frame: ${quoteLine(text)}`);
      frame = readFrame(parsed, list);
      texts.set(text, frame);
    }
    if (frames.length >= maxDepth) throw cannotImport(path, `the stack of line ${number} has no end`);
    frames.push(frame);
  };
  const finish = (): ImportedSample | null => {
    if (head === null) return null;
    const { thread, atNs, wallNs, isOnCpu } = head;
    const stack = frames.reverse();
    head = null;
    frames = [];
    if (wallNs === 0) return null;
    const sample = { thread, frames: stack, task: null, samples: 1, wallNs, fromNs: atNs - wallNs };
    return isOnCpu
      ? { ...sample, cpuNs: wallNs, status: status.onCpu | status.gilUnknown }
      : { ...sample, cpuNs: null };
  };
  /** Lines of a name that has ends of lines in it. */
  let begun = '';
  for (const [number, own] of numberedLines(file, path)) {
    const line = begun + own;
    begun = '';
    // A name can begin so, too.
    if (own.startsWith('#') && parseHead(own) === undefined) continue;
    // What stands behind a head is all of its stack, unless frames follow; else a line is a frame until one is empty.
    const groups = head !== null && !head.isWhole ? undefined : parseHead(line);
    const isFrame = head !== null && (!head.isWhole || (groups === undefined && parseFrame(line) !== null));
    if (isFrame && line.trim() !== '') {
      push(line.trim(), number);
      continue;
    }
    const done = finish();
    if (done !== null) yield done;
    if (line.trim() === '') continue;
    if (groups === undefined) {
      if (Buffer.byteLength(line) > mostName)
        throw cannotImport(path, `line ${number} is no sample: ${quoteLine(line)}`);
      begun = `${line}\n`;
      continue;
    }
    head = readHead(groups, threads, rateHz, path);
    event ??= head.event;
    if (event !== head.event)
      throw cannotImport(
        path,
        `it has samples of two events, ${event} and ${head.event}`,
        'Record one of them.',
      );
    if (groups.frame !== undefined) push(groups.frame.trim(), number);
  }
  if (begun !== '') throw cannotImport(path, `its last line is no sample: ${quoteLine(begun)}`);
  const last = finish();
  if (last !== null) yield last;
}

/** Clocks say how long it was, other events only that it happened. */
function readHead(
  { comm = '', first, tid, time, period, event, frame }: Readonly<Record<string, string | undefined>>,
  threads: Map<string, ImportedThread>,
  rateHz: number | null,
  path: string,
): Head {
  const isClock = clocks.test(event!);
  const wallNs = isClock && period !== undefined ? Number(period) : rateHz === null ? null : 1e9 / rateHz;
  if (wallNs === null) throw needsRate(path);
  if (!Number.isSafeInteger(Math.round(wallNs))) throw cannotImport(path, 'a number of it is too large');
  const key = JSON.stringify([comm, first, tid]);
  let thread = threads.get(key);
  if (thread === undefined) {
    thread = {
      pid: tid === undefined ? null : idOf(first),
      osId: idOf(tid ?? first),
      name: comm === '' ? null : comm,
      ...{ command: [], pythonVersion: '' },
    };
    threads.set(key, thread);
  }
  const isOnCpu = isClock || /^(?:cpu[-_/].*)?cycles/.test(event!);
  const atNs = Math.round(Number(time) * 1e9);
  return { thread, event: event!, atNs, wallNs: Math.round(wallNs), isOnCpu, isWhole: frame !== undefined };
}

function parseHead(line: string): Readonly<Record<string, string | undefined>> | undefined {
  return line.length > longestHead || longBlank.test(line) ? undefined : headLine.exec(line)?.groups;
}

/** "7fee294f4000 name+0x1f (/usr/lib/libc.so.6)"; null for what is none. */
function parseFrame(line: string): { symbol: string; binary: string } | null {
  const text = line.trim();
  const [address, open] = [text.indexOf(' '), text.lastIndexOf(' (')];
  if (!/^[0-9a-f]{1,16}$/.test(text.slice(0, Math.max(0, address))) || open <= address || !text.endsWith(')'))
    return null;
  return { symbol: text.slice(address + 1, open), binary: text.slice(open + 2, -1) };
}

/** What perf writes where a binary would stand. */
const noBinary: ReadonlySet<string> = new Set(['[unknown]', 'inlined']);

/** "py::work:/app/main.py+0x5" is Python's; of others the place in the function is left out. */
function readFrame({ symbol, binary }: { symbol: string; binary: string }, list: FrameList): ImportedFrame {
  const bare = symbol.replace(/\+0x[0-9a-f]{1,16}$/, '');
  const [, name, file] = /^py::([^:]+):(.+)$/s.exec(bare) ?? [];
  return name === undefined
    ? list.get(bare, noBinary.has(binary) ? '' : binary, 0)
    : list.get(name, file!, 0);
}
