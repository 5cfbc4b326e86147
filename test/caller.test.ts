/** What bin/pyspy.js tells of how pyspy was started, and what is made of it where nothing was told. */
import { expect, test, vi } from 'vitest';
import { endBySignal, parseCaller } from '../src/caller.js';

const limits = (soft: number, hard: number) => ({ soft, hard });
const sources = {
  environment: () => Buffer.from('A=1\0PYSPY_CALLER=7 0 5 -\0B=\0'),
  limits: (pid: number | 'self') => (pid === 'self' ? limits(4096, 4096) : limits(1024, 4096)),
  parentPid: 1,
};
const names = (lines: readonly Buffer[]) => lines.map((line) => line.toString('latin1'));

test('signals, limit and environment are as they were told', () => {
  const environ = Buffer.from('a.b=\xff=\n\0EMPTY=\0', 'latin1').toString('base64');
  const caller = parseCaller(`7 0000000080000007 777 ${environ}`, 7, sources);
  expect([...caller.ignored]).toEqual([1, 2, 3, 32]);
  expect(caller.openFiles).toBe(777);
  expect(names(caller.environment)).toEqual(['a.b=\xff=\n', 'EMPTY=']);
  expect([...parseCaller('7 8000000000000000 5 -', 7, sources).ignored]).toEqual([64]);
  expect(parseCaller('7 0 unlimited -', 7, sources).openFiles).toBe(Number.POSITIVE_INFINITY);
});

test('what was told to another process does not count, nor what cannot be', () => {
  for (const told of [undefined, '', '8 7 777 QT0x', '7', '7 - - -', '7 xyz', '7 00000000000000001 -']) {
    const caller = parseCaller(told, 7, sources);
    expect([...caller.ignored]).toEqual([]);
    // Node has raised the soft limit to the hard one, which the parent has, too.
    expect(caller.openFiles).toBe(1024);
    // Its own variable is for nobody else.
    expect(names(caller.environment)).toEqual(['A=1', 'B=']);
  }
});

test('a limit is that of the parent only where both have the same hard one', () => {
  const of = (own: [number, number], parent: [number, number]) =>
    parseCaller(undefined, 7, {
      ...sources,
      limits: (pid) => limits(...(pid === 'self' ? own : parent)),
    }).openFiles;
  expect(of([500, 500], [1024, 4096])).toBe(500);
  expect(of([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY], [1024, Number.POSITIVE_INFINITY])).toBe(
    1024,
  );
  expect(parseCaller(undefined, 7, { ...sources, limits: () => null }).openFiles).toBeNull();
});

test('a signal ends the process as the system can', () => {
  const system = process.platform;
  const exit = vi.spyOn(process, 'exit').mockImplementation((status) => {
    throw new Error(`exit ${status}`);
  });
  const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
  try {
    endBySignal('SIGTERM');
    expect(kill.mock.calls).toEqual([[process.pid, 'SIGTERM']]);
    Object.defineProperty(process, 'platform', { value: 'win32' });
    // There, to send oneself a signal ends the process with status 1.
    expect(() => endBySignal('SIGINT')).toThrow('exit 130');
    expect(kill).toHaveBeenCalledTimes(1);
  } finally {
    Object.defineProperty(process, 'platform', { value: system });
    exit.mockRestore();
    kill.mockRestore();
  }
});
