/**
 * One row per CPython version: Linux x86-64, release builds with the GIL. Measured from the debugging
 * information of 3.8.18, 3.9.18, 3.10.13, 3.11.7, 3.12.1 and 3.13.0 and checked against running interpreters by
 * the live tests. docs/new-python.md says how to add a row.
 */
import type { Layout } from './layout.js';

const common = {
  unicode: { length: 16, state: 32, asciiSize: 48, compactSize: 72 },
  bytes: { length: 16, data: 32 },
  type: { name: 24, basicSize: 32, flags: 168, dictOffset: 288, cachedKeys: 872 },
  module: { dict: 16 },
} as const;

const v3_8: Layout = {
  ...common,
  version: '3.8',
  debugTable: false,
  runtime: { interpretersHead: 32 },
  gil: { kind: 'runtime', current: 1368 },
  interpreter: { next: 0, threadsHead: 8, modules: 56 },
  thread: {
    next: 8,
    interpreter: 16,
    id: 176,
    nativeId: null,
    frame: 24,
    viaCFrame: null,
    dataStackChunk: null,
  },
  frame: {
    code: 32,
    previous: 24,
    instruction: 104,
    instructionTrait: 'byte-index',
    owner: null,
    foreignOwner: 256,
    pythonOutermost: true,
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
    bytecode: null,
  },
  dict: { trait: 'sized-keys', keys: 32, values: 40 },
  attributes: 'dict-offset',
  longTag: false,
};

const v3_9: Layout = {
  ...v3_8,
  version: '3.9',
  gil: { kind: 'runtime', current: 568 },
  interpreter: { next: 0, threadsHead: 8, modules: 856 },
  type: { ...common.type, cachedKeys: 864 },
};

const v3_10: Layout = {
  ...v3_9,
  version: '3.10',
  frame: { ...v3_9.frame, instruction: 96, instructionTrait: 'unit-index', size: 104 },
  code: { ...v3_9.code, lineTableTrait: 'linetable' },
  type: { ...common.type, cachedKeys: 872 },
};

const v3_11: Layout = {
  ...common,
  version: '3.11',
  debugTable: false,
  runtime: { interpretersHead: 40 },
  gil: { kind: 'runtime', current: 576 },
  interpreter: { next: 0, threadsHead: 16, modules: 888 },
  thread: { next: 8, interpreter: 16, id: 152, nativeId: 160, frame: 56, viaCFrame: 8, dataStackChunk: 296 },
  frame: {
    code: 32,
    previous: 48,
    instruction: 56,
    instructionTrait: 'pointer',
    owner: 69,
    foreignOwner: 3,
    pythonOutermost: true,
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
    bytecode: 184,
  },
  dict: { trait: 'log2-keys', keys: 32, values: 40 },
  attributes: 'values-before',
  longTag: false,
};

const v3_12: Layout = {
  ...v3_11,
  version: '3.12',
  gil: { kind: 'interpreter', gil: 384, holder: 8, locked: 16 },
  interpreter: { next: 0, threadsHead: 72, modules: 944 },
  thread: { next: 8, interpreter: 16, id: 136, nativeId: 144, frame: 56, viaCFrame: 0, dataStackChunk: 232 },
  frame: { ...v3_11.frame, code: 0, previous: 8, owner: 70, pythonOutermost: false },
  code: { ...v3_11.code, firstLine: 68, bytecode: 192 },
  unicode: { length: 16, state: 32, asciiSize: 40, compactSize: 56 },
  type: { ...common.type, cachedKeys: 880 },
  attributes: 'tagged-before',
  longTag: true,
};

const v3_13: Layout = {
  ...v3_12,
  version: '3.13',
  debugTable: true,
  runtime: { interpretersHead: 632 },
  gil: { kind: 'interpreter', gil: 16, holder: 8, locked: 16 },
  interpreter: { next: 7264, threadsHead: 7344, modules: 7656 },
  thread: {
    next: 8,
    interpreter: 16,
    id: 152,
    nativeId: 160,
    frame: 72,
    viaCFrame: null,
    dataStackChunk: 232,
  },
  code: { ...v3_12.code, bytecode: 200 },
  attributes: 'inline-values',
};

/** Rows by minor version. */
export const layouts: ReadonlyMap<string, Layout> = new Map(
  [v3_8, v3_9, v3_10, v3_11, v3_12, v3_13].map((layout) => [layout.version, layout]),
);
