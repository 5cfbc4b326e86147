/** What only a process of its own shows: exit statuses and broken outputs. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeTrace } from '../golden/make-traces.js';
import { cpuTicks, until } from '../support/conditions.js';
import { expectSchema } from './schemas.js';

const pyspy = fileURLToPath(new URL('../../bin/pyspy.js', import.meta.url));
let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'pyspy-process-'));
  makeTrace(directory, 'v2-complete.trace');
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Runs a shell line in which "pyspy" is the built command. */
function shell(line: string, env: Record<string, string> = {}) {
  const script = `pyspy() { "${process.execPath}" "${pyspy}" "$@"; }; ${line}`;
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script], {
    cwd: directory,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  return { status, stdout, stderr };
}

test('a reader that has seen enough is no error', () => {
  const line =
    'for i in 1 2 3; do pyspy export v2-complete.trace --torn omit -f speedscope | head -c 1 > /dev/null; echo $PIPESTATUS; done';
  expect(shell(line)).toEqual({ status: 0, stdout: '0\n0\n0\n', stderr: '' });
});

test('a full disk under stdout is one', () => {
  const { status, stderr } = shell('pyspy top v2-complete.trace > /dev/full');
  expect(status).toBe(74);
  expect(stderr).toMatch(/^pyspy: writing the result failed: the disk is full\n/);
});

test('exit statuses reach the shell', () => {
  expect(shell('pyspy top v2-complete.trace > /dev/null').status).toBe(0);
  expect(shell('pyspy top v2-complete.trace --from x').status).toBe(2);
  expect(shell('pyspy tpo').status).toBe(2);
  expect(shell('pyspy info /etc/hostname').status).toBe(6);
});

test('a stack trace is shown only to those who ask for it', () => {
  expect(shell('pyspy info nothing').stderr.split('\n')).toHaveLength(3);
  expect(shell('pyspy info nothing', { PYSPY_DEBUG: '1' }).stderr).toMatch(/\n {4}at /);
});

test('no colour goes into a pipe', () => {
  expect(shell('pyspy top v2-complete.trace').stdout).not.toContain('\x1b');
});

describe('sql', () => {
  const sql = (query: string, options = '') => shell(`pyspy sql v2-complete.trace "${query}" ${options}`);

  test('prints large blobs, and refuses what no row may hold', () => {
    const lines = 'SELECT zeroblob(2000000) FROM (SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3)';
    expect(shell(`pyspy sql v2-complete.trace "${lines}" --csv | wc -c`)).toMatchObject({
      stdout: `${'zeroblob(2000000)\r\n'.length + 3 * 4_000_002}\n`,
      stderr: '',
    });
    for (const value of ["printf('%.*c', 100000000, 'x')", 'zeroblob(100000000)', 'hex(zeroblob(40000000))'])
      for (const format of ['', '--csv', '--json'])
        expect(sql(`SELECT ${value}`, format)).toMatchObject({
          status: 2,
          stdout: '',
          stderr: expect.stringMatching(
            /^pyspy: a row of the result has \d+ bytes, more than 4194304\nhint: /,
          ),
        });
  });

  test('prints a table, JSON or CSV', () => {
    const query =
      "SELECT name AS 'a,b', name, 9007199254740993 AS big, x'00ff' AS b, 1.5 AS r FROM thread WHERE thread_id > 2 ORDER BY thread_id";
    expect(sql(query)).toMatchObject({ status: 0, stderr: '' });
    expect(sql(query).stdout).toMatch(
      /^a,b +name +big +b +r\n[\s\S]*<\/text><script>[^\n]*9007199254740993 +00ff +1\.5\n\n2 rows\n$/,
    );
    const value = JSON.parse(sql(query, '--json').stdout);
    expectSchema('sql', value);
    expect(value.columns).toEqual(['a,b', 'name', 'big', 'b', 'r']);
    expect(value.rows[0]).toEqual({ 'a,b': null, name: null, big: '9007199254740993', b: '00ff', r: 1.5 });
    const csv = sql("SELECT 'x\\\"y', 2 UNION ALL SELECT NULL, 3", '--csv').stdout;
    expect(csv.split('\r\n').slice(1)).toEqual(['"x""y",2', ',3', '']);
    expect(sql('SELECT 1 AS a WHERE 0', '--json').stdout).toBe('{\n  "columns": ["a"],\n  "rows": []\n}\n');
    expect(sql('SELECT 1 AS a WHERE 0', '--csv').stdout).toBe('a\r\n');
  });

  test('lets no name command the terminal', () => {
    const { stdout } = sql('SELECT function FROM function');
    expect(stdout).toContain('\\x1b');
    expect(stdout).not.toContain('\x1b');
  });

  test('prints many rows as they come, and a table of the first thousand', () => {
    const many = 'SELECT a.time_s, a.thread_id FROM sample a, recording, thread WHERE a.thread_id < 4';
    expect(sql(many, '--csv').stdout.split('\r\n')).toHaveLength(12_002);
    expect(JSON.parse(sql(many, '--json').stdout).rows).toHaveLength(12_000);
    expect(sql(many).stdout).toMatch(/\nthe first 1000 rows; LIMIT/);
    expect(sql(many, '--csv | head -n 1')).toMatchObject({ status: 0, stderr: '' });
  });

  test('says what is wrong, with the status of it', () => {
    expect(sql('SELEC 1')).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/no SELECT[^\n]*\nhint: The tables are/),
    });
    expect(sql('SELECT x FROM sample')).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/the query is wrong: no such column: x/),
    });
    expect(sql('SELECT 1', '--from 99s').status).toBe(2);
    expect(sql('SELECT 1', '--json --csv').status).toBe(2);
    expect(shell('pyspy sql /etc/hostname "SELECT 1"').status).toBe(6);
    expect(sql('SELECT min(time_s) AS t FROM sample', '--from 2s --json').stdout).toMatch(/"t": 2\.0/);
  });

  test.each([
    ['that reads samples', 'SELECT count(*) FROM sample a, sample b, sample c', 130],
    [
      'that SQLite is lost in',
      'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n',
      'SIGINT',
    ],
  ])('Ctrl-C ends a query %s', async (_, query, expected) => {
    const child = spawn(process.execPath, [pyspy, 'sql', 'v2-complete.trace', query], { cwd: directory });
    const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));
    // It is at work once the worker has used a processor for a while.
    await until('it is at work', () => child.exitCode !== null || cpuTicks(child.pid!) > 80);
    expect(child.exitCode).toBeNull();
    child.kill('SIGINT');
    expect(await ended).toBe(expected);
  });
});
