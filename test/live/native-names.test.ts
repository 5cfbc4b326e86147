/** Functions of C++ and Rust in native stacks: by the program's names, and the compiler's symbols beside them. */
import { expect, test } from 'vitest';
import { registers } from '../../src/record/native/registers.js';
import { canCompileCpp, compileLibrary } from '../support/compiled.js';
import { until } from '../support/conditions.js';
import { describeSomePythons } from '../support/each-python.js';
import { ask, pyspyWell, traceName } from '../support/pyspy.js';
import { startTarget } from '../support/targets.js';

const chains = {
  cpp: [
    'shop::(anonymous namespace)::Shelf::take',
    'shop::Cart<long, 3>::add<long, char>',
    'shop::Cart<long, 3>::operator+=(long)::{lambda(long)#1}::operator()',
    'shop::Cart<long, 3>::operator+=',
    'cpp',
  ],
  rust: ['<shop::cart::Cart<u8>>::add', 'rust'],
};
const lambda = '_ZZN4shop4CartIlLi3EEpLElENKUllE_clEl';
const add = '_RNvMs_NtCs1234_4shop4cartINtB4_4CarthE3add';

describeSomePythons('native functions of', (python) => {
  test.skipIf(registers === null || !canCompileCpp)('C++ and Rust have their names', async () => {
    const target = await startTarget(python, 'names.py', await compileLibrary(python, 'names.cpp'));
    const pid = ['--pid', String(target.pid)];
    const dump = await until('both threads wait in the library', async () => {
      const { processes } = await ask('dump', ...pid, '--native');
      const { threads } = processes[0]!;
      const ours = threads.map(({ frames }) =>
        frames.filter(({ file, native }) => native !== undefined && file.endsWith('/built.so')),
      );
      return ours.filter((frames) => frames.length > 0).length === 2 ? ours : null;
    });
    for (const [entry, chain] of Object.entries(chains)) {
      const frames = dump.find((one) => one.at(-1)?.function === entry)!;
      expect(frames.map((frame) => frame.function)).toEqual(chain);
    }
    const symbols = dump.flat().map(({ function: name, native }) => [name, native!.symbol]);
    expect(symbols).toContainEqual([chains.cpp[2], lambda]);
    expect(symbols).toContainEqual([chains.rust[0], add]);
    expect(symbols).toContainEqual(['cpp', undefined]);

    const trace = traceName();
    await pyspyWell('record', ...pid, '--native', '-d', '1', '-o', trace);
    const { rows } = await ask('top', trace, '--idle', '--filter', 'shop::');
    const names = rows.map((row) => row.function);
    expect(names.sort()).toEqual(
      Object.values(chains)
        .flat()
        .filter((name) => name.includes('::'))
        .sort(),
    );
    // What was recorded is the compiler's.
    const query = 'SELECT name, function FROM function WHERE kind = 1';
    const { stdout } = await pyspyWell('sql', trace, query, '--csv');
    expect(stdout).toContain(`${lambda},`);
    expect(stdout).toContain(`${add},`);
    const focused = await ask('top', trace, '--idle', '--focus', 'Cart<u8>');
    expect(focused.rows.some((row) => row.function === 'rust')).toBe(true);
    expect(focused.rows.some((row) => row.function === 'cpp')).toBe(false);
  });
});
