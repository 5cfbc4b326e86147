/** Call trees for the tests of this folder: written by hand or grown from a seed, never random. */
import type { DiffNode, DiffTree } from '../../src/replay/diff/diff-tree.js';
import type { FlameNode, FlameTree } from '../../src/replay/trees/flame-tree.js';

/** What a test says of a node; totals are summed from it. One sample is 10 ms. */
export interface Sprout {
  readonly parent: number;
  readonly name: string;
  readonly file?: string;
  readonly line?: number;
  readonly module?: string;
  readonly origin?: FlameNode['origin'];
  readonly samples?: number;
}

export function flameTree(sprouts: readonly Sprout[]): FlameTree {
  const totals = sprouts.map(({ samples }) => samples ?? 0);
  for (let index = sprouts.length - 1; index > 0; index--) {
    const { parent } = sprouts[index]!;
    totals[parent] = totals[parent]! + totals[index]!;
  }
  const nodes = sprouts.map((sprout, index): FlameNode => {
    const { parent, name, file = '', line = 0, module = '', origin = 'own', samples = 0 } = sprout;
    const total = totals[index]!;
    return {
      parent,
      name,
      file,
      line,
      module,
      origin,
      selfS: samples / 100,
      totalS: total / 100,
      selfSamples: samples,
      totalSamples: total,
    };
  });
  return { metric: 'wall', nodes };
}

/** Mulberry32: numbers from 0 to 1, the same for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const functions = [
  [
    'app',
    'shop/app.py',
    'Application.handle_request Router.dispatch index checkout search render_page apply_discounts',
  ],
  [
    'shop.models',
    'shop/models.py',
    'Order.total Order.from_row Cart.lines Customer.lookup Order.<locals>.<lambda>',
  ],
  ['shop.views', 'shop/views.py', 'product_list product_detail <listcomp> format_price paginate'],
  [
    'json',
    '/usr/lib/python3.12/json/encoder.py',
    'JSONEncoder.iterencode _make_iterencode.<locals>._iterencode_dict',
  ],
  ['json', '/usr/lib/python3.12/json/decoder.py', 'JSONDecoder.decode JSONDecoder.raw_decode'],
  [
    'sqlalchemy',
    '/venv/lib/python3.12/site-packages/sqlalchemy/engine/base.py',
    'Connection.execute Connection._execute_context',
  ],
  [
    'sqlalchemy',
    '/venv/lib/python3.12/site-packages/sqlalchemy/orm/loading.py',
    'instances _instance load_scalar_attributes',
  ],
  [
    'jinja2',
    '/venv/lib/python3.12/site-packages/jinja2/environment.py',
    'Template.render Template.root_render_func',
  ],
  ['re', '/usr/lib/python3.12/re/__init__.py', 'compile sub match'],
  ['threading', '/usr/lib/python3.12/threading.py', 'Condition.wait Event.wait'],
] as const;

/** A program that looks like a web service, of so many nodes. */
export function webTree(size: number, seed = 1): FlameTree {
  const next = seeded(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
  const sprouts: Sprout[] = [
    { parent: -1, name: 'all' },
    { parent: 0, name: '<module>', file: 'shop/__main__.py', line: 3, module: 'shop', samples: 4 },
    { parent: 1, name: 'main', file: 'shop/app.py', line: 210, module: 'app', samples: 9 },
  ];
  // A walk that mostly goes deeper and falls back a few frames at a time grows what real stacks look like.
  const path = [2];
  while (sprouts.length < size) {
    while (path.length > 1 && (path.length > 16 || next() > 0.72)) path.pop();
    const [module, file, names] = pick(functions);
    const samples = next() < 0.5 ? 0 : Math.floor(next() ** 5 * 900);
    path.push(sprouts.length);
    const line = 1 + Math.floor(next() * 400);
    sprouts.push({
      parent: path[path.length - 2]!,
      name: pick(names.split(' ')),
      file,
      line,
      module,
      samples,
    });
  }
  return flameTree(sprouts);
}

/** One stack of so many frames, with time in its leaf alone. */
export function deepTree(depth: number): FlameTree {
  const sprouts: Sprout[] = [{ parent: -1, name: 'all' }];
  for (let index = 0; index < depth; index++) {
    const samples = index === depth - 1 ? 100 : 0;
    sprouts.push({ parent: index, name: 'recurse', file: 'deep.py', line: 7, module: 'deep', samples });
  }
  return flameTree(sprouts);
}

/** Text that a target could hold to break the picture or to run in the browser. */
export const hostileTexts = [
  '<script>window.pwned = 1; alert(1)</script>',
  '</text></svg><script xmlns="http://www.w3.org/2000/svg">window.pwned = 2</script>',
  ']]></script><script>window.pwned = 3</script>',
  '"><image href="x" onerror="window.pwned = 4"/>',
  "javascript:window.pwned=5;//'",
  '<!--',
  '-->',
  '<?xml?>',
  '&amp;&lt;&#0;&bogus;',
  '\u0000\u0001\u0008\u000b\u001b[31mred\u001b[0m\u007f\u0085\u009f',
  'lone \ud800 high',
  'lone \udc00 low',
  '\ufffe\uffff',
  'bidi \u202egnp.exe\u202c \u2066isolate\u2069 \u200f',
  'tab\tnew\nline\rreturn\u2028separator',
  'z\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308algo',
  '漢字の関数',
  '😀👩‍👩‍👧emoji',
  '__proto__',
  'constructor',
  '$1 ``',
  '</metadata>',
  '%s%n',
  '',
  `${'A'.repeat(1_000_000)}`,
] as const;

/** A node for each hostile text, as name, as file and as module. */
export function hostileTree(): FlameTree {
  return flameTree([
    { parent: -1, name: 'all' },
    ...hostileTexts.map((text) => ({
      parent: 0,
      name: text,
      file: text,
      line: 1,
      module: text,
      samples: 50,
    })),
  ]);
}

/** Two runs of one program: `changes` maps a node's index to the factor its own time grows by in B. */
export function diffTree(tree: FlameTree, changes: ReadonlyMap<number, number>): DiffTree {
  const aSelf = tree.nodes.map((node, index) =>
    changes.get(index) === Number.POSITIVE_INFINITY ? 0 : node.selfS,
  );
  const bSelf = tree.nodes.map((node, index) => {
    const factor = changes.get(index) ?? 1;
    return node.selfS * (factor === Number.POSITIVE_INFINITY ? 1 : factor);
  });
  const [aTotal, bTotal] = [shares(tree, aSelf), shares(tree, bSelf)];
  const nodes = tree.nodes.map(({ parent, name, file, line, module }, index): DiffNode => {
    const [a, b] = [aTotal.self[index]!, bTotal.self[index]!];
    return {
      parent,
      function: index - 1,
      name,
      file,
      line,
      module,
      aSelf: a,
      aTotal: aTotal.total[index]!,
      bSelf: b,
      bTotal: bTotal.total[index]!,
    };
  });
  return { metric: tree.metric, nodes };
}

function shares({ nodes }: FlameTree, selfs: readonly number[]): { self: number[]; total: number[] } {
  const total = [...selfs];
  for (let index = nodes.length - 1; index > 0; index--) {
    const { parent } = nodes[index]!;
    total[parent] = total[parent]! + total[index]!;
  }
  const all = total[0] || 1;
  return { self: selfs.map((value) => value / all), total: total.map((value) => value / all) };
}
