/** Makes traces for tests: says in Python's terms what was sampled when, and writes that through TraceWriter. */

import { encodeBatch } from '../../src/format/codec/batch-encoder.js';
import { periodOf } from '../../src/format/codec/batch-grid.js';
import type { RecordingInfo } from '../../src/format/recording-info.js';
import {
  type Failure,
  type FrameRow,
  type FunctionRow,
  functionKind,
  type Gap,
  type ProcessRow,
  type StackRow,
  type StringRow,
  status,
  type ThreadNameRow,
  type ThreadRow,
  type ThreadSamples,
} from '../../src/format/vocabulary.js';
import type { RetentionLimits } from '../../src/format/writing/retention.js';
import { TraceWriter } from '../../src/format/writing/writer.js';

export interface Code {
  readonly name: string;
  readonly qualname?: string | null;
  readonly file: string;
  readonly firstLine: number;
  readonly kind?: number;
  readonly place?: { readonly buildId: string | null; readonly offset: number };
}

export interface SampleSpec {
  readonly thread: number;
  /** Stack id, from `stack`. */
  readonly stack: number;
  readonly status?: number;
  readonly cpuNs?: number;
}

/** A recording with fixed clocks, on a host that is nobody's. */
const testRecording: RecordingInfo = {
  recorder: 'pyspy 0.1.0',
  recorderPid: 4_000_001,
  recorderStartTicks: 123_456,
  recorderCommand: ['pyspy', 'record', '--', 'python3', 'app.py'],
  rateHz: 100,
  jitter: 'uniform',
  scheduling: null,
  sampler: null,
  budgetPct: null,
  startedMonotonicNs: 9_007_199_254_740_993n,
  startedUtcNs: 1_714_557_600_123_456_789n,
  host: {
    name: 'testhost',
    system: 'Linux',
    release: '6.1.0',
    machine: 'x86_64',
    cpuModel: 'Test CPU',
    cpus: 2,
    bootId: '00000000-0000-0000-0000-000000000000',
  },
};

export class TraceBuilder {
  readonly writer: TraceWriter;
  readonly #periodNs: number;
  readonly #ids = new Map<string, number>();
  #strings: StringRow[] = [];
  #functions: FunctionRow[] = [];
  #frames: FrameRow[] = [];
  #stacks: StackRow[] = [];
  #processes: ProcessRow[] = [];
  #threads: ThreadRow[] = [];
  #threadNames: ThreadNameRow[] = [];
  #gaps: Gap[] = [];
  #failures: Failure[] = [];
  #over: number[] = [];
  #ticks: { ns: number; weightNs: number; lateNs?: number | undefined; samples: readonly SampleSpec[] }[] =
    [];
  #missed = 0;
  #spared = 0;
  #lastNs = 0;

  constructor(path: string, recording: Partial<RecordingInfo> = {}, limits?: RetentionLimits) {
    this.#periodNs = periodOf(recording.rateHz ?? testRecording.rateHz);
    this.writer = new TraceWriter(
      path,
      { ...testRecording, ...recording },
      { force: true, ...(limits && { limits }) },
    );
  }

  string(text: string): number {
    return this.#intern(`string ${text}`, (id) => this.#strings.push({ id, text }));
  }

  function(code: Code): number {
    return this.#intern(`function ${JSON.stringify(code)}`, (id) =>
      this.#functions.push({
        id,
        kind: code.kind ?? functionKind.python,
        name: this.string(code.name),
        qualname: code.qualname === null ? null : this.string(code.qualname ?? code.name),
        file: this.string(code.file),
        firstLine: code.firstLine,
        ...(code.place && {
          place: {
            build: code.place.buildId === null ? null : this.string(code.place.buildId),
            offset: code.place.offset,
          },
        }),
      }),
    );
  }

  /** @param frames outermost first, each with the line that it executes */
  stack(...frames: readonly (readonly [Code, number])[]): number {
    let parent = 0;
    for (const [code, line] of frames) {
      const fn = this.function(code);
      const frame = this.#intern(`frame ${fn} ${line}`, (id) =>
        this.#frames.push({ id, function: fn, line }),
      );
      const caller = parent;
      parent = this.#intern(`stack ${caller} ${frame}`, (id) =>
        this.#stacks.push({ id, parent: caller, frame }),
      );
    }
    return parent;
  }

  process(process: Partial<ProcessRow> = {}): number {
    const id = this.#next('process');
    this.#processes.push({
      id,
      recording: 1,
      parent: null,
      pid: 1_000 + id,
      startTicks: 100,
      command: ['python3', 'app.py'],
      executable: '/usr/bin/python3',
      cwd: '/home/user/project',
      pythonVersion: '3.12.1',
      pythonBuild: '3.12.1 (main, Dec  8 2023) [GCC 12.2.0]',
      firstNs: 0,
      ...process,
    });
    return id;
  }

  /** Nothing of a process is to come after the next batch. */
  endProcess(id: number): void {
    this.#over.push(id);
  }

  thread(process: number, name: string | null, thread: Partial<ThreadRow> = {}): number {
    const id = this.#next('thread');
    const firstNs = thread.firstNs ?? 0;
    this.#threads.push({
      id,
      process,
      pythonId: 140_000_000_000_000n + BigInt(id),
      osId: 2_000 + id,
      firstNs,
      ...thread,
    });
    if (name !== null) this.rename(id, firstNs, name);
    return id;
  }

  rename(thread: number, sinceNs: number, name: string): void {
    this.#threadNames.push({ thread, sinceNs, name: this.string(name) });
  }

  gap(fromNs: number, toNs: number, reason: string): void {
    this.#gaps.push({ fromNs, toNs, reason });
  }

  miss(ticks: number): void {
    this.#missed += ticks;
  }

  /** Counts ticks that were left out on purpose. */
  spare(ticks: number): void {
    this.#spared += ticks;
  }

  fail(reason: string, count: number): void {
    this.#failures.push({ reason, count });
  }

  /**
   * One tick; by default it stands for the time since the tick before. A second of ticks makes a batch, in which either
   * all have a lateness or none.
   */
  tick(ns: number, samples: readonly SampleSpec[], weightNs = ns - this.#lastNs, lateNs?: number): void {
    const first = this.#ticks[0];
    if (first !== undefined && ns - first.ns >= 1e9) this.flush();
    this.#ticks.push({ ns, weightNs, lateNs, samples });
    this.#lastNs = ns;
  }

  flush(): void {
    const ticks = this.#ticks;
    const all = ticks.flatMap((tick) => tick.samples);
    const count = (bit: number) =>
      all.filter((sample) => ((sample.status ?? status.onCpu) & bit) !== 0).length;
    this.writer.append({
      batch:
        ticks.length === 0
          ? null
          : {
              ...encodeBatch(
                {
                  tickNs: Float64Array.from(ticks, (tick) => tick.ns),
                  weightNs: Float64Array.from(ticks, (tick) => tick.weightNs),
                  ...(ticks[0]?.lateNs !== undefined && {
                    lateNs: Float64Array.from(ticks, (tick) => tick.lateNs ?? 0),
                  }),
                  threads: this.#threadSamples(),
                },
                this.#periodNs,
              ),
              ticks: ticks.length,
              samples: all.length,
              missed: this.#missed,
              ...(this.#spared > 0 && { spared: this.#spared }),
              torn: count(status.torn),
              failed: count(status.failed),
              truncated: count(status.truncated),
            },
      strings: this.#strings,
      functions: this.#functions,
      frames: this.#frames,
      stacks: this.#stacks,
      processes: this.#processes,
      threads: this.#threads,
      threadNames: this.#threadNames,
      gaps: this.#gaps,
      failures: this.#failures,
      over: this.#over,
    });
    this.#over = [];
    this.#strings = [];
    this.#functions = [];
    this.#frames = [];
    this.#stacks = [];
    this.#processes = [];
    this.#threads = [];
    this.#threadNames = [];
    this.#gaps = [];
    this.#failures = [];
    this.#ticks = [];
    this.#missed = 0;
    this.#spared = 0;
  }

  /** Ends the recording properly. */
  /** @param commandStatus of the command that was started, if any was */
  end(endedNs = this.#lastNs, reason = 'target-exited', commandStatus: number | null = null): void {
    this.flush();
    this.writer.close({ endedNs, reason, commandStatus });
  }

  /** Leaves the file as a killed recorder would, but for its log. */
  crash(): void {
    this.flush();
    this.writer.abandon();
  }

  #threadSamples(): ThreadSamples[] {
    const open = new Map<number, { firstTick: number; samples: SampleSpec[] }>();
    const entries: { thread: number; firstTick: number; samples: SampleSpec[] }[] = [];
    this.#ticks.forEach((tick, at) => {
      for (const sample of tick.samples) {
        let entry = open.get(sample.thread);
        if (entry === undefined || entry.firstTick + entry.samples.length !== at) {
          entry = { firstTick: at, samples: [] };
          open.set(sample.thread, entry);
          entries.push(Object.assign(entry, { thread: sample.thread }));
        }
        entry.samples.push(sample);
      }
    });
    return entries.map(({ thread, firstTick, samples }) => {
      const runs: { length: number; stack: number; status: number }[] = [];
      for (const sample of samples) {
        const bits = sample.status ?? status.onCpu;
        const last = runs[runs.length - 1];
        if (last !== undefined && last.stack === sample.stack && last.status === bits) last.length++;
        else runs.push({ length: 1, stack: sample.stack, status: bits });
      }
      return {
        thread,
        firstTick,
        runLength: Uint32Array.from(runs, (run) => run.length),
        runStack: Uint32Array.from(runs, (run) => run.stack),
        runStatus: Uint32Array.from(runs, (run) => run.status),
        cpuNs: Float64Array.from(samples, (sample) => sample.cpuNs ?? 0),
      };
    });
  }

  #intern(key: string, add: (id: number) => void): number {
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = this.#next(key.slice(0, key.indexOf(' ')));
    this.#ids.set(key, id);
    add(id);
    return id;
  }

  #next(kind: string): number {
    const id = (this.#ids.get(`next ${kind}`) ?? 0) + 1;
    this.#ids.set(`next ${kind}`, id);
    return id;
  }
}
