/** A real terminal for tests: tmux, with keys in and the screen out. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './conditions.js';
import { atEnd } from './scope.js';

export const hasTmux = spawnSync('tmux', ['-V']).status === 0;

export class Terminal {
  readonly #socket: string;

  /** Runs a command of the shell in a terminal of its own, gone when the test is over. */
  constructor(command: string, { columns = 100, lines = 30 } = {}) {
    const folder = mkdtempSync(join(tmpdir(), 'pyspy-tmux-'));
    this.#socket = join(folder, 'socket');
    atEnd(() => {
      spawnSync('tmux', ['-S', this.#socket, 'kill-server']);
      rmSync(folder, { recursive: true, force: true });
    });
    this.#tmux(
      '-f',
      '/dev/null',
      'new-session',
      '-d',
      '-x',
      `${columns}`,
      '-y',
      `${lines}`,
      'sh',
      '-c',
      command,
    );
  }

  /** What stands on the screen, line by line. */
  screen(): string[] {
    return this.#tmux('capture-pane', '-p').split('\n');
  }

  /** Waits until the screen matches. @returns the screen */
  async shows(what: RegExp): Promise<string> {
    try {
      return await until(`the terminal shows ${what}`, () => {
        const text = this.screen().join('\n');
        return what.test(text) ? text : null;
      });
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : error}:\n${this.screen().join('\n')}`);
    }
  }

  /** Presses keys, by the names that tmux has for them. */
  press(...keys: string[]): void {
    this.#tmux('send-keys', ...keys);
  }

  resize(columns: number, lines: number): void {
    this.#tmux('resize-window', '-x', `${columns}`, '-y', `${lines}`);
  }

  /** Whether the cursor is seen, and whether the screen is the one for full-screen programs. */
  modes(): { cursor: boolean; alternate: boolean } {
    const [cursor, alternate] = this.#tmux('display-message', '-p', '#{cursor_flag} #{alternate_on}')
      .trim()
      .split(' ');
    return { cursor: cursor === '1', alternate: alternate === '1' };
  }

  #tmux(...args: string[]): string {
    const { status, stdout, stderr } = spawnSync('tmux', ['-S', this.#socket, ...args], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C.UTF-8', TERM: 'xterm-256color', TMUX: '' },
    });
    if (status !== 0) throw new Error(`tmux ${args.join(' ')}: ${stderr}`);
    return stdout;
  }
}
