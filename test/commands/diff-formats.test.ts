/** The reports of diff: what readers of each format would make of them, also where the trace means harm. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JSDOM } from 'jsdom';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRandom } from '../format/random.js';
import { TraceBuilder } from '../format/trace-builder.js';
import { runCli } from './run-cli.js';
import { expectSchema } from './schemas.js';

/** Names that would be markup, commands, cells or controls somewhere. */
const hostile = [
  '::error::owned',
  '##[error]owned',
  'a|b',
  'back\\|slash',
  '`tick` ``two``',
  '<script>alert(1)</script>',
  '</failure><error/>&amp;]]>',
  '**bold** _em_ [link](http://example.org) ![x](y)',
  '@octocat #1 https://example.org www.example.org',
  'line\nbreak\r::set-output name=x::y',
  '\u0000\u0001\u001b[31m\u202e\ufffe\ud800',
  '%0A::error::owned%25, file=x:y',
  '-- | --',
  ' spaces ',
  '漢字',
  'x'.repeat(400),
];

let directory: string;
let [before, after, python, quiet]: string[] = [];
const home = process.cwd();
const workspace = process.env.GITHUB_WORKSPACE;

/** Every function gets the same share, or in `after` the first half of them three times as much as the others. */
function make(name: string, names: readonly string[], isSlower: boolean, version = '3.12.1'): string {
  const random = createRandom(7);
  const path = join(directory, name);
  const trace = new TraceBuilder(path, { rateHz: 100 });
  const process = trace.process({
    cwd: '/srv/repo',
    command: ['python3', 'app.py'],
    pythonVersion: version,
  });
  const thread = trace.thread(process, 'MainThread');
  const stacks = names.map((own, at) =>
    trace.stack(
      [{ name: 'main', file: '/srv/repo/app.py', firstLine: 1 }, 1],
      [{ name: own, file: at % 2 ? `/srv/repo/${own}.py` : '/srv/repo/app.py', firstLine: 10 + at }, 2],
    ),
  );
  const weights = names.map((_, at) => (isSlower && at < names.length / 2 ? 3 : 1));
  const ends = weights.map((_, at) => weights.slice(0, at + 1).reduce((sum, weight) => sum + weight, 0));
  const all = ends.at(-1)!;
  for (let tick = 1; tick <= 20_000; tick++) {
    const point = random() * all;
    const at = ends.findIndex((end) => point < end);
    trace.tick(tick * 1e7, [{ thread, stack: stacks[at]! }]);
  }
  trace.end();
  return path;
}

beforeAll(() => {
  delete process.env.GITHUB_WORKSPACE;
  directory = mkdtempSync(join(tmpdir(), 'pyspy-formats-'));
  process.chdir(directory);
  before = make('before.trace', hostile, false);
  after = make('after.trace', hostile, true);
  python = make('python.trace', hostile, true, '3.13.0');
  quiet = make('quiet.trace', hostile, false);
});
afterAll(() => {
  process.chdir(home);
  if (workspace !== undefined) process.env.GITHUB_WORKSPACE = workspace;
  rmSync(directory, { recursive: true, force: true });
});

const print = async (format: string, ...args: string[]) => {
  const { status, stdout } = await runCli(
    'diff',
    '--metric',
    'wall',
    before!,
    after!,
    '--format',
    format,
    ...args,
  );
  return { status, text: stdout };
};

/** A line as GitHub's runner reads it: the newer form of commands first, then the older one, anywhere in the line. */
function readCommand(
  line: string,
): { kind: string; properties: Record<string, string>; data: string } | null {
  const undo = (text: string) => text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
  const match = /^\s*::([^ :]+)(?: ([^:]*))?::(.*)$/s.exec(line);
  if (match !== null) {
    const properties = (match[2] ?? '').split(',').filter(Boolean);
    const pairs = properties.map((pair) => {
      const [key = '', ...rest] = pair.trim().split('=');
      return [key, undo(rest.join('=').replaceAll('%3A', ':').replaceAll('%2C', ','))];
    });
    return { kind: match[1]!, properties: Object.fromEntries(pairs), data: undo(match[3]!) };
  }
  return line.includes('##[') ? { kind: 'old', properties: {}, data: line } : null;
}

describe('github', () => {
  test('every line is one of our commands, whatever functions are called', async () => {
    const { status, text } = await print('github', '--gate');
    expect(status).toBe(1);
    const commands = text.trimEnd().split('\n').map(readCommand);
    expect(
      commands.every((command) => command !== null && /^(error|warning|notice)$/.test(command.kind)),
    ).toBe(true);
    expect(text).not.toMatch(/[\r\u001b\u0000\u202e]/);
    const [whole, ...others] = commands;
    expect(whole).toMatchObject({ kind: 'error', properties: { title: 'pyspy diff: regression' } });
    expect(whole!.data).toMatch(
      /^A: .*before\.trace, python3 app\.py, Python 3\.12\.1 on .*20000 samples at 100 Hz/m,
    );
    expect(whole!.data).toMatch(/^B: .*after\.trace/m);
    expect(whole!.data).toMatch(/beyond 1 point or 10 % of A/);
    const titles = others.map((command) => command!.properties.title);
    expect(titles).toContain('::error::owned is slower');
    expect(titles).toContain('a|b is slower');
    expect(others.find((command) => command!.properties.title === 'a|b is slower')!.data).toMatch(
      /^a\|b \(app\.py\): slower in B: \d+\.\d % in A, \d+\.\d % in B, \+\d+\.\d points/,
    );
  });

  test('points to files that are there, and to nothing else', async () => {
    writeFileSync('app.py', '');
    const { text } = await print('github');
    rmSync('app.py');
    const commands = text
      .trimEnd()
      .split('\n')
      .map((line) => readCommand(line)!);
    const named = commands.filter(({ properties }) => properties.file !== undefined);
    expect(named.length).toBeGreaterThan(3);
    expect(new Set(named.map(({ properties }) => properties.file))).toEqual(new Set(['app.py']));
    expect(named[0]!.properties.line).toMatch(/^1\d$/);
    // Nothing fails without the gate, so nothing is an error.
    expect(commands.map(({ kind }) => kind)).not.toContain('error');
  });

  test('stays within ten annotations of a kind, and says what it left out', async () => {
    const names = Array.from({ length: 40 }, (_, at) => `f${at}`);
    const [a, b] = [make('many-a.trace', names, false), make('many-b.trace', names, true)];
    const { stdout } = await runCli(
      'diff',
      '--metric',
      'wall',
      a,
      b,
      '--format',
      'github',
      '--threshold',
      '0',
      '--gate',
    );
    const kinds = stdout
      .trimEnd()
      .split('\n')
      .map((line) => readCommand(line)!.kind);
    const count = (kind: string) => kinds.filter((own) => own === kind).length;
    expect([count('error'), count('notice')]).toEqual([10, 10]);
    expect(stdout).toMatch(/\d+ more that changed: GitHub shows 10 annotations/);
  });
});

describe('text', () => {
  test('begins no line with a command, and fits its width', async () => {
    const { text } = await print('text', '--limit', '0');
    expect(text).toContain('::error::owned');
    for (const line of text.split('\n')) {
      expect(readCommand(line)).toBeNull();
      expect(line.length).toBeLessThanOrEqual(80);
    }
    expect(text).toMatch(/^Verdict: regression: slower in\sB: [^;]* [\d.]+\sto\s[\d.]+\s%/m);
    expect(text.replace(/\s+/g, ' ')).toMatch(/What counts: more than 1 point or 10 % of A/);
  });
});

describe('markdown', () => {
  /** Cells of a table's line after GitHub's rules: a pipe with a backslash before it does not divide. */
  const cellsOf = (line: string) => line.replace(/\\./g, '').split('|').length;

  test('keeps its tables whole and its markup to itself', async () => {
    const { text } = await print('markdown', '--limit', '0');
    const lines = text.split('\n');
    const tables = lines.filter((line) => line.startsWith('|'));
    expect(new Set(tables.map(cellsOf))).toEqual(new Set([11]));
    expect(tables.length).toBeGreaterThan(18);
    for (const line of lines) {
      expect(readCommand(line)).toBeNull();
      // Outside of code: no tags but ours, no links, no mentions.
      const outside = line.replace(/<code>[^<]*<\/code>/g, '').replace(/`[^`]*`/g, '');
      expect(outside).not.toMatch(/[<>`[\]]|@\w|:\/\//);
    }
    const codes = [...text.matchAll(/<code>([^<]*)<\/code>/g)].map(([, inner]) => inner!);
    expect(codes.every((inner) => /^(?:[A-Za-z0-9 ./-]|&#\d+;)*$/.test(inner))).toBe(true);
    // What a reader sees of it.
    const seen = codes.map((inner) =>
      inner.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code))),
    );
    expect(seen).toContain('a|b');
    expect(seen).toContain('`tick` ``two``');
    expect(text).toContain('`<script>alert(1)</script>`');
    expect(text).toContain('| **slower** |');
    expect(text).toMatch(/^\| \*\*A\*\* before \| `.*before\.trace` \| `python3 app\.py` \|/m);
  });
});

describe('junit', () => {
  const parse = (xml: string) => new JSDOM(xml, { contentType: 'application/xml' }).window.document;

  test('follows both schemas in use, and counts what it holds', async () => {
    const { text } = await print('junit', '--gate');
    expectJunit(text);
    const document = parse(text);
    const cases = [...document.querySelectorAll('testcase')];
    const names = cases.map((one) => one.getAttribute('name'));
    expect(names).toContain('</failure><error/>&amp;]]>');
    expect(names.some((name) => name!.startsWith('\\x00\\x01\\x1b[31m\\u202e\\ufffe'))).toBe(true);
    const slower = cases.find((one) => one.getAttribute('name') === 'a|b')!;
    expect(slower.getAttribute('classname')).toBe('app.py');
    expect(Number(slower.getAttribute('time'))).toBeCloseTo((200 * 3) / 32, -1);
    expect(slower.querySelector('failure')!.getAttribute('message')).toMatch(
      /^slower in B: .*points .*95 % interval/,
    );
    expect(document.querySelector('property[name="A (before)"]')!.getAttribute('value')).toMatch(
      /before\.trace; python3 app\.py; Python 3\.12\.1 .*20000 samples at 100 Hz; 200s/,
    );
    expect(document.querySelector('system-out')!.textContent).toContain('Verdict: regression');
  });

  test('of what does not compare has one error, and the same status', async () => {
    const { status } = await runCli(
      'diff',
      '--metric',
      'wall',
      before!,
      python!,
      '--format',
      'junit=refused.xml',
      '--flame',
      'no.svg',
    );
    expect(status).toBe(3);
    const text = readFileSync('refused.xml', 'utf8');
    expectJunit(text);
    expect([...parse(text).querySelectorAll('testcase')].length).toBe(1);
    expect(parse(text).querySelector('error')!.getAttribute('message')).toMatch(
      /not-comparable: Python differs/,
    );
    expect(() => readFileSync('no.svg')).toThrow(/ENOENT/);
  });

  test('shows too little data as skipped, or as an error where power is required', async () => {
    const { stdout } = await runCli(
      'diff',
      '--metric',
      'wall',
      before!,
      quiet!,
      '--format',
      'junit',
      '--threshold',
      '0',
    );
    expectJunit(stdout);
    expect(stdout).toMatch(/<skipped type="unclear" message="no significant change: /);
    const strict = await runCli(
      'diff',
      '--metric',
      'wall',
      before!,
      quiet!,
      '--format',
      'junit',
      '--threshold',
      '0',
      '--require-power',
    );
    expect(strict.status).toBe(4);
    expectJunit(strict.stdout);
    expect(strict.stdout).toMatch(/<error type="unclear"/);
  });

  /** The rules of Jenkins' junit-10.xsd and of Ant's JUnit.xsd, as far as such a report can break them. */
  function expectJunit(xml: string): void {
    const document = parse(xml);
    const root = document.documentElement;
    expect([root.tagName, root.attributes.length, root.children.length]).toEqual(['testsuites', 0, 1]);
    const suite = root.children[0]!;
    const attribute = (name: string) => suite.getAttribute(name) ?? '';
    expect(suite.getAttributeNames().sort()).toEqual(
      [
        'errors',
        'failures',
        'hostname',
        'id',
        'name',
        'package',
        'skipped',
        'tests',
        'time',
        'timestamp',
      ].sort(),
    );
    expect(attribute('timestamp')).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
    expect(attribute('time')).toMatch(/^\d+\.\d+$/);
    const order = [...suite.children].map(({ tagName }) => tagName).join(' ');
    expect(order).toMatch(/^properties (testcase )+system-out system-err$/);
    const count = (tag: string) => String(suite.querySelectorAll(`testcase > ${tag}`).length);
    expect([attribute('tests'), attribute('failures'), attribute('errors'), attribute('skipped')]).toEqual([
      String(suite.querySelectorAll('testcase').length),
      count('failure'),
      count('error'),
      count('skipped'),
    ]);
    for (const one of suite.querySelectorAll('testcase')) {
      expect(one.getAttributeNames().sort()).toEqual(['classname', 'name', 'time']);
      expect(one.getAttribute('time')).toMatch(/^\d+\.\d+$/);
      expect(one.getAttribute('name')).not.toBe('');
      expect(one.children.length).toBeLessThanOrEqual(1);
      for (const child of one.children) expect(child.getAttributeNames().sort()).toEqual(['message', 'type']);
    }
    for (const property of suite.querySelectorAll('property'))
      expect(property.getAttribute('name')).not.toBe('');
  }
});

describe('sarif', () => {
  test('has a result with a place and a fingerprint for each function that got slower, and no other', async () => {
    mkdirSync('lib', { recursive: true });
    const { status, text } = await print('sarif', '--gate');
    expect(status).toBe(1);
    const log = JSON.parse(text);
    expectSchema('sarif', log);
    const [run] = log.runs;
    expect(run.invocations[0]).toMatchObject({ executionSuccessful: true, exitCode: 1 });
    expect(run.properties).toMatchObject({
      verdict: 'regression',
      runs: [
        { label: 'A', command: 'python3 app.py', samples: '20000 samples', rate: '100 Hz' },
        { label: 'B' },
      ],
    });
    expect(run.results.length).toBe(hostile.length / 2);
    expect(run.results.every((one: { level: string }) => one.level === 'error')).toBe(true);
    const prints = run.results.map((one: { partialFingerprints: object }) =>
      JSON.stringify(one.partialFingerprints),
    );
    expect(new Set(prints).size).toBe(prints.length);
    expect(run.results[0].message.text).toMatch(/is slower in B: [\d.]+ % in A, [\d.]+ % in B/);
  });
});

describe('formats together', () => {
  test('several in one run, each in its file, beside the text', async () => {
    const formats = [
      'junit=all.xml',
      'sarif=all.sarif',
      'markdown=all.md',
      'json=all.json',
      'text',
      'github',
    ];
    const args = formats.flatMap((format) => ['--format', format]);
    const { status, stdout, stderr } = await runCli(
      'diff',
      '--metric',
      'wall',
      before!,
      after!,
      ...args,
      '--flame',
      'all.svg',
    );
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: 'wrote all.xml\nwrote all.sarif\nwrote all.md\nwrote all.json\nwrote all.svg\n',
    });
    expect(stdout).toMatch(/Verdict: regression: .*\n(?:.*\n)*::notice title=pyspy diff%3A regression::/);
    const json = JSON.parse(readFileSync('all.json', 'utf8'));
    expectSchema('diff', json);
    expect(json.rows.length).toBe(hostile.length + 1);
    expect(readFileSync('all.svg', 'utf8')).toMatch(/^<\?xml/);
    expect(await print('json')).toEqual(await print('text', '--json').then(() => print('json')));
  });

  test('what cannot be is refused before anything is read', async () => {
    const refused = async (message: RegExp, ...args: string[]) => {
      const { status, stdout, stderr } = await runCli('diff', '--metric', 'wall', before!, after!, ...args);
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toMatch(message);
    };
    await refused(/It must be one of text, json, markdown/, '--format', 'html');
    await refused(/A file name must follow "junit="/, '--format', 'junit=');
    await refused(/github and json cannot both go to stdout/, '--json', '--format', 'github');
    await refused(/text and text cannot both/, '--format', 'text', '--format', 'text');
    await refused(/-o is for one format/, '--format', 'junit=x.xml', '-o', 'y');
    await refused(/would be written to one file/, '--format', 'junit=x', '--format', 'sarif=x');
    await refused(/it is the trace that is being read/, '--format', `junit=${before}`);
    await refused(/there is no directory/, '--format', 'junit=no/such/x.xml', '--format', 'markdown=y.md');
    expect(() => readFileSync('y.md')).toThrow(/ENOENT/);
  });
});
