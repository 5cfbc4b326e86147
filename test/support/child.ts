/** A process that a test started: its output line by line, its end, and its certain death when the test is over. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { until } from './conditions.js';

export interface Outcome {
  /** As a shell gives it: 128 + the signal for a process that was killed. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class Child {
  readonly process: ChildProcess;
  readonly exited: Promise<Outcome>;
  stdout = '';
  stderr = '';
  outcome: Outcome | null = null;

  constructor(command: readonly string[], options: SpawnOptions = {}) {
    this.process = spawn(command[0]!, command.slice(1), { stdio: ['pipe', 'pipe', 'pipe'], ...options });
    this.process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    // A process that has ended does not read any more.
    this.process.stdin?.on('error', () => {});
    this.exited = new Promise((resolve, reject) => {
      this.process.once('error', reject);
      this.process.once('close', (code, signal) => {
        const status = code ?? 128 + constants.signals[signal!];
        this.outcome = { status, stdout: this.stdout, stderr: this.stderr };
        resolve(this.outcome);
      });
    });
    this.exited.catch(() => {});
  }

  get pid(): number {
    return this.process.pid!;
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    this.process.kill(signal);
  }

  /** Writes a line to its standard input. */
  tell(line: string): void {
    this.process.stdin!.write(`${line}\n`);
  }

  /** The value of the first line of output that is a JSON object with this key, once it is there. */
  async told<T = unknown>(key: string): Promise<T> {
    return until(`"${key}" is printed`, () => {
      const found = this.search<T>(key);
      if (found !== undefined) return { found };
      if (this.outcome !== null)
        throw new Error(
          `ended with status ${this.outcome.status} without having printed "${key}": ${this.stdout}${this.stderr}`,
        );
      return null;
    }).then(({ found }) => found);
  }

  search<T>(key: string): T | undefined {
    const complete = this.stdout.slice(0, this.stdout.lastIndexOf('\n') + 1);
    for (const line of complete.split('\n')) {
      if (!line.startsWith('{')) continue;
      const value = JSON.parse(line) as Record<string, T>;
      if (key in value) return value[key];
    }
    return undefined;
  }

  /** Kills it, if it still runs, and waits for its end; children of its own that hold its output are left alone. */
  async stop(): Promise<void> {
    if (this.outcome === null) this.kill();
    for (const stream of [this.process.stdout, this.process.stderr]) stream?.destroy();
    await this.exited.catch(() => {});
  }
}
