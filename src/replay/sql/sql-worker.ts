/**
 * Runs a query in a thread of its own: SQLite returns only when it has a row, and the main thread has to hear Ctrl-C
 * meanwhile.
 */
import { once } from 'node:events';
import { parentPort } from 'node:worker_threads';
import { PyspyError } from '../../errors.js';
import { TraceReader } from '../../format/reading/reader.js';
import { resolveWindow } from '../window/window.js';
import { SqlQuery, type SqlValue } from './query.js';
import type { SqlMessage, SqlRequest, SqlTask } from './sql-messages.js';

/** Rows, and bytes of values, that are sent at once. */
const rowsAtOnce = 500;
const bytesAtOnce = 1 << 18;
const progressEveryMs = 200;

const port = parentPort!;
const send = (message: SqlMessage): void => port.postMessage(message);

port.once('message', (task: SqlTask) => {
  run(task)
    .then(() => send({ kind: 'end' }))
    .catch((error: unknown) => {
      const isKnown = error instanceof PyspyError;
      const { message, stack } =
        error instanceof Error ? error : { message: String(error), stack: undefined };
      const hint = isKnown ? error.hint : undefined;
      send({ kind: 'error', error: isKnown ? error.kind : null, message, hint, stack });
    })
    .finally(() => port.close());
});

async function run({ path, sql, from, to, mine, stop }: SqlTask): Promise<void> {
  const reader = TraceReader.open(path);
  try {
    const window = resolveWindow(reader, from, to);
    const isWhole = from === undefined && to === undefined;
    const flag = new Int32Array(stop);
    let toldAt = Date.now();
    const query = new SqlQuery(
      reader,
      sql,
      isWhole ? { fromNs: -Infinity, toNs: Infinity } : window,
      (lastNs) => {
        if (Atomics.load(flag, 0) !== 0) throw new PyspyError('interrupted', 'the query was stopped');
        if (Date.now() - toldAt < progressEveryMs) return;
        toldAt = Date.now();
        send({ kind: 'progress', share: Math.min(1, lastNs / Math.max(1, window.extentNs)) });
      },
      mine,
    );
    try {
      send({ kind: 'columns', columns: query.columns });
      await sendRows(query);
    } finally {
      query.close();
    }
  } finally {
    reader.close();
  }
}

async function sendRows(query: SqlQuery): Promise<void> {
  let rows: SqlValue[][] = [];
  let bytes = 0;
  for (const row of query.rows()) {
    rows.push(row);
    for (const value of row) bytes += bytesOf(value);
    if (rows.length < rowsAtOnce && bytes < bytesAtOnce) continue;
    send({ kind: 'rows', rows });
    rows = [];
    bytes = 0;
    const [request] = (await once(port, 'message')) as [SqlRequest];
    if (request === 'enough') return;
  }
  if (rows.length > 0) send({ kind: 'rows', rows });
}

/** About as much memory as a value takes. */
function bytesOf(value: SqlValue): number {
  if (typeof value === 'string') return value.length;
  return value instanceof Uint8Array ? value.length : 8;
}
