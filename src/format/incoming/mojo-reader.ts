/**
 * Reads MOJO, the binary of Austin (https://p403n1x87.github.io/austin/, "The MOJO File Format"): versions 1 to 4. A stream of events,
 * in which a stack is followed by its frames and by the time that it stands for. What waits in asyncio is not read.
 */
import { maxDepths } from '../assembly/import-limits.js';
import type {
  ImportedFrame,
  ImportedProfile,
  ImportedSample,
  ImportedThread,
} from '../assembly/imported-profile.js';
import { type ImportOptions, maxDepth } from '../encodings/import-fault.js';
import { lineOf } from '../encodings/told-numbers.js';
import { AustinClock } from './austin-clock.js';
import { aboutMemory, idleStatus, readThread } from './austin-reader.js';
import { FrameList } from './frame-list.js';
import { event, MojoCursor } from './mojo-cursor.js';

const magic = [0x4d, 0x4f, 0x4a];
const newestVersion = 4;

/** @throws PyspyError of kind "trace" where it is damaged or about memory, here or when samples are read */
export function readMojo(file: Uint8Array, { path }: ImportOptions): ImportedProfile {
  const cursor = new MojoCursor(file, path, { from: magic.length });
  const version = cursor.number();
  if (!looksMojo(file) || version < 1) throw cursor.fault('it does not begin as MOJO does');
  if (version > newestVersion)
    throw cursor.fault(
      `its format is of version ${version}, and ${newestVersion} is the newest that is known`,
    );
  // Of what slept nothing is told in CPU mode, nor how long it was.
  const head = Buffer.from(file.subarray(0, 4_096)).toString('latin1');
  const hasTimes = !head.includes('\x01mode\0cpu\0');
  return {
    startedUtcNs: null,
    hasTimes,
    samples: new MojoStream(cursor, version, { path, hasTimes }).samples(),
  };
}

export function looksMojo(file: Uint8Array): boolean {
  return magic.every((byte, at) => file[at] === byte);
}

/** A stack whose time has not come yet. */
interface Open {
  readonly thread: ImportedThread;
  readonly pid: number;
  frames: ImportedFrame[];
  isCollecting: boolean;
  isIdle: boolean;
  us: number | null;
  /** Whether its sample was made: what follows is not its own. */
  isDone: boolean;
}

class MojoStream {
  readonly #cursor: MojoCursor;
  readonly #version: number;
  readonly #path: string;
  readonly #hasTimes: boolean;
  readonly #clock = new AustinClock();
  readonly #list: FrameList;
  /** Keys are of one process each. */
  readonly #strings = new Map<string, string>();
  readonly #frames = new Map<string, ImportedFrame>();
  readonly #threads = new Map<string, ImportedThread>();
  readonly #before = new Map<ImportedThread, readonly ImportedFrame[]>();
  #mode = '';
  #python = '';
  #open: Open | null = null;
  /** Frames that were looked at to repeat them. */
  #repeated = 0;

  constructor(
    cursor: MojoCursor,
    version: number,
    { path, hasTimes }: { readonly path: string; readonly hasTimes: boolean },
  ) {
    this.#cursor = cursor;
    this.#version = version;
    this.#path = path;
    this.#list = new FrameList(path);
    this.#hasTimes = hasTimes;
  }

  *samples(): Generator<ImportedSample, void> {
    const cursor = this.#cursor;
    while (!cursor.isAtEnd) {
      const kind = cursor.u8();
      // What waits in asyncio has frames and a time of its own.
      const done = kind === event.stack || kind === event.taskStack ? this.#finish() : null;
      if (done !== null) yield done;
      try {
        this.#event(kind);
      } catch (error) {
        // Austin was killed while it wrote: what came before is whole.
        if (cursor.isCut) break;
        throw error;
      }
    }
    const last = this.#finish();
    if (last !== null) yield last;
  }

  #event(kind: number): void {
    const cursor = this.#cursor;
    if (kind === event.metadata) this.#metadata(cursor.cString(), cursor.cString());
    else if (kind === event.stack) this.#stack();
    else if (kind === event.frame) this.#frame();
    else if (kind === event.string) this.#strings.set(this.#key(), cursor.cString());
    else if (kind === event.stringRef) this.#key();
    else if (kind === event.frameRef) this.#frameRef();
    else if (kind === event.kernel) this.#push(this.#list.get(cursor.cString(), 'kernel', 0));
    else if (kind === event.invalid) this.#push(this.#list.get(':INVALID:', '', 0));
    else if (kind === event.repeat) this.#repeat();
    else if (kind === event.collecting) this.#stackNow().isCollecting = true;
    else if (kind === event.idle) this.#stackNow().isIdle = true;
    else if (kind === event.time) this.#time(cursor.number());
    else if (kind === event.memory) cursor.number();
    else if (kind === event.taskStack || kind === event.taskWaiter) {
      cursor.key();
      cursor.key();
    } else throw cursor.fault(`there is no event ${kind} in MOJO`);
  }

  #metadata(name: string, value: string): void {
    if (name === 'mode') this.#mode = value;
    if (name === 'python') this.#python = value;
    if (name === 'mode' && value === 'memory') throw aboutMemory(this.#path);
  }

  #stack(): void {
    const cursor = this.#cursor;
    const pid = cursor.number();
    const interpreter = this.#version >= 3 ? cursor.number() : null;
    const text = cursor.cString();
    const key = JSON.stringify([pid, interpreter, text]);
    let thread = this.#threads.get(key);
    if (thread === undefined) {
      // Hexadecimal, or from version 4 on the thread's name.
      const number = /^[0-9a-f]{1,16}$/.test(text) ? BigInt(`0x${text}`) : null;
      const prefix = interpreter === null ? 'T' : `T${interpreter}:`;
      thread =
        number === null
          ? { ...readThread(`P${pid}`, prefix), name: text }
          : readThread(`P${pid}`, `${prefix}${number}`);
      thread = { ...thread, pythonVersion: this.#python };
      this.#threads.set(key, thread);
    }
    this.#open = emptyStack(thread, pid);
  }

  #frame(): void {
    const key = this.#key();
    const [file, name] = [this.#text(), this.#text()];
    const line = this.#cursor.number();
    // Where it ends, and columns.
    if (this.#version >= 2) for (let more = 0; more < 3; more++) this.#cursor.number();
    this.#frames.set(key, this.#list.get(name, file, lineOf(line)));
  }

  #text(): string {
    const key = this.#key();
    const text = this.#strings.get(key);
    if (text !== undefined) return text;
    if (key.endsWith(':\x01')) return '<unknown>';
    throw this.#cursor.fault('a frame has a name that is not listed');
  }

  #frameRef(): void {
    const frame = this.#frames.get(this.#key());
    if (frame === undefined) throw this.#cursor.fault('a stack has a frame that is not listed');
    this.#push(frame);
  }

  #push(frame: ImportedFrame): void {
    const { frames } = this.#stackNow();
    if (frames.length >= maxDepth) throw this.#cursor.fault('a stack of it has no end');
    frames.push(frame);
  }

  /** What the thread had before, less its innermost native frames, is outside of what is there. */
  #repeat(): void {
    const stack = this.#stackNow();
    const before = this.#before.get(stack.thread) ?? [];
    // A stack that repeats the one before has two bytes, and what asks for it once more has one.
    this.#repeated += before.length + stack.frames.length;
    if (this.#repeated > maxDepths) throw this.#cursor.fault('its stacks have no end');
    let length = before.length;
    while (length > 0 && isNative(before[length - 1]!)) length--;
    if (length + stack.frames.length > maxDepth) throw this.#cursor.fault('a stack of it has no end');
    stack.frames = [...before.slice(0, length), ...stack.frames];
  }

  #time(us: number): void {
    if (us < 0) throw this.#cursor.fault('a time of it is negative');
    this.#stackNow().us = us;
  }

  #stackNow(): Open {
    if (this.#open === null) throw this.#cursor.fault('there is no stack where one is needed');
    return this.#open;
  }

  /** What was open, if it is a sample: without a time it is not whole. */
  #finish(): ImportedSample | null {
    const open = this.#open;
    if (open === null || open.isDone) return null;
    const { thread, pid, frames, us, isCollecting, isIdle } = open;
    open.isDone = true;
    open.frames = [];
    this.#before.set(thread, frames);
    if (us === null || us === 0) return null;
    const wallNs = us * 1e3;
    const stack = isCollecting ? [...frames, this.#list.get(':GC:', '', 0)] : frames;
    const fromNs = this.#clock.next(String(pid), thread, wallNs);
    const times = { wallNs, cpuNs: null, ...(this.#hasTimes && { fromNs }) };
    const sample = { thread, frames: stack, task: null, samples: 1, ...times };
    return this.#mode === 'full' ? { ...sample, ...idleStatus(isIdle, wallNs) } : sample;
  }

  /** A key, as it stands, with the process that it is of. */
  #key(): string {
    return `${this.#open?.pid ?? 0}:${this.#cursor.key()}`;
  }
}

function emptyStack(thread: ImportedThread, pid: number): Open {
  return { thread, pid, frames: [], isCollecting: false, isIdle: false, us: null, isDone: false };
}

/** As Austin's own reader tells them. */
function isNative({ file }: ImportedFrame): boolean {
  return !file.endsWith('.py') && !(file.startsWith('<') && file.endsWith('>'));
}
