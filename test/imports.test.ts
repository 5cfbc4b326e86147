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
}

const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
const imports = files.flatMap(readImports);

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
    })),
    ...[...dynamic].map((match) => ({ target: match[2]!, isType: false })),
    ...[...urls].map((match) => ({ target: match[2]!, isType: false })),
  ]
    .filter(({ target }) => target.startsWith('.'))
    .map(({ target, isType }) => {
      const file = relative(root, resolve(root, dirname(from), target)).replace(/\.js$/, '.ts');
      return { from, to: file, isType };
    });
}

/** `import { type A, type B } from …` */
function areAllTypes(statement: string): boolean {
  const names = /\{([^}]*)\}/.exec(statement)?.[1];
  if (names === undefined || /^\s*(?:import|export)\s+\w+\s*,/.test(statement)) return false;
  return names.split(',').every((name) => name.trim() === '' || name.trim().startsWith('type '));
}

const anyone = ['caller', 'disk-fault', 'ending', 'errors', 'version'];
const allowed: Readonly<Record<string, { code: readonly string[]; types: readonly string[] }>> = {
  cli: { code: ['commands'], types: [] },
  commands: { code: ['commands', 'record', 'replay', 'render', 'format'], types: [] },
  record: { code: ['record', 'format'], types: [] },
  replay: { code: ['replay', 'format'], types: [] },
  render: { code: ['render'], types: ['replay', 'format'] },
  format: { code: ['format'], types: [] },
  caller: { code: [], types: [] },
  'disk-fault': { code: [], types: [] },
  ending: { code: [], types: [] },
  errors: { code: [], types: [] },
  version: { code: [], types: [] },
};

test('every file is in a layer', () => {
  expect([...new Set(files.map(layerOf))].filter((layer) => !(layer in allowed))).toEqual([]);
});

test('the scan sees imports of every kind', () => {
  expect(imports.length).toBeGreaterThan(files.length);
  expect(imports.some(({ isType }) => isType)).toBe(true);
  expect(imports).toContainEqual({ from: 'commands/top.ts', to: 'replay/top.ts', isType: false });
});

test('layers import only what they may', () => {
  const forbidden = imports.filter(({ from, to, isType }) => {
    const rule = allowed[layerOf(from)]!;
    const layer = layerOf(to);
    if (anyone.includes(layer) || rule.code.includes(layer)) return false;
    return !(isType && rule.types.includes(layer));
  });
  expect(forbidden.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
});

/** Rooms of the layers that have some: each imports only those before it. */
const rooms: Readonly<Record<string, readonly string[]>> = {
  record: [
    ...['platform', 'memory', 'layouts', 'objects', 'symbols', 'target', 'code', 'calls', 'unwind', 'values'],
    ...['schedule', 'batch', 'tasks', 'greenlets', 'processes', 'threads', 'launch', 'sampling', 'session'],
  ],
  render: ['words', 'terminal', 'drawing', 'picture', 'browser', 'live', 'report', 'text'],
};

/** More files make a room hard to see. */
const mostFiles = 15;

const roomOf = (file: string): string | null => /^[^/]+\/([^/]+)\//.exec(file)?.[1] ?? null;

describe.each(Object.entries(rooms))('rooms of %s', (layer, names) => {
  const own = files.filter((file) => layerOf(file) === layer);

  test('have every file, and none is crowded', () => {
    expect(own.filter((file) => !names.includes(roomOf(file) ?? ''))).toEqual([]);
    const sizes = names.map((room) => [room, own.filter((file) => roomOf(file) === room).length] as const);
    expect(sizes.filter(([, size]) => size === 0 || size > mostFiles)).toEqual([]);
  });

  test('import only those before them, types too', () => {
    const forbidden = imports.filter(({ from, to }) => {
      if (layerOf(from) !== layer || layerOf(to) !== layer) return false;
      return names.indexOf(roomOf(to)!) > names.indexOf(roomOf(from)!);
    });
    expect(forbidden.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });
});

test('pictures carry nothing but the drawing that they share with Node, and no package', () => {
  const carried = new Set(files.filter((file) => file.startsWith('render/browser/')));
  expect(carried).toContain('render/browser/main.ts');
  for (const file of carried)
    for (const { from, to, isType } of imports) if (from === file && !isType) carried.add(to);
  const shared = [...carried].map((file) => `${layerOf(file)}/${roomOf(file)}`);
  expect(new Set(shared)).toEqual(new Set(['render/browser', 'render/drawing', 'render/words']));
  const packages = [...carried].filter((file) =>
    /\bfrom '[^.']/.test(readFileSync(join(root, file), 'utf8')),
  );
  expect(packages).toEqual([]);
  const users = imports.filter(({ from, to }) => roomOf(to) === 'browser' && roomOf(from) !== 'browser');
  expect(users).toEqual([]);
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

test('commands never import each other', () => {
  const commands = new Set(imports.filter(({ from }) => from === 'cli.ts').map(({ to }) => to));
  const forbidden = imports.filter(
    ({ from, to }) => layerOf(from) === 'commands' && layerOf(to) === 'commands' && commands.has(to),
  );
  expect(forbidden.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
});

test('commands load what is heavy only when they run', () => {
  const light = [...anyone, 'commands'];
  const text = (file: string) => readFileSync(join(root, file), 'utf8');
  const eager = imports.filter(({ from, to, isType }) => {
    if (layerOf(from) !== 'cli' && !/export function register/.test(text(from))) return false;
    return (
      !isType && !light.includes(layerOf(to)) && !text(from).includes(`import('${specifier(from, to)}')`)
    );
  });
  expect(eager.map(({ from, to }) => `${from} imports ${to} at once`)).toEqual([]);
});

function specifier(from: string, to: string): string {
  const path = relative(dirname(from), to).replace(/\.ts$/, '.js');
  return path.startsWith('.') ? path : `./${path}`;
}
