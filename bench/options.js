/** What `npm run bench -- …` understands. */
import { parseArgs } from 'node:util';

export const usage = `npm run bench -- [options]

  --only PARTS     of cost, overhead, rate, truth, calls, size, start; separated by commas
  --quick          some five minutes instead of some forty: fewer cases, shorter runs, rougher figures
  --hours N        also record the web workload for so long, at 100 Hz and at 1 kHz (part size)
  --json FILE      where the figures go; bench-out/DATE.json if not given
  --write-docs     put the tables into docs/performance.md
  --from FILE      measure nothing: take the figures of an earlier run
  --help

Interpreters: python3.X on the PATH, those of pyenv, and what PYSPY_BENCH_PYTHONS names (interpreters or folders of
them, separated by colons). Part calls also runs the scripts for pyperf in the folder PYSPY_BENCH_SCRIPTS. Profilers: py-spy and austin on the PATH, and that of a python3.15.`;

/**
 * @param {string[]} args
 * @param {readonly string[]} parts the names of all parts
 * @throws {Error} that says what is wrong
 */
export function parseOptions(args, parts) {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      hours: { type: 'string', default: '0' },
      json: { type: 'string' },
      'write-docs': { type: 'boolean', default: false },
      from: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const only = values.only === undefined ? [...parts] : values.only.split(',').map((name) => name.trim());
  for (const name of only)
    if (!parts.includes(name)) throw new Error(`--only ${name}: the parts are ${parts.join(', ')}`);
  const hours = Number(values.hours);
  // A program under test ends by itself after two hours.
  if (!(hours >= 0 && hours <= 1.5)) throw new Error(`--hours ${values.hours}: a number from 0 to 1.5`);
  return {
    parts: parts.filter((name) => only.includes(name)),
    quick: values.quick,
    hours,
    json: values.json,
    writeDocs: values['write-docs'],
    from: values.from,
    help: values.help,
  };
}
