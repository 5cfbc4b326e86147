/** Who may import whom (docs/architecture.md): layers stay layers only while something checks them. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../src/', import.meta.url));

interface Import {
  readonly from: string;
  readonly to: string;
  readonly isType: boolean;
  /** With the importing file, by import(), or as a file that another thread or a browser loads. */
  readonly when: 'at once' | 'later' | 'elsewhere';
}

const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
const everyImport = files.flatMap(readImports);
const isOurs = ({ to }: Import): boolean => to.endsWith('.ts');
const imports = everyImport.filter(isOurs);

/** Layer of a file under src/: its first folder, or its name without one. */
function layerOf(file: string): string {
  return file.includes('/') ? file.slice(0, file.indexOf('/')) : file.replace(/\.ts$/, '');
}

function readImports(from: string): Import[] {
  const text = readFileSync(join(root, from), 'utf8').replace(/^\s*(?:\/\/|\*|\/\*).*$/gm, '');
  const statements = text.matchAll(/\b(import|export)\s+(type\s+)?(?:[^'";]*?\bfrom\s*)?(['"])([^'"]+)\3/g);
  const dynamic = text.matchAll(/\bimport\(\s*(['"`])([^'"`]+)\1/g);
  // Workers are imports too.
  const urls = text.matchAll(/new URL\(\s*(['"])(\.{1,2}\/[^'"]+\.js)\1\s*,\s*import\.meta\.url/g);
  return [
    ...[...statements].map((match) => ({
      target: match[4]!,
      isType: match[2] !== undefined || areAllTypes(match[0]),
      when: 'at once' as const,
    })),
    ...[...dynamic].map((match) => ({ target: match[2]!, isType: false, when: 'later' as const })),
    ...[...urls].map((match) => ({ target: match[2]!, isType: false, when: 'elsewhere' as const })),
  ].map(({ target, ...how }) => {
    const file = relative(root, resolve(root, dirname(from), target)).replace(/\.js$/, '.ts');
    return { from, to: target.startsWith('.') ? file : target, ...how };
  });
}

/** `import { type A, type B } from …` */
function areAllTypes(statement: string): boolean {
  const names = /\{([^}]*)\}/.exec(statement)?.[1];
  if (names === undefined || /^\s*(?:import|export)\s+\w+\s*,/.test(statement)) return false;
  return names.split(',').every((name) => name.trim() === '' || name.trim().startsWith('type '));
}

const anyone = [
  'address-text',
  'caller',
  'compare-text',
  'disk-fault',
  'ending',
  'errors',
  'package-files',
  'version',
];
const allowed: Readonly<Record<string, { code: readonly string[]; types: readonly string[] }>> = {
  cli: { code: ['commands'], types: [] },
  commands: { code: ['commands', 'run'], types: ['replay', 'render', 'format'] },
  run: { code: ['run', 'record', 'replay', 'render', 'format', 'platform'], types: [] },
  record: { code: ['record', 'format', 'platform'], types: [] },
  replay: { code: ['replay', 'format'], types: [] },
  render: { code: ['render'], types: ['replay', 'format'] },
  format: { code: ['format', 'platform'], types: [] },
  platform: { code: ['platform'], types: [] },
  'address-text': { code: [], types: [] },
  caller: { code: ['platform'], types: [] },
  'compare-text': { code: [], types: [] },
  'disk-fault': { code: [], types: [] },
  ending: { code: [], types: [] },
  errors: { code: [], types: [] },
  'package-files': { code: [], types: [] },
  version: { code: [], types: [] },
};

/** What reads options and needs nothing else: commands may have it. */
const parsers = ['format/writing/mark-name.ts', 'replay/window/time-point.ts'];

test('every file is in a layer', () => {
  expect([...new Set(files.map(layerOf))].filter((layer) => !(layer in allowed))).toEqual([]);
});

test('the scan sees imports of every kind', () => {
  expect(imports.length).toBeGreaterThan(files.length);
  expect(imports.some(({ isType }) => isType)).toBe(true);
  expect(imports).toContainEqual({
    from: 'commands/top.ts',
    to: 'run/views/top.ts',
    isType: false,
    when: 'later',
  });
});

test('layers import only what they may', () => {
  const forbidden = imports.filter(({ from, to, isType }) => {
    const rule = allowed[layerOf(from)]!;
    const layer = layerOf(to);
    if (layerOf(from) === 'commands' && parsers.includes(to)) return false;
    if (anyone.includes(layer) || rule.code.includes(layer)) return false;
    return !(isType && rule.types.includes(layer));
  });
  expect(forbidden.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
});

/** Rooms of the layers that have some: each imports only those before it. */
const rooms: Readonly<Record<string, readonly string[]>> = {
  record: [
    ...['memory', 'layouts', 'objects', 'symbols', 'target', 'code', 'calls', 'unwind', 'native', 'values'],
    ...['schedule', 'batch', 'tasks', 'greenlets', 'processes', 'threads', 'interrupts'],
    ...['launch', 'sampling', 'session'],
  ],
  format: [
    ...['files', 'codec', 'database', 'samples', 'rollups', 'reading', 'writing'],
    ...['verify', 'assembly', 'foreign', 'encodings', 'incoming', 'mangling'],
  ],
  replay: [
    'window',
    'names',
    'samples',
    'sums',
    'trees',
    'answers',
    'exports',
    'page',
    'statistics',
    'diff',
    'sql',
    'live',
  ],
  render: [
    ...['words', 'terminal', 'drawing', 'picture', 'browser', 'figures', 'page', 'comparison', 'view'],
    ...['live', 'report', 'text'],
  ],
};

/** Files outside of all rooms: words that all of them use, which import no room. */
const outside = [
  'format/dump-result.ts',
  'format/recording-info.ts',
  'format/vocabulary.ts',
  'format/work.ts',
  'format/wait-words.ts',
];

/** More files make a room hard to see. */
const mostFiles = 15;

const roomOf = (file: string): string | null => /^[^/]+\/([^/]+)\//.exec(file)?.[1] ?? null;

describe.each(Object.entries(rooms))('rooms of %s', (layer, names) => {
  const own = files.filter((file) => layerOf(file) === layer);

  test('have every file, and none is crowded', () => {
    expect(own.filter((file) => !names.includes(roomOf(file) ?? '') && !outside.includes(file))).toEqual([]);
    const sizes = names.map((room) => [room, own.filter((file) => roomOf(file) === room).length] as const);
    expect(sizes.filter(([, size]) => size === 0 || size > mostFiles)).toEqual([]);
  });

  test('import only those before them, types too', () => {
    const forbidden = imports.filter(({ from, to }) => {
      if (layerOf(from) !== layer || layerOf(to) !== layer || roomOf(to) === null) return false;
      return names.indexOf(roomOf(to)!) > names.indexOf(roomOf(from) ?? '');
    });
    expect(forbidden.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });
});

/** All that a script of browsers is made of. */
function carriedWith(room: string): string[] {
  const carried = new Set(files.filter((file) => file.startsWith(`render/${room}/`)));
  expect(carried).toContain(`render/${room}/main.ts`);
  for (const file of carried)
    for (const { from, to, isType } of imports) if (from === file && !isType) carried.add(to);
  return [...carried];
}

/** Rooms of others that import one of these. */
const usersOf = (room: string) =>
  imports
    .filter(({ from, to }) => to.startsWith(`render/${room}/`) && !from.startsWith(`render/${room}/`))
    .map(({ from }) => `${layerOf(from)}/${roomOf(from)}`);

test('pictures carry nothing but the drawing that they share with Node, and no package', () => {
  const carried = carriedWith('browser');
  const shared = carried.map((file) => `${layerOf(file)}/${roomOf(file)}`);
  expect(new Set(shared)).toEqual(new Set(['render/browser', 'render/drawing', 'render/words']));
  const packages = carried.filter((file) => /\bfrom '[^.']/.test(readFileSync(join(root, file), 'utf8')));
  expect(packages).toEqual([]);
  expect(new Set(usersOf('browser'))).toEqual(new Set(['render/page', 'render/comparison']));
});

test('pages carry the drawing, what pictures do in browsers, and no package but d3', () => {
  const carried = carriedWith('page');
  const shared = carried.map((file) => `${layerOf(file)}/${roomOf(file)}`);
  const rooms = ['browser', 'drawing', 'figures', 'page', 'picture', 'words'].map((room) => `render/${room}`);
  // What compares texts is any layer's.
  expect(new Set(shared.filter((room) => room.startsWith('render')))).toEqual(new Set(rooms));
  expect(new Set(carried.flatMap(packagesOf))).toEqual(new Set(['d3']));
  expect(new Set(usersOf('page'))).toEqual(new Set(['render/comparison']));
});

test('pages of comparisons carry what pictures and pages have, and no package', () => {
  const carried = carriedWith('comparison');
  const rooms = ['browser', 'comparison', 'drawing', 'figures', 'page', 'words'].map(
    (room) => `render/${room}`,
  );
  expect(new Set(carried.map((file) => `${layerOf(file)}/${roomOf(file)}`))).toEqual(new Set(rooms));
  expect(carried.flatMap(packagesOf)).toEqual([]);
  expect(usersOf('comparison')).toEqual([]);
});

test('no file imports itself by way of others, types too', () => {
  const importsOf = (file: string): readonly Import[] => imports.filter(({ from }) => from === file);
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    expect(at < 0 ? [] : [...path.slice(at), file]).toEqual([]);
    if (done.has(file)) return;
    for (const { to } of importsOf(file)) visit(to, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
});

test('only the platform knows the operating system', () => {
  const inside = (file: string): boolean => layerOf(file) === 'platform';
  const forbidden = imports.filter(({ from, to }) => !inside(from) && /^platform\/.+\//.test(to));
  expect(forbidden.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  const native = files.filter((file) => packagesOf(file).includes('koffi'));
  expect(native.length).toBeGreaterThan(0);
  expect(native.filter((file) => !inside(file))).toEqual([]);
  const named = files.filter(
    (file) => !inside(file) && /\/proc\b/.test(readFileSync(join(root, file), 'utf8')),
  );
  expect(named).toEqual([]);
});

test('replay works on every operating system: it loads no native code of the recorder', () => {
  const everywhere = ['replay', 'render', 'format', ...anyone];
  const pending = files.filter((file) => everywhere.includes(layerOf(file)));
  const reached = new Set(pending);
  for (let file = pending.pop(); file !== undefined; file = pending.pop())
    for (const { from, to, isType } of imports)
      if (from === file && !isType && !reached.has(to)) {
        reached.add(to);
        pending.push(to);
      }
  expect(reached).toContain('platform/linux/system.ts');
  expect([...reached].filter((file) => files.includes(file) && packagesOf(file).includes('koffi'))).toEqual(
    [],
  );
});

/** Names of the packages that a file imports. */
function packagesOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/\b(?:from|import\()\s*'([^.',][^']*)'/g)].map((match) => match[1]!);
}

test('commands never import each other', () => {
  const commands = new Set(imports.filter(({ from }) => from === 'cli.ts').map(({ to }) => to));
  const forbidden = imports.filter(
    ({ from, to }) => layerOf(from) === 'commands' && layerOf(to) === 'commands' && commands.has(to),
  );
  expect(forbidden.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
});

/** What is loaded with a file, itself included, and the packages among it. */
function loadedWith(file: string): string[] {
  const loaded = new Set([file]);
  for (const each of loaded)
    for (const { from, to, isType, when } of everyImport)
      if (from === each && !isType && when === 'at once') loaded.add(to);
  return [...loaded].sort();
}

test('the command line loads nothing heavy before it knows what is asked for', () => {
  const light = loadedWith('cli.ts').filter(
    (name) => !name.startsWith('node:') && ![...anyone, 'cli', 'commands'].includes(layerOf(name)),
  );
  expect(light).toEqual([
    'commander',
    'format/writing/mark-name.ts',
    'platform/environment.ts',
    'platform/linux/proc-text.ts',
    'platform/linux/system.ts',
    'platform/recorders.ts',
    'platform/system.ts',
    'render/terminal/terminal.ts',
    'render/words/json.ts',
    'render/words/text.ts',
    'replay/window/time-point.ts',
    'run/output/notes.ts',
    'run/output/stdout.ts',
    'run/processes/recorder.ts',
    'run/replay/export-formats.ts',
    'run/server/push-formats.ts',
    'run/traces/import-formats.ts',
  ]);
});

test('replay loads nothing of the recorder, and a table nothing that draws', () => {
  const loads = (file: string, name: RegExp) => loadedWith(file).filter((each) => name.test(each));
  for (const name of [
    'replay/info',
    'views/top',
    'replay/dump',
    'replay/flame',
    'replay/export',
    'replay/sql',
  ])
    expect(loads(`run/${name}.ts`, /^record\/|^koffi$/)).toEqual([]);
  for (const name of [
    'replay/info',
    'views/top',
    'views/tree',
    'views/heat',
    'replay/dump',
    'output/show',
    'diff/diff',
    'record/recording',
  ])
    expect(loads(`run/${name}.ts`, /^(?:jsdom|d3)$/)).toEqual([]);
  // The scan finds what it looks for.
  expect(loads('run/replay/flame.ts', /^jsdom$/)).toEqual(['jsdom']);
  expect(loads('run/record/recording.ts', /^koffi$/)).toEqual(['koffi']);
});

test('a command imports once what runs it, and nobody else imports later', () => {
  const later = imports.filter(({ when }) => when === 'later');
  expect(later.filter(({ from, to }) => layerOf(from) !== 'commands' || layerOf(to) !== 'run')).toEqual([]);
  const counts = new Map<string, number>();
  for (const { from } of later) counts.set(from, (counts.get(from) ?? 0) + 1);
  // These do either of two things, of a trace or of a program, or of two traces; or they may draw, once the rest is done.
  const twice = [...counts].filter(([, count]) => count > 1);
  expect(Object.fromEntries(twice)).toEqual({
    'commands/diff.ts': 2,
    'commands/dump.ts': 2,
    'commands/flame.ts': 2,
    'commands/pages/report.ts': 2,
    'commands/pages/view.ts': 2,
    'commands/record.ts': 3,
    'commands/top.ts': 2,
  });
  expect(new Set(later.map(({ from, to }) => `${from} ${to}`)).size).toBe(later.length);
});

/** Folders of commands and run, each importing only those before it. */
const steps = [
  ...[
    'run/output',
    'run/replay',
    'run/views',
    'run/pages',
    'run/diff',
    'run/traces',
    'run/server',
    'run/push',
    'run/processes',
    'run/record',
    'run/live',
  ],
  ...['commands/options', 'commands/line', 'commands/traces', 'commands/pages', 'commands'],
];

test('folders of commands import only those before them, and none is crowded', () => {
  const mine = files.filter((file) => ['commands', 'run'].includes(layerOf(file)));
  expect(mine.filter((file) => !steps.includes(dirname(file)))).toEqual([]);
  const sizes = steps.map((step) => [step, mine.filter((file) => dirname(file) === step).length] as const);
  expect(sizes.filter(([, size]) => size === 0 || size > mostFiles)).toEqual([]);
  const forbidden = imports.filter(({ from, to }) => {
    const [step, imported] = [steps.indexOf(dirname(from)), steps.indexOf(dirname(to))];
    return step >= 0 && imported > step;
  });
  expect(forbidden.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
});
