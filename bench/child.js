/** Processes that the benchmark starts: their output, their CPU time, and their certain death when it is over. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { childrenCpuUs } from './usage.js';

/** Output kept of each stream; what comes after is read and forgotten. */
const maxOutput = 4 << 20;

/** @type {Set<Child>} */
const alive = new Set();

/**
 * @typedef {object} Outcome
 * @property {number | null} status null where a signal ended it, or where it could not be started
 * @property {string} stdout
 * @property {string} stderr
 * @property {number} wallMs from its start to its end
 * @property {number} cpuUs user and system time, all threads; true only where no other child ended meanwhile
 * @property {boolean} killed whether it had to be killed because it did not end in time
 */

export class Child {
  stdout = '';
  stderr = '';
  /** @type {Outcome | null} */
  outcome = null;
  killed = false;

  /** @param {readonly string[]} command */
  constructor(command) {
    const before = childrenCpuUs();
    const started = performance.now();
    this.process = spawn(/** @type {string} */ (command[0]), command.slice(1), {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, LC_ALL: 'C', PYTHONDONTWRITEBYTECODE: '1' },
    });
    alive.add(this);
    for (const name of /** @type {const} */ (['stdout', 'stderr']))
      this.process[name].setEncoding('utf8').on('data', (/** @type {string} */ text) => {
        if (this[name].length < maxOutput) this[name] += text;
      });
    this.process.stdin.on('error', () => {});
    /** @type {Promise<Outcome>} */
    this.ended = new Promise((resolve) => {
      const end = (/** @type {number | null} */ status) => {
        alive.delete(this);
        this.outcome ??= {
          status,
          stdout: this.stdout,
          stderr: this.stderr,
          wallMs: performance.now() - started,
          cpuUs: childrenCpuUs() - before,
          killed: this.killed,
        };
        resolve(this.outcome);
      };
      this.process.once('close', end);
      this.process.once('error', (error) => {
        this.stderr += error.message;
        end(null);
      });
    });
  }

  get pid() {
    return this.process.pid ?? 0;
  }

  /** @param {NodeJS.Signals} signal */
  signal(signal) {
    if (this.outcome === null) this.process.kill(signal);
  }

  /** Writes a line to its standard input. @param {string} line */
  tell(line) {
    this.process.stdin.write(`${line}\n`);
  }

  /**
   * The next value of this key among the JSON objects that it prints, one a line, from line `from` on.
   * @param {string} key
   * @param {{ from?: number, timeoutMs?: number }} [options]
   * @returns {Promise<{ value: any, next: number }>}
   */
  async told(key, { from = 0, timeoutMs = 60_000 } = {}) {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const lines = this.stdout.split('\n');
      for (let at = from; at < lines.length - 1; at++) {
        const line = /** @type {string} */ (lines[at]);
        if (!line.startsWith('{')) continue;
        const found = JSON.parse(line);
        if (key in found) return { value: found[key], next: at + 1 };
      }
      if (this.outcome !== null)
        throw new Error(`the program ended without saying "${key}": ${lastLines(this.stderr)}`);
      if (performance.now() > deadline) throw new Error(`the program did not say "${key}" in time`);
      await sleep(5);
    }
  }

  /** Its end; a child that takes longer gets SIGINT, and SIGKILL five seconds later. @param {number} ms */
  async within(ms) {
    const soft = setTimeout(() => this.signal('SIGINT'), ms);
    const hard = setTimeout(() => {
      this.killed = true;
      this.signal('SIGKILL');
    }, ms + 5_000);
    try {
      return await this.ended;
    } finally {
      clearTimeout(soft);
      clearTimeout(hard);
    }
  }

  async kill() {
    this.signal('SIGCONT');
    this.signal('SIGKILL');
    await this.ended;
  }
}

/** Runs a command to its end. @param {readonly string[]} command @param {number} timeoutMs */
export async function run(command, timeoutMs = 60_000) {
  return new Child(command).within(timeoutMs);
}

/** Kills what is left. Safe to call at any time, also while the process exits. */
export function killAll() {
  for (const child of alive) {
    child.signal('SIGCONT');
    child.signal('SIGKILL');
  }
}

/** Resident memory of a process in bytes; null where it has ended. @param {number} pid */
export function residentBytes(pid) {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) * 1024;
  } catch {
    return null;
  }
}

/** The last words of an error text, for a message. @param {string} text */
export function lastLines(text) {
  return text.trim().split('\n').slice(-3).join(' | ').slice(-300) || 'it said nothing';
}
