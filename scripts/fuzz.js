/** The long run of test/record/fuzz.slow.test.ts: npm run fuzz -- [--mutations N] [--seed S] [--version 3.12] */
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    mutations: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    version: { type: 'string' },
  },
});
for (const [name, value] of Object.entries({ mutations: values.mutations, seed: values.seed }))
  if (!/^[1-9]\d{0,8}$/.test(value)) throw new Error(`--${name} is a whole number from 1 on`);
const child = spawn('npx', ['vitest', 'run', '--project', 'slow', 'test/record/fuzz.slow.test.ts'], {
  stdio: 'inherit',
  env: {
    ...process.env,
    PYSPY_FUZZ_MUTATIONS: values.mutations,
    PYSPY_FUZZ_SEED: values.seed,
    ...(values.version === undefined ? {} : { PYSPY_FUZZ_VERSION: values.version }),
  },
});
child.on('exit', (status) => {
  process.exitCode = status ?? 1;
});
