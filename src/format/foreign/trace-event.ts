/**
 * The Trace Event Format in JSON (Google's document "Trace Event Format"): what Perfetto (https://ui.perfetto.dev),
 * chrome://tracing and speedscope read.
 */

/** Of a slice, a mark, a counter or a name; times are in microseconds. */
export interface TraceEvent {
  /** B and E begin and end a slice, X is a whole one, i an instant, C a counter, M a name. */
  readonly ph: 'B' | 'E' | 'X' | 'i' | 'C' | 'M';
  /** Of a slice that is none of the program's. */
  readonly cat?: 'gap';
  readonly pid: number;
  readonly tid?: number;
  readonly ts?: number;
  readonly dur?: number;
  readonly name?: string;
  /** Of an instant: seen across all tracks. */
  readonly s?: 'g';
  readonly args?: Readonly<Record<string, string | number>>;
}

/** Writes events in chunks of text. */
export function* writeTraceEvents(
  events: Iterable<TraceEvent>,
  about: Readonly<Record<string, string>>,
): Generator<string, void> {
  yield `{"displayTimeUnit":"ms","otherData":${JSON.stringify(about)},"traceEvents":[`;
  let separator = '\n';
  for (const event of events) {
    yield separator + JSON.stringify(event);
    separator = ',\n';
  }
  yield '\n]}\n';
}
