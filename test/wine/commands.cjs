// node commands.cjs HOME PLAN RESULTS, on Windows: runs commands of the pyspy in HOME in this process, one after the other.
// With a program it runs that, in a process of its own, with pipes.
// PLAN has a list of { args, cwd, output, program }; RESULTS gets { status, stdout, stderr, file } of each, the last what it wrote.
const { spawnSync } = require('node:child_process');
const { readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const [home = '', plan = '', results = ''] = process.argv.slice(2);
const { run } = require(join(home, 'dist', 'bundle', 'load.cjs')).load('cli');

/** @type {{ args: string[], cwd: string, output?: string, program?: string }[]} */
const commands = JSON.parse(readFileSync(plan, 'utf8'));
/** @type {{ status: number | null, stdout: string, stderr: string, file: string | null }[]} */
const done = [];
const texts = { stdout: '', stderr: '' };
for (const name of /** @type {const} */ (['stdout', 'stderr']))
  process[name].write = (/** @type {unknown} */ text) => {
    texts[name] += text;
    return true;
  };

async function main() {
  for (const { args, cwd, output, program } of commands) {
    if (program !== undefined) {
      const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8' });
      done.push({ status, stdout, stderr, file: null });
      continue;
    }
    process.chdir(cwd);
    Object.assign(texts, { stdout: '', stderr: '' });
    process.exitCode = 0;
    const status = await run(['node', 'pyspy', ...args]);
    done.push({ status, ...texts, file: output === undefined ? null : readFileSync(output, 'utf8') });
  }
  process.exitCode = 0;
  writeFileSync(results, JSON.stringify(done));
}
main();
