/** Completion where it is used: in an interactive zsh and in fish. (bash is in list.test.ts.) */
import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { pyspyWell, workFolder } from '../support/pyspy.js';
import { hasTmux, Terminal } from '../support/terminal.js';

const cli = fileURLToPath(new URL('../../bin/pyspy.js', import.meta.url));
const has = (shell: string): boolean => spawnSync(shell, ['--version']).status === 0;

/** A folder with a command "pyspy" in it. */
function folderWithPyspy(): string {
  const folder = workFolder();
  writeFileSync(join(folder, 'pyspy'), `#!/bin/sh\nexec "${process.execPath}" "${cli}" "$@"\n`);
  chmodSync(join(folder, 'pyspy'), 0o755);
  return folder;
}

test.skipIf(!has('zsh') || !hasTmux)(
  'zsh completes from fpath, at the first key (needs zsh and tmux)',
  async () => {
    const folder = folderWithPyspy();
    writeFileSync(join(folder, '_pyspy'), (await pyspyWell('completion', 'zsh')).stdout);
    writeFileSync(
      join(folder, '.zshrc'),
      `fpath=(${folder} $fpath)\nautoload -U compinit\ncompinit -u -d ${folder}/dump\nPS1='ready> '\n`,
    );
    const terminal = new Terminal(`PATH="${folder}:$PATH" ZDOTDIR=${folder} exec zsh -i`);
    await terminal.shows(/^ready>/);
    terminal.press('pyspy veri', 'Tab');
    await terminal.shows(/^ready> pyspy verify/);
    terminal.press('C-u', 'pyspy top --by ', 'Tab');
    const shown = await terminal.shows(/function[\s\S]*process/);
    for (const what of ['line', 'file', 'thread', 'task']) expect(shown).toContain(what);
  },
);

test.skipIf(!has('fish'))('fish completes (needs fish)', async () => {
  const folder = folderWithPyspy();
  const script = (await pyspyWell('completion', 'fish')).stdout;
  const complete = (line: string): string[] => {
    const { stdout, stderr } = spawnSync('fish', ['-N', '-c', `${script}\ncomplete -C '${line}'`], {
      encoding: 'utf8',
      env: { ...process.env, PATH: `${folder}:${process.env.PATH}`, HOME: folder, XDG_CONFIG_HOME: folder },
    });
    expect(stderr).toBe('');
    return stdout.split('\n').flatMap((found) => (found === '' ? [] : [found.split('\t')[0]!]));
  };
  expect(complete('pyspy veri')).toEqual(['verify']);
  expect(complete('pyspy top --by f').sort()).toEqual(['file', 'function']);
  expect(complete('pyspy top --sub')).toEqual(['--subprocesses']);
});
