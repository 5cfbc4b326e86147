/** Real programs, recorded again and again with the built pyspy, in turn, so that all see the same of the machine. */
import { existsSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { run } from '../child.js';
import { pyspyCommand } from '../pyspy.js';

/** Programs that are compared with themselves. */
export const programs = ['sources', 'documents', 'service'];

/** By how much the planted function is slowed, in percent. */
export const planted = [2, 5, 10, 50];

/**
 * Records what is missing in the folder.
 * @param {{ folder: string, python: string, seconds: number, runs: number, plantedSeconds: number, plantedRuns: number,
 *   say: (text: string) => void }} options
 */
export async function recordAll({ folder, python, seconds, runs, plantedSeconds, plantedRuns, say }) {
  mkdirSync(folder, { recursive: true });
  for (let round = 1; round <= Math.max(runs, plantedRuns); round++) {
    say(`recording, round ${round} of ${Math.max(runs, plantedRuns)}`);
    if (round <= plantedRuns)
      for (const percent of [0, ...planted])
        await record(fileOf(folder, `planted-${percent}`, round), python, 'planted', plantedSeconds, percent);
    if (round <= runs)
      for (const name of programs) await record(fileOf(folder, name, round), python, name, seconds, 0);
  }
}

/** Names of the recordings that there are, at most so many. @param {string} folder @param {string} name @param {number} most */
export function recordingsOf(folder, name, most) {
  return Array.from({ length: most }, (_, at) => fileOf(folder, name, at + 1)).filter((file) =>
    existsSync(file),
  );
}

/** @param {string} folder @param {string} name @param {number} round */
function fileOf(folder, name, round) {
  return `${folder}/${name}-${String(round).padStart(2, '0')}.trace`;
}

/** @param {string} file @param {string} python @param {string} name @param {number} seconds @param {number} percent */
async function record(file, python, name, seconds, percent) {
  if (existsSync(file)) return;
  const program = fileURLToPath(new URL(`programs/${name}.py`, import.meta.url));
  const command = [
    ...['env', `PLANTED=${percent}`, ...pyspyCommand, 'record', '-o', file, '--rate', '100'],
    ...['--', python, program, String(seconds)],
  ];
  const { status, stderr } = await run(command, (seconds + 60) * 1000);
  if (status !== 0) throw new Error(`recording ${name} failed: ${stderr.trim()}`);
}
