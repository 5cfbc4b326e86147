/** `pyspy sql FILE QUERY`: any question, asked in SQL of the tables in docs/sql.md. */
import { type Command, Option } from 'commander';
import { onSignals } from '../caller.js';
import type { SqlConsumer, SqlSession } from '../replay/sql/session.js';
import { addExamples, addJsonOption, addWindowOptions, type WindowOptions } from './options.js';
import { startWorkProgress } from './progress.js';

interface SqlOptions extends WindowOptions {
  readonly json?: boolean;
  readonly csv?: boolean;
}

/** How long a query may take to hear Ctrl-C before the process is ended with it, in ms. */
const patienceMs = 1_000;

export function registerSql(program: Command): void {
  const command = program
    .command('sql')
    .description('ask a trace a question in SQL: sample, stack, frame, function, thread … (docs/sql.md)')
    .argument('<file>', 'trace, written by "pyspy record"')
    .argument('<query>', 'one SELECT');
  addWindowOptions(command);
  addExamples(
    command,
    'pyspy sql run.trace "SELECT name, count(*) FROM sample',
    '    JOIN thread USING (thread_id) GROUP BY name"',
    'pyspy sql run.trace "SELECT time_s FROM sample WHERE gil" --from 10s --csv',
  );
  addJsonOption(command)
    .addOption(new Option('--csv', 'print CSV (RFC 4180)').conflicts('json'))
    .action((file: string, query: string, options: SqlOptions) => runSql(file, query, options));
}

async function runSql(path: string, sql: string, options: SqlOptions): Promise<void> {
  const { SqlSession } = await import('../replay/sql/session.js');
  const { createSqlPrinter } = await import('./sql-printer.js');
  const printer = createSqlPrinter(options.json ? 'json' : options.csv ? 'csv' : 'text');
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
    await session.run({ path, sql, from: options.from, to: options.to }, consumer);
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
    process.kill(process.pid, signal);
  };
  const take = (signal: NodeJS.Signals): void => {
    if (isStopping) give(signal);
    isStopping = true;
    session.stop();
    setTimeout(() => give(signal), patienceMs).unref();
  };
  const forget = onSignals(['SIGINT', 'SIGTERM', 'SIGHUP'], take);
  return forget;
}
