/**
 * The terminal while the live view has it: another screen, keys one by one, no cursor. However the process ends, the
 * terminal is given back as it was found.
 */
import { writeSync } from 'node:fs';
import { emitKeypressEvents, type Key } from 'node:readline';
import type { ScreenSize } from '../../render/live/live-screen.js';

const enter = '\x1b[?1049h\x1b[?25l';
const leave = '\x1b[?25h\x1b[?1049l';

/** Whether there is a terminal that can be drawn on. */
export function hasScreen(): boolean {
  return process.stdout.isTTY === true && process.env.TERM !== 'dumb';
}

export interface TerminalEvents {
  /** @param name as readline names it, with "ctrl-" before it where that was held; `text` what it types */
  readonly key: (name: string, text: string) => void;
  readonly resized: () => void;
}

export class LiveTerminal {
  readonly #events: TerminalEvents;
  readonly #restore = (): void => this.close();
  #isOpen = false;
  #drawn: string[] = [];

  constructor(events: TerminalEvents) {
    this.#events = events;
  }

  get size(): ScreenSize {
    const { columns, rows } = process.stdout;
    return {
      columns: Math.max(columns || 80, 1),
      lines: Math.max(rows || 24, 1),
      // None of it is a colour, which NO_COLOR would forbid.
      hasStyles: true,
    };
  }

  open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#drawn = [];
    // "exit" is told also where the process ends by an error that was not caught.
    process.on('exit', this.#restore);
    // What is said of an error is to be seen on the screen that stays.
    process.on('uncaughtExceptionMonitor', this.#restore);
    process.stdout.write(enter);
    process.stdout.on('resize', this.#resize);
    if (process.stdin.isTTY) {
      emitKeypressEvents(process.stdin);
      process.stdin.setRawMode(true);
      process.stdin.on('keypress', this.#press);
      process.stdin.resume();
    }
  }

  /** Gives the terminal back; nothing where that was done. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    process.off('exit', this.#restore);
    process.off('uncaughtExceptionMonitor', this.#restore);
    process.stdout.off('resize', this.#resize);
    if (process.stdin.isTTY) {
      process.stdin.off('keypress', this.#press);
      process.stdin.setRawMode(false);
      process.stdin.pause();
    }
    try {
      // At once: in an exit handler nothing is written later.
      writeSync(1, leave);
    } catch {
      // The terminal is gone, and with it what there was to give back.
    }
  }

  /** Draws lines, of which none is wider than the screen: only what differs from what stands there is written. */
  draw(lines: readonly string[]): void {
    if (!this.#isOpen) return;
    const changed = lines.flatMap((line, at) =>
      line === this.#drawn[at] ? [] : [`\x1b[${at + 1};1H${line}\x1b[K`],
    );
    if (this.#drawn.length > lines.length) changed.push(`\x1b[${lines.length + 1};1H\x1b[J`);
    this.#drawn = [...lines];
    // In one piece for terminals that know synchronized output; others skip what they do not know.
    if (changed.length > 0) process.stdout.write(`\x1b[?2026h${changed.join('')}\x1b[?2026l`);
  }

  /** Lets the shell have the terminal, as Ctrl-Z does; comes back when the process goes on. */
  suspend(): void {
    this.close();
    process.once('SIGCONT', () => {
      this.open();
      this.#events.resized();
    });
    process.kill(process.pid, 'SIGTSTP');
  }

  readonly #resize = (): void => {
    this.#drawn = [];
    if (this.#isOpen) process.stdout.write('\x1b[2J');
    this.#events.resized();
  };

  readonly #press = (text: string | undefined, { name, ctrl, sequence }: Key): void => {
    const plain = name ?? text ?? sequence ?? '';
    const typed = ctrl ? '' : (text ?? '');
    // readline names letters in lower case, whichever was typed, and other signs not at all.
    const key = ctrl ? `ctrl-${plain}` : plain === 'enter' ? 'return' : plain;
    this.#events.key(key, typed);
  };
}
