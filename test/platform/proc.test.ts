/** What /proc says, in all its spellings. */
import { spawn } from 'node:child_process';
import { expect, onTestFinished, test } from 'vitest';
import {
  parseMaps,
  readChildren,
  readCommand,
  readExecutable,
  readStat,
  readThreadIds,
} from '../../src/platform/linux/proc.js';
import { readOptional, readStatusField } from '../../src/platform/linux/proc-text.js';
import { linuxSystem, parseOpenFiles } from '../../src/platform/linux/system.js';
import { until } from '../support/conditions.js';

test('maps: files, anonymous memory, the heap, and what is neither', () => {
  const text = [
    '00400000-00401000 r--p 00000000 fe:01 1234                               /usr/bin/python3.13',
    '55d0c8a00000-55d0c8c21000 rw-p 00000000 00:00 0                          [heap]',
    '7f1234000000-7f1234021000 rw-p 00000000 00:00 0 ',
    '7f1234021000-7f1238000000 ---p 00000000 00:00 0',
    '7ffff7fc1000-7ffff7fff000 r-xp 00002000 08:11 99                         /opt/my python/lib python.so',
    'ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]',
    'no mapping at all',
    '',
  ].join('\n');
  const maps = parseMaps(text);
  expect(maps.map(({ path }) => path)).toEqual([
    '/usr/bin/python3.13',
    '[heap]',
    '',
    '',
    '/opt/my python/lib python.so',
    '[vsyscall]',
  ]);
  expect(maps[4]).toEqual({
    start: 0x7ffff7fc1000,
    end: 0x7ffff7fff000,
    permissions: 'r-xp',
    fileOffset: 0x2000,
    device: '08:11',
    inode: 99,
    path: '/opt/my python/lib python.so',
    deleted: false,
  });
});

test.each([
  ['/usr/lib/libpython3.9.so.1.0 (deleted)', '/usr/lib/libpython3.9.so.1.0', true],
  ['/tmp/a (deleted) b', '/tmp/a (deleted) b', false],
  ['/tmp/line\\012break', '/tmp/line\nbreak', false],
  ['/tmp/größe 文件', '/tmp/größe 文件', false],
  ['/memfd:python (deleted)', '/memfd:python', true],
])('maps: the path %j', (raw, path, deleted) => {
  const line = `7f0000000000-7f0000001000 r-xp 00000000 08:01 5                    ${raw}\n`;
  expect(parseMaps(line)).toMatchObject([{ path, deleted }]);
});

test('a process whose name holds spaces and brackets, its command and its children', async () => {
  const child = spawn('sh', ['-c', 'printf "a ) R (b" > /proc/self/comm; sleep 60 & wait', 'x y', 'é\n']);
  onTestFinished(() => {
    for (const pid of readChildren(child.pid!)) process.kill(pid, 'SIGKILL');
    child.kill('SIGKILL');
  });
  await until('it has a child', () => readChildren(child.pid!).length === 1);
  expect(readStat(child.pid!)).toMatchObject({
    state: expect.stringMatching(/^[RS]$/),
    parentPid: process.pid,
  });
  expect(readStat(child.pid!)!.startTicks).toBeGreaterThan(readStat(process.pid)!.startTicks - 1);
  expect(readCommand(child.pid!).slice(3)).toEqual(['x y', 'é\n']);
  expect(readThreadIds(child.pid!)).toEqual([child.pid]);
  expect(linuxSystem.readInnerThreadId(child.pid!, child.pid!)).toBeGreaterThan(0);
});

test('this process, and none', () => {
  expect(readExecutable(process.pid)).toBe(process.execPath);
  expect(readStatusField(process.pid, 'Pid')).toBe(String(process.pid));
  expect(readStatusField(process.pid, 'NoSuchField')).toBeNull();
  const none = 2 ** 22 + 1; // the largest pid is 2^22
  expect(readStat(none)).toBeNull();
  expect(readCommand(none)).toEqual([]);
  expect(readExecutable(none)).toBe('');
  expect(readThreadIds(none)).toEqual([]);
  expect(readOptional('/no/such/file')).toBeNull();
});

test('limits of open files, and lines that are none', () => {
  const text = (soft: string, hard: string) =>
    `Limit  Soft Limit  Hard Limit  Units\nMax cpu time  unlimited  unlimited  seconds\nMax open files  ${soft}  ${hard}  files\n`;
  expect(parseOpenFiles(text('1024', '4096'))).toEqual({ soft: 1024, hard: 4096 });
  expect(parseOpenFiles(text('1024', 'unlimited'))).toEqual({ soft: 1024, hard: Number.POSITIVE_INFINITY });
  for (const bad of ['', text('many', '4096'), text('1024', '-1')]) expect(parseOpenFiles(bad)).toBeNull();
});
