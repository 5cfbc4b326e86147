/** One sample a line, as JSON (https://jsonlines.org): for jq, pandas, DuckDB. A format of our own; docs/cli.md has the fields. */
import type { KnownWait } from '../wait-words.js';

/** What a sample's status says; null for what is not known. */
export interface StatusWords {
  readonly idle: boolean;
  readonly on_cpu: boolean | null;
  readonly gil: boolean | null;
  readonly gil_wait: boolean | null;
  readonly waits_for: KnownWait | null;
  readonly collecting: boolean | null;
  readonly torn: boolean;
  readonly failed: boolean;
  readonly truncated: boolean;
}

export interface SampleLine extends StatusWords {
  /** On the recording's time line. */
  readonly time_s: number;
  readonly pid: number;
  readonly thread: string;
  readonly thread_id: number | null;
  readonly task: string | null;
  /** What the sample stands for; CPU time is null where the thread's state is not known. */
  readonly wall_s: number;
  readonly cpu_s: number | null;
}

/** A sample, and the JSON of its stack's fields: written once for many samples. */
export interface StackedLine {
  readonly line: SampleLine;
  readonly stackJson: string;
}

/** The innermost frame, and all of them, outermost first, as texts. */
export interface LineStack {
  readonly function: string;
  readonly file: string | null;
  readonly line: number | null;
  readonly stack: readonly string[];
}

/** Members of an object, without its braces. */
export function stackJson(stack: LineStack): string {
  return JSON.stringify(stack).slice(1, -1);
}

/** Writes lines, one chunk of text each. */
export function* writeJsonLines(lines: Iterable<StackedLine>): Generator<string, void> {
  for (const { line, stackJson: stack } of lines) yield `${JSON.stringify(line).slice(0, -1)},${stack}}\n`;
}
