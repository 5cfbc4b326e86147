/** How commands hand out their results: text and JSON to stdout, traces opened and closed again. */
import type { TraceReader } from '../format/reader.js';

/** Width to print for, in cells. */
export function outputWidth(): number {
  return process.stdout.isTTY ? Math.max(process.stdout.columns || 80, 40) : 80;
}

/** Whether results may be coloured. */
export function isColoured(): boolean {
  return (
    process.stdout.isTTY === true && !process.env.NO_COLOR && !process.env.CI && process.env.TERM !== 'dumb'
  );
}

/** Writes to stdout and resolves when a reader has taken it, so that long results do not pile up in memory. */
export async function print(text: string): Promise<void> {
  if (process.stdout.write(text)) return;
  await new Promise<void>((resolve) => process.stdout.once('drain', resolve));
}

export async function printJson(value: unknown): Promise<void> {
  await print(`${JSON.stringify(value, null, 2)}\n`);
}

/**
 * Opens a trace, hands it to `action` and closes it again.
 * @throws PyspyError of kind "trace" where it cannot be read
 */
export async function withTrace<T>(
  path: string,
  action: (reader: TraceReader) => Promise<T> | T,
): Promise<T> {
  const { TraceReader } = await import('../format/reader.js');
  const reader = TraceReader.open(path);
  try {
    return await action(reader);
  } finally {
    reader.close();
  }
}

/**
 * Opens several traces, hands them to `action` and closes them again.
 * @throws PyspyError of kind "trace" where one cannot be read
 */
export async function withTraces<T>(
  paths: readonly string[],
  action: (readers: readonly TraceReader[]) => Promise<T> | T,
): Promise<T> {
  const { TraceReader } = await import('../format/reader.js');
  const readers: TraceReader[] = [];
  try {
    for (const path of paths) readers.push(TraceReader.open(path));
    return await action(readers);
  } finally {
    for (const reader of readers) reader.close();
  }
}
