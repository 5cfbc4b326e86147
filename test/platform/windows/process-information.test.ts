/** What Windows tells of processes and threads, from bytes as it lays them out. */
import { describe, expect, test } from 'vitest';
import { parseProcesses, parseThreads } from '../../../src/platform/windows/process-information.js';
import { tellProcesses } from '../../support/process-information.js';

const base = 0x7000_0000;

const told = tellProcesses(
  [
    { pid: 0, parentPid: 0, name: '', created: 0n, threads: [[0, 1, 2]] },
    {
      pid: 4242,
      parentPid: 404,
      name: 'python.exe',
      created: 133_000_000_000_123_456n,
      threads: [
        [1000, 7, 5],
        [1004, 70_000, 2],
      ],
    },
    { pid: 404, parentPid: 4, name: 'größe.exe', created: 132_999_999_999_999_999n, threads: [] },
  ],
  base,
);

test('processes by pid, with parents, names and the time that they began', () => {
  const processes = parseProcesses(told, base);
  expect([...processes.keys()]).toEqual([404, 4242]);
  expect(processes.get(4242)).toMatchObject({
    parentPid: 404,
    name: 'python.exe',
    createdMs: 13_300_000_000_012,
    threadCount: 2,
  });
  expect(processes.get(404)).toMatchObject({ parentPid: 4, name: 'größe.exe', threadCount: 0 });
});

test('threads with their states', () => {
  const process = parseProcesses(told, base).get(4242)!;
  expect([...parseThreads(told, process).values()]).toEqual([
    { id: 1000, state: 5, switches: 7 },
    { id: 1004, state: 2, switches: 70_000 },
  ]);
});

describe('an answer that cannot be true', () => {
  const damaged = (at: number, value: number) => {
    const bytes = new Uint8Array(told.buffer.slice(0));
    const view = new DataView(bytes.buffer);
    view.setUint32(at, value, true);
    return view;
  };
  /** Where the second entry begins. */
  const second = told.getUint32(0, true);

  test.each([
    ['leads outside', second, 0xffff_fff0],
    ['leads back', second, 8],
    ['has threads without end', second + 4, 0xffff_ffff],
    ['has a name somewhere else', second + 68, 0x7fff],
  ])('%s, and is read as far as it goes', (_, at, value) => {
    const view = damaged(at, value);
    const process = parseProcesses(view, base).get(4242)!;
    expect(process.parentPid).toBe(404);
    expect(parseThreads(view, process).get(1004)).toMatchObject({ state: 2 });
  });

  test('or is empty has none', () => {
    expect(parseProcesses(new DataView(new ArrayBuffer(0)), base).size).toBe(0);
    expect(parseProcesses(new DataView(new ArrayBuffer(100)), base).size).toBe(0);
  });
});
