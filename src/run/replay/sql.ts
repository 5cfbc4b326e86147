/** Asks a trace in SQL, and prints the rows as they come. */
import { endBySignal, endingSignals, onSignals } from '../../caller.js';
import type { OwnRule } from '../../replay/names/own-code.js';
import { type SqlConsumer, SqlSession } from '../../replay/sql/sql-session.js';
import { startWorkProgress } from '../output/progress-line.js';
import type { AskedWindow } from './chosen-samples.js';
import { createSqlPrinter } from './sql-printer.js';

export interface SqlRequest {
  /** Of the trace. */
  readonly path: string;
  readonly sql: string;
  readonly window: AskedWindow;
  /** What the columns `own` say. */
  readonly mine: OwnRule;
  readonly format: 'text' | 'csv' | 'json';
}

/** How long a query may take to hear Ctrl-C before the process is ended with it, in ms. */
const patienceMs = 1_000;

/** @throws PyspyError of kind "trace", "usage" or "interrupted" */
export async function runSql({ path, sql, window, mine, format }: SqlRequest): Promise<void> {
  const printer = createSqlPrinter(format);
  const progress = startWorkProgress(`reading ${path}`);
  const consumer: SqlConsumer = {
    columns: (names) => printer.columns(names),
    rows(rows) {
      // The line is in the way of a result on the same terminal.
      progress.end();
      return printer.rows(rows);
    },
    progress(share) {
      progress.report(share);
    },
  };
  const session = new SqlSession();
  const forget = stopOnSignals(session);
  try {
    await session.run({ path, sql, from: window.from, to: window.to, mine }, consumer);
  } finally {
    progress.end();
    forget();
  }
  await printer.end();
}

/** Stops the query at a signal; one that SQLite is lost in, or a second signal, ends the process as the signal would have. */
function stopOnSignals(session: SqlSession): () => void {
  let isStopping = false;
  const give = (signal: NodeJS.Signals): void => {
    forget();
    endBySignal(signal);
  };
  const take = (signal: NodeJS.Signals): void => {
    if (isStopping) give(signal);
    isStopping = true;
    session.stop();
    setTimeout(() => give(signal), patienceMs).unref();
  };
  const forget = onSignals(endingSignals, take);
  return forget;
}
