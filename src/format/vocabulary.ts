/**
 * The words of the trace format, before any code: what a recording consists of, in which units, and what
 * the numbers mean. schema/trace.sql stores these, schema/batch.schema.json describes the packed samples,
 * docs/format.md explains both to people who write another reader.
 *
 * Integers: times inside a trace are nanoseconds since its time zero and stay exact in a double for 104
 * days; absolute clocks (nanoseconds since 1970 or since boot) do not, and are bigint.
 */

/** `PySp` in the SQLite header (offset 68): what `file` and readers know a trace by. */
export const applicationId = 0x50795370;

/** SQLite `user_version`. Raised when an older reader would misread a file, never for an added table or column. */
export const formatVersion = 2;

/** No batch covers more than this; readers rely on it to find a window through the time index. */
export const maxBatchSpanNs = 10_000_000_000;
/** Batches are not merged to more samples: a small window should not have to unpack a long batch. */
export const maxMergedSamples = 200_000;

/** The feature of traces whose batches say how long their ticks stand for. */
export const spansFeature = 'spans';

/** How the bytes of a batch are wrapped. */
export const batchEncoding = {
  /** msgpack, as it is: batches of about a second, as they come from the recorder. */
  plain: 0,
  /** A raw deflate stream (RFC 1951) of msgpack: batches of up to ten seconds. */
  deflated: 1,
} as const;

/** Status bits of one sample. */
export const status = {
  /** Running on a CPU, or ready to and waiting for one (state R) but not in the wait for the GIL, when it was sampled. */
  onCpu: 1,
  /** Held the global interpreter lock. */
  gil: 2,
  /** The stack did not hold still in any of the repeated reads: a marker frame stands for what is not certain of it. */
  torn: 4,
  /** The stack was deeper than the recorder keeps; frames are missing where the stack says so. */
  truncated: 8,
  /** The thread was there, its stack could not be read; `stack` is 0. */
  failed: 16,
  /** The operating system's state of the thread is not known: `onCpu` and CPU time say nothing. */
  stateUnknown: 32,
  /** The holder of the GIL is not known, or there is no GIL: `gil` says nothing. */
  gilUnknown: 64,
  /** In the wait for the GIL: asleep, or woken there and waiting for a CPU. */
  gilWait: 128,
  /** Whether the thread waits for the GIL is known; without this bit `gilWait` says nothing. */
  gilWaitKnown: 256,
  /** Held the GIL while its interpreter's garbage collector was under way: collected, or ran a finalizer. */
  collecting: 512,
  /** Whether the thread collects garbage is known; without this bit `collecting` says nothing. */
  collectingKnown: 1024,
  /** The thread's interpreter ran without a GIL (free-threaded builds); `gilUnknown` is set, too. */
  gilOff: 2048,
  /** The stack has native frames among the Python frames: all that there were, down to the innermost. */
  native: 4096,
  /** The outermost native frames could not be followed; `native` is set, too. */
  nativeCut: 8192,
  /** Ready to run where others wanted the CPUs, too: whether it ran or waited for one is not known; `onCpu` is set, too. */
  cpuUnsure: 16384,
  /** Ready to run, and waited for a CPU; `onCpu` is set, too. */
  cpuWait: 32768,
} as const;

/** Where a status has a number of `waitKind`: what the thread slept for; 0 where it did not sleep, or it is not known. */
export const waitField = { shift: 16, mask: 7 << 16 } as const;

/** Readers take a kind that they do not know for `other`. */
export const waitKind = {
  /** A lock: of Python, of C code, or of several processes. With `gilWait` it is the GIL. */
  lock: 1,
  /** To be told by another thread: a condition, an event, a queue, or another thread's end. */
  condition: 2,
  /** Time to pass. */
  sleep: 3,
  /** A socket, a pipe or a file. */
  io: 4,
  /** Another process's end. */
  process: 5,
  /** Something else, or the kernel's own work for it, such as a page of memory to come. */
  other: 6,
} as const;

/** What a function is. Readers show kinds that they do not know as "kind N", and never drop them. */
export const functionKind = {
  python: 0,
  native: 1,
  kernel: 2,
  collector: 3,
  marker: 4,
  /** No function: the asyncio task that ran, by name, outermost of its stacks. */
  task: 5,
  /** Native: the interpreter's evaluation loop, which runs the Python frames that it is the caller of in a stack. */
  loop: 6,
} as const;

/**
 * Samples of one thread in one batch: one per tick from `firstTick` on, without holes. Consecutive samples with
 * the same stack and status form a run; `runLength`, `runStack` and `runStatus` have one element per run.
 */
export interface ThreadSamples {
  readonly thread: number;
  /** Index into the batch's ticks of this thread's first sample. */
  readonly firstTick: number;
  /** Number of samples in each run, at least 1. */
  readonly runLength: Uint32Array;
  /** Stack ids; 0 is the empty stack. */
  readonly runStack: Uint32Array;
  /** Bits of `status`. */
  readonly runStatus: Uint32Array;
  /** One element per sample: CPU time that the thread used since its tick before, in ns. */
  readonly cpuNs: Float64Array;
}

/** Some seconds of samples of all threads, decoded. */
export interface Batch {
  /** When each tick happened, in ns since the trace's time zero, rising. */
  readonly tickNs: Float64Array;
  /** Since the tick before, or less where the recorder was late; tick-cells.ts has the time that a tick stands for. */
  readonly weightNs: Float64Array;
  /** How long after the moment that was drawn for it each tick came; not there where it is not known. */
  readonly lateNs?: Float64Array;
  /** How long each tick stands for, from its moment on, where that is known; else it follows from the ticks around it. */
  readonly spanNs?: Float64Array;
  readonly threads: readonly ThreadSamples[];
}

/** Counts that accompany a batch; sums over batches are the counts of a window. */
export interface BatchCounts {
  readonly ticks: number;
  readonly samples: number;
  /** Scheduled ticks that were skipped because the recorder was late. */
  readonly missed: number;
  /** Ticks that the recorder's rate has and that were left out on purpose, to keep to a budget of CPU time; not there for none. */
  readonly spared?: number;
  /** Samples whose status says torn, failed, truncated. */
  readonly torn: number;
  readonly failed: number;
  readonly truncated: number;
}

export interface EncodedBatch extends BatchCounts {
  /** Ticks that came late (from `lateFromNs` on); null where it is not known. */
  readonly late: number | null;
  /** Times of the first and the last tick, in ns since time zero. */
  readonly firstNs: number;
  readonly lastNs: number;
  /** One of `batchEncoding`. */
  readonly encoding: number;
  /** msgpack, as schema/batch.schema.json has it, encoded so. */
  readonly data: Uint8Array;
}

export interface StringRow {
  readonly id: number;
  readonly text: string;
}
export interface FunctionRow {
  readonly id: number;
  readonly kind: number;
  /** String ids; `qualname` is null where the interpreter does not know it (before 3.11). */
  readonly name: number;
  readonly qualname: number | null;
  readonly file: number;
  /** 1-based; 0 where not known. */
  readonly firstLine: number;
  /** Of native code in a binary: string id of its build ID, in hexadecimal (null where it has none), and where the function begins, as linked. */
  readonly place?: { readonly build: number | null; readonly offset: number };
}
export interface FrameRow {
  readonly id: number;
  readonly function: number;
  /** 1-based; 0 where the instruction belongs to no line. */
  readonly line: number;
}
/** One node of the prefix tree; `parent` is the caller's node, 0 for an outermost frame, and smaller than `id`. */
export interface StackRow {
  readonly id: number;
  readonly parent: number;
  readonly frame: number;
}
export interface ProcessRow {
  readonly id: number;
  readonly recording: number;
  /** Process row that started this one, where that is followed too. */
  readonly parent: number | null;
  readonly pid: number;
  /** Ticks of the system's clock since boot: tells a process from a later one with the same pid. */
  readonly startTicks: number;
  readonly command: readonly string[];
  readonly executable: string;
  readonly cwd: string;
  /** "3.12.1", and the interpreter's whole version text. */
  readonly pythonVersion: string;
  readonly pythonBuild: string;
  readonly firstNs: number;
}
export interface ThreadRow {
  readonly id: number;
  readonly process: number;
  /** `threading.get_ident()`; decimal, since it can exceed a double. */
  readonly pythonId: bigint;
  /** `threading.get_native_id()`; null where it could not be found out. */
  readonly osId: number | null;
  readonly firstNs: number;
}
/** A thread's name from `sinceNs` on. A thread without rows has no name that Python knows. */
export interface ThreadNameRow {
  readonly thread: number;
  readonly sinceNs: number;
  readonly name: number;
}
/** Time without samples, which no sample stands for: the machine slept, the recorder was stopped, samples were dropped. */
export interface Gap {
  readonly fromNs: number;
  readonly toNs: number;
  readonly reason: string;
}
/** Why samples failed, counted per batch. */
export interface Failure {
  readonly reason: string;
  readonly count: number;
}

/** What one transaction adds to a trace: a batch, and the dictionary rows that it is the first to need. */
export interface Segment {
  readonly batch: EncodedBatch | null;
  readonly strings: readonly StringRow[];
  readonly functions: readonly FunctionRow[];
  readonly frames: readonly FrameRow[];
  readonly stacks: readonly StackRow[];
  readonly processes: readonly ProcessRow[];
  readonly threads: readonly ThreadRow[];
  readonly threadNames: readonly ThreadNameRow[];
  readonly gaps: readonly Gap[];
  readonly failures: readonly Failure[];
  /** Ids of processes of which nothing is to come after this. */
  readonly over?: readonly number[];
}
