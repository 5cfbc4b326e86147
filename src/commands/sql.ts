/** `pyspy sql FILE QUERY`: any question, asked in SQL of the tables in docs/sql.md. */
import { type Command, Option } from 'commander';
import { addExamples, addJsonOption, addWindowOptions, type WindowOptions } from './options/common.js';
import { minePathOption } from './options/mine.js';

interface SqlOptions extends WindowOptions {
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly minePath?: readonly string[];
}

export function registerSql(program: Command): void {
  const command = program
    .command('sql')
    .description('ask a trace a question in SQL: sample, stack, frame, function, thread … (docs/sql.md)')
    .argument('<file>', 'trace, written by "pyspy record"')
    .argument('<query>', 'one SELECT');
  addWindowOptions(command);
  command.addOption(
    minePathOption(
      'what is yours, for the columns "own": this folder, or all of this name; may be given again',
    ),
  );
  addExamples(
    command,
    'pyspy sql run.trace "SELECT name, count(*) FROM sample',
    '    JOIN thread USING (thread_id) GROUP BY name"',
    'pyspy sql run.trace "SELECT time_s FROM sample WHERE gil" --from 10s --csv',
  );
  addJsonOption(command)
    .addOption(new Option('--csv', 'print CSV (RFC 4180)').conflicts('json'))
    .action(async (path: string, sql: string, options: SqlOptions) => {
      const { runSql } = await import('../run/replay/sql.js');
      const format = options.json ? 'json' : options.csv ? 'csv' : 'text';
      await runSql({ path, sql, window: options, mine: { folders: options.minePath ?? [] }, format });
    });
}
