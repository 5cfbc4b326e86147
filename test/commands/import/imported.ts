/** What tests of imports share: commands that must do well or fail, and the sums of a trace. */
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { runCli } from '../run-cli.js';

export async function well(...args: string[]): Promise<string> {
  const { status, stdout, stderr } = await runCli(...args);
  expect({ status, stderr }).toMatchObject({ status: 0 });
  return stdout;
}

export async function fails(status: number, message: RegExp, ...args: string[]): Promise<void> {
  const outcome = await runCli(...args);
  expect(outcome.status, outcome.stderr).toBe(status);
  expect(outcome.stderr).toMatch(message);
}

export interface Row {
  readonly self_samples: number;
  readonly self_s: number;
  readonly total_s: number;
}

/** Sums by function's name, but for those that are nothing; only the names that both have. */
export async function topOf(file: string, ...args: string[]): Promise<Map<string, Row>> {
  const { rows } = JSON.parse(await well('top', file, '--json', '--limit', '0', ...args));
  const sums = new Map<string, Row>();
  for (const { function: name, ...row } of rows as (Row & { function: string })[]) {
    const sum = sums.get(name) ?? { self_samples: 0, self_s: 0, total_s: 0 };
    sums.set(name, {
      self_samples: sum.self_samples + row.self_samples,
      self_s: sum.self_s + row.self_s,
      total_s: sum.total_s + row.total_s,
    });
  }
  return sums;
}

/** Path of a profile that another program has written (test/fixtures/profiles/). */
export function profileFile(name: string): string {
  return fileURLToPath(new URL(`../../fixtures/profiles/${name}`, import.meta.url));
}
