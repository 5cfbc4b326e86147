/**
 * Tells a signal that was sent to our process group, as terminals, timeout(1) and service managers do, from one that was
 * sent to this process alone: Node does not say who sent one. A small program in the group, with all signals blocked,
 * keeps what the group gets pending, and the system shows that. It ends with this process: it waits
 * for the end of a pipe that nobody writes to.
 */
import { closeSync } from 'node:fs';
import { constants } from 'node:os';
import { currentPlatform } from '../../platform/index.js';
import { awaitEnd, expectChildren } from '../processes/children.js';

/** More of our command line is not repeated in the name of the helper. */
const maxName = 4_096;

interface Helper {
  readonly pid: number;
  /** Our end of its pipe. */
  readonly fd: number;
  isOver: boolean;
}

export class GroupSignals {
  #helper: Helper | null;
  readonly #disregard: (pid: number) => void;

  /** @param disregard told of a child that is no part of what is recorded */
  constructor(disregard: (pid: number) => void) {
    this.#disregard = disregard;
    this.#helper = this.#start();
  }

  /** Whether the group, or each of its processes, got this signal since the last `renew`; null where it is not known. */
  saw(signal: NodeJS.Signals): boolean | null {
    if (this.#helper === null || this.#helper.isOver) return null;
    return currentPlatform().hasPending(this.#helper.pid, constants.signals[signal]);
  }

  /** Forgets what was seen: a signal that is pending already does not show a second time. */
  renew(): void {
    const before = this.#helper;
    this.#helper = this.#start();
    if (before !== null) end(before);
  }

  end(): void {
    if (this.#helper !== null) end(this.#helper);
    this.#helper = null;
  }

  /** @returns null where there is no such program, or no process to be had */
  #start(): Helper | null {
    expectChildren();
    const pipe = currentPlatform().openPipe();
    if (pipe === null) return null;
    // A search by command line (pkill -f) that means ours means this one, too.
    const name = `${['pyspy', ...process.argv.slice(2)].join(' ').slice(0, maxName)} (waits for signals)`;
    const pid = currentPlatform().spawnProgram({
      program: Buffer.from('cat'),
      words: [Buffer.from(name)],
      environment: [],
      stdio: [pipe.read, 'ignore', 'ignore'],
      ignored: [],
      blocks: true,
      openFiles: null,
    });
    closeSync(pipe.read);
    if (pid < 0) {
      closeSync(pipe.write);
      return null;
    }
    this.#disregard(pid);
    const helper: Helper = { pid, fd: pipe.write, isOver: false };
    void awaitEnd(pid, true).then(() => {
      helper.isOver = true;
    });
    return helper;
  }
}

/** It ends by itself at the end of its input. */
function end({ fd }: Helper): void {
  closeSync(fd);
}
