/**
 * A table, not code, which is why it is long. One row per CPython version: Linux x86-64, builds with the GIL (free-threaded.ts makes the others from these); debug
 * builds are the same, or what trace-refs.ts makes of the row. Measured from the headers of 3.3.0 to 3.3.6, 3.4.0 to
 * 3.4.6 and 3.5.0 to 3.5.3, from the debugging information of 2.7.18, 3.6.15, 3.7.16, 3.8.18, 3.9.18, 3.10.13, 3.11.7,
 * 3.12.1 and 3.13.0, and for 3.14 and 3.15 from the tables that these carry; checked against running interpreters by
 * the live tests, those of 3.3 to 3.5 against 3.3.6, 3.4.6 and 3.5.3, and what trace-refs.ts makes against a 3.6.1
 * alone. docs/new-python.md says how to add a row.
 */
import {
  callSites2_7,
  callSites3_9,
  callSites3_10,
  callSites3_11,
  callSites3_12,
  callSites3_13,
  callSites3_14,
  callSites3_15,
  gilChecks3_11,
  gilChecks3_12,
  gilChecks3_13,
  gilChecks3_14,
  gilChecks3_15,
} from './call-sites.js';
import type { Layout } from './layout.js';
import {
  noOperators,
  operators3_6,
  operators3_9,
  operators3_11,
  operators3_12,
  operators3_13,
  operators3_14,
  operators3_15,
} from './operators.js';
import {
  values2_7,
  values3_3,
  values3_4,
  values3_6,
  values3_7,
  values3_8,
  values3_9,
  values3_10,
  values3_11,
  values3_12,
  values3_14,
  values3_15,
} from './values.js';

/** Size of PyObject in builds with the GIL. */
const head = 16;

const common = {
  root: '_PyRuntime',
  text: 'unicode',
  threadName: '_name',
  object: { type: 8, size: 16 },
  unicode: { length: 16, state: 32, kindBit: 2, asciiSize: 48, compactSize: 72 },
  bytes: { length: 16, data: 32 },
  type: { name: 24, basicSize: 32, flags: 168, dictOffset: 288, cachedKeys: 872 },
  module: { dict: 16 },
  managedDict: -24,
} as const;

const v3_8: Layout = {
  ...common,
  version: '3.8',
  values: values3_8,
  debugTable: false,
  runtime: { interpretersHead: 32 },
  gil: { kind: 'runtime', current: 1368, waiters: 1184 },
  collector: { kind: 'runtime', collecting: 544 },
  interpreter: { next: 0, threadsHead: 8, modules: 56, copiesGeneration: null, codeGeneration: null },
  thread: {
    next: 8,
    interpreter: 16,
    id: 176,
    idBytes: 8,
    nativeId: null,
    frame: 24,
    viaCFrame: null,
    dataStackChunk: null,
  },
  frame: {
    isObject: true,
    code: 32,
    codeTag: 0,
    previous: 24,
    called: null,
    instruction: 104,
    instructionTrait: 'byte-index',
    owner: null,
    foreignOwner: 256,
    pythonOutermost: true,
    valueStack: 64,
    valueEnd: null,
    isEntry: null,
    size: 112,
  },
  code: {
    filename: 104,
    name: 112,
    qualname: null,
    firstLine: 40,
    flags: 36,
    lineTable: 120,
    lineTableTrait: 'lnotab',
    version: null,
    firstTraceable: null,
    bytecode: null,
    bytecodeObject: 48,
    constants: 56,
    names: 64,
    copies: null,
    slots: { variables: null, stack: 32 },
  },
  callSites: callSites2_7,
  operators: operators3_6,
  attributeShift: 0,
  isWordcode: true,
  functionCode: 16,
  gilChecks: null,
  dict: { trait: 'sized-keys', keys: 32, values: 40 },
  attributes: 'dict-offset',
  integers: 'digits',
};

const v3_7: Layout = {
  ...v3_8,
  version: '3.7',
  values: values3_7,
  runtime: { interpretersHead: 24 },
  gil: { kind: 'runtime', current: 1480, waiters: 1296 },
  collector: { kind: 'runtime', collecting: 632 },
  interpreter: { next: 0, threadsHead: 8, modules: 40, copiesGeneration: null, codeGeneration: null },
  code: {
    ...v3_8.code,
    slots: { variables: null, stack: 28 },
    bytecodeObject: 40,
    constants: 48,
    names: 56,
    filename: 96,
    name: 104,
    firstLine: 36,
    flags: 32,
    lineTable: 112,
  },
};

/** 3.7.0 to 3.7.3: the runtime got one more lock in a bug-fix release. */
const v3_7_0: Layout = { ...v3_7, gil: { kind: 'runtime', current: 1392, waiters: null } };

const v3_6: Layout = {
  ...v3_7,
  version: '3.6',
  values: values3_6,
  root: 'interp_head',
  runtime: { interpretersHead: 0 },
  gil: { kind: 'variable' },
  collector: { kind: 'variable' },
  interpreter: { next: 0, threadsHead: 8, modules: 16, copiesGeneration: null, codeGeneration: null },
  thread: { ...v3_7.thread, id: 152 },
  frame: { ...v3_7.frame, instruction: 120, size: 128 },
};

const v3_5: Layout = {
  ...v3_6,
  version: '3.5',
  operators: noOperators,
  isWordcode: false,
  code: { ...v3_6.code, firstLine: 112, lineTable: 120, lineTableTrait: 'unsigned-lnotab' },
  dict: { trait: 'shared-table', keys: 24, values: 32 },
};

const v3_4: Layout = { ...v3_5, version: '3.4', values: values3_4 };

const v3_3: Layout = {
  ...v3_4,
  version: '3.3',
  values: values3_3,
  thread: { ...v3_4.thread, next: 0, interpreter: 8, frame: 16, id: 144 },
};

const v2_7: Layout = {
  ...v3_3,
  version: '2.7',
  values: values2_7,
  code: {
    ...v3_3.code,
    slots: { variables: null, stack: 24 },
    bytecodeObject: 32,
    constants: 40,
    names: 48,
    filename: 80,
    name: 88,
    firstLine: 96,
    flags: 28,
    lineTable: 104,
  },
  bytes: { length: 16, data: 36 },
  dict: { trait: 'table', keys: 40, values: 32 },
  integers: 'word',
  text: 'bytes',
  threadName: '_Thread__name',
};

const v3_9: Layout = {
  ...v3_8,
  version: '3.9',
  gil: { kind: 'runtime', current: 568, waiters: 384 },
  collector: { kind: 'interpreter', collecting: 816 },
  callSites: callSites3_9,
  operators: operators3_9,
  values: values3_9,
  interpreter: { next: 0, threadsHead: 8, modules: 856, copiesGeneration: null, codeGeneration: null },
  type: { ...common.type, cachedKeys: 864 },
};

const v3_10: Layout = {
  ...v3_9,
  version: '3.10',
  callSites: callSites3_10,
  functionCode: 48,
  values: values3_10,
  frame: { ...v3_9.frame, instruction: 96, instructionTrait: 'unit-index', size: 104 },
  code: { ...v3_9.code, lineTableTrait: 'linetable' },
  type: { ...common.type, cachedKeys: 872 },
};

const v3_11: Layout = {
  ...common,
  version: '3.11',
  values: values3_11,
  debugTable: false,
  runtime: { interpretersHead: 40 },
  gil: { kind: 'runtime', current: 576, waiters: 392 },
  collector: { kind: 'interpreter', collecting: 848 },
  interpreter: { next: 0, threadsHead: 16, modules: 888, copiesGeneration: null, codeGeneration: null },
  thread: {
    next: 8,
    interpreter: 16,
    id: 152,
    idBytes: 8,
    nativeId: 160,
    frame: 56,
    viaCFrame: 8,
    dataStackChunk: 296,
  },
  frame: {
    isObject: false,
    code: 32,
    codeTag: 0,
    previous: 48,
    called: 0,
    instruction: 56,
    instructionTrait: 'pointer',
    owner: 69,
    foreignOwner: 3,
    pythonOutermost: true,
    valueStack: null,
    valueEnd: { offset: 64, trait: 'count' },
    isEntry: 68,
    size: 72,
  },
  code: {
    filename: 112,
    name: 120,
    qualname: 128,
    firstLine: 72,
    flags: 48,
    lineTable: 136,
    lineTableTrait: 'locations',
    version: null,
    firstTraceable: 168,
    bytecode: 184,
    bytecodeObject: null,
    constants: 24,
    names: 32,
    copies: null,
    slots: { variables: 76, stack: 68 },
  },
  callSites: callSites3_11,
  operators: operators3_11,
  attributeShift: 0,
  isWordcode: false,
  gilChecks: gilChecks3_11,
  functionCode: 48,
  dict: { trait: 'log2-keys', keys: 32, values: 40 },
  attributes: 'values-before',
  integers: 'digits',
};

const v3_12: Layout = {
  ...v3_11,
  version: '3.12',
  gil: { kind: 'interpreter', gil: 384, holder: 8, locked: 16, waiters: 32, enabled: null },
  collector: { kind: 'interpreter', collecting: 312 },
  values: values3_12(head),
  interpreter: { next: 0, threadsHead: 72, modules: 944, copiesGeneration: null, codeGeneration: 'variable' },
  thread: {
    next: 8,
    interpreter: 16,
    id: 136,
    idBytes: 8,
    nativeId: 144,
    frame: 56,
    viaCFrame: 0,
    dataStackChunk: 232,
  },
  frame: {
    ...v3_11.frame,
    code: 0,
    previous: 8,
    called: 16,
    isEntry: null,
    owner: 70,
    pythonOutermost: false,
  },
  code: {
    ...v3_11.code,
    firstLine: 68,
    version: 92,
    firstTraceable: 176,
    bytecode: 192,
    slots: { variables: 72, stack: 64 },
  },
  callSites: callSites3_12,
  operators: operators3_12,
  attributeShift: 1,
  gilChecks: gilChecks3_12,
  unicode: { length: 16, state: 32, kindBit: 2, asciiSize: 40, compactSize: 56 },
  type: { ...common.type, cachedKeys: 880 },
  attributes: 'tagged-before',
  integers: 'tagged-digits',
};

const v3_13: Layout = {
  ...v3_12,
  version: '3.13',
  debugTable: true,
  runtime: { interpretersHead: 632 },
  gil: { kind: 'interpreter', gil: 16, holder: 8, locked: 16, waiters: 32, enabled: null },
  collector: { kind: 'interpreter', collecting: 7600 },
  interpreter: {
    next: 7264,
    threadsHead: 7344,
    modules: 7656,
    copiesGeneration: null,
    codeGeneration: 17000,
  },
  thread: {
    next: 8,
    interpreter: 16,
    id: 152,
    idBytes: 8,
    nativeId: 160,
    frame: 72,
    viaCFrame: null,
    dataStackChunk: 232,
  },
  code: { ...v3_12.code, firstTraceable: 184, bytecode: 200 },
  callSites: callSites3_13,
  operators: operators3_13,
  gilChecks: gilChecks3_13,
  attributes: 'inline-values',
};

const v3_14: Layout = {
  ...v3_13,
  version: '3.14',
  values: values3_14(head),
  runtime: { interpretersHead: 808 },
  interpreter: { next: 7272, threadsHead: 7344, modules: 7688, copiesGeneration: null, codeGeneration: 7992 },
  frame: { ...v3_13.frame, codeTag: 3, owner: 74, valueEnd: { offset: 64, trait: 'pointer' }, size: 80 },
  code: { ...v3_13.code, version: null, firstTraceable: 192, bytecode: 208 },
  callSites: callSites3_14,
  operators: operators3_14,
  gilChecks: gilChecks3_14,
};

const v3_15: Layout = {
  ...v3_14,
  version: '3.15',
  values: values3_15(head),
  runtime: { interpretersHead: 936 },
  interpreter: { next: 7264, threadsHead: 7336, modules: 7592, copiesGeneration: null, codeGeneration: 7944 },
  thread: { ...v3_14.thread, id: 176, nativeId: 184, dataStackChunk: 256 },
  callSites: callSites3_15,
  operators: operators3_15,
  gilChecks: gilChecks3_15,
  type: { ...common.type, cachedKeys: 888 },
};

const rows = [v2_7, v3_3, v3_4, v3_5, v3_6, v3_7, v3_8, v3_9, v3_10, v3_11, v3_12, v3_13, v3_14, v3_15];

/** Rows by minor version. */
export const layouts: ReadonlyMap<string, Layout> = new Map(rows.map((row) => [row.version, row]));

/**
 * The row of a release, or undefined where there is none: releases of one minor version may differ.
 * @param micro null where it is not known: most are a late one
 */
export function layoutOf(major: number, minor: number, micro: number | null): Layout | undefined {
  return major === 3 && minor === 7 && micro !== null && micro <= 3
    ? v3_7_0
    : layouts.get(`${major}.${minor}`);
}
