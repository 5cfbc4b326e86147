/** Builds dist/ once before the tests if it is older than its sources: commands and workers run from there. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

export function setup(): void {
  const sources = Math.max(newest(`${root}src`), newest(`${root}scripts`));
  if (existsSync(`${root}dist/bundle/load.cjs`) && sources <= newest(`${root}dist`)) return;
  const built = spawnSync(process.execPath, [`${root}scripts/build.js`], { stdio: 'inherit' });
  if (built.status !== 0) throw new Error('the build failed');
}

function newest(folder: string): number {
  const times = readdirSync(folder, { recursive: true }).map((name) => statSync(`${folder}/${name}`).mtimeMs);
  return Math.max(...times);
}
