/**
 * The table of docs/versions.md is what the last recorded run found (npm run versions). Which interpreters this
 * machine has does not matter here.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { layouts } from '../src/record/layouts/cpython.js';
import { checks, formatTable, recordFile, type VersionRecord } from './support/version-record.js';

const page = fileURLToPath(new URL('../docs/versions.md', import.meta.url));
const record: VersionRecord = JSON.parse(readFileSync(recordFile, 'utf8'));
const place = /(?<=<!-- made by npm run versions -->\n\n)[\s\S]*?(?=\n\n<!-- end -->)/;

test('the page shows the run that was recorded', () => {
  const table = formatTable(record, [...layouts.keys()]);
  const text = readFileSync(page, 'utf8');
  if (process.env.PYSPY_SAVE_VERSIONS === '1')
    writeFileSync(
      page,
      text.replace(place, () => table),
    );
  expect(place.exec(readFileSync(page, 'utf8'))?.[0], 'run: npm run versions').toBe(table);
});

test('nothing in it had failed, and nothing was left out', () => {
  for (const run of record.runs) {
    expect(Object.keys(run.checks).sort(), run.version).toEqual([...checks].sort());
    expect(Object.values(run.checks), run.version).not.toContain('failed');
  }
});

test('it names no folders of the machine that it ran on', () => {
  expect(readFileSync(recordFile, 'utf8')).not.toMatch(/"[^"]*\/\w/);
});
