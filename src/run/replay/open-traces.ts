/** Traces, opened for one piece of work and closed again. */
import { TraceReader } from '../../format/reading/reader.js';

/**
 * Opens a trace, hands it to `action` and closes it again.
 * @throws PyspyError of kind "trace" where it cannot be read
 */
export async function withTrace<T>(
  path: string,
  action: (reader: TraceReader) => Promise<T> | T,
): Promise<T> {
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
  const readers: TraceReader[] = [];
  try {
    for (const path of paths) readers.push(TraceReader.open(path));
    return await action(readers);
  } finally {
    for (const reader of readers) reader.close();
  }
}
