/** Errors of disks have words. */
import { constants } from 'node:os';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { diskFault } from '../src/disk-fault.js';
import { faultOf } from '../src/record/processes/unfound.js';

const error = (code: string) => Object.assign(new Error('it failed'), { code });

test.each([
  ['ENOSPC', true, /full/],
  ['EDQUOT', true, /quota/],
  ['EIO', false, /the disk failed \(EIO\)/],
  ['ENOLCK', false, /no locks/],
  ['SQLITE_IOERR_LOCK', false, /no locks/],
  ['SQLITE_PROTOCOL', false, /no locks/],
  ['SQLITE_BUSY_SNAPSHOT', false, /another program/],
  ['SQLITE_IOERR_FSYNC', false, /the disk failed \(SQLITE_IOERR_FSYNC\)/],
  ['SQLITE_IOERR_WRITE', false, /quota/],
  ['SQLITE_READONLY_DBMOVED', false, /may not be written/],
])('%s', (code, isFull, reason) => {
  const fault = diskFault(error(code));
  expect(fault).toEqual({ isFull, reason: expect.stringMatching(reason) });
  expect(faultOf(error(code)).kind).toBe('output');
});

test('SQLite itself says of a full file what is understood', () => {
  const db = new Database(':memory:');
  db.pragma('max_page_count = 4');
  let thrown: unknown;
  try {
    db.exec('CREATE TABLE a (b); INSERT INTO a VALUES (zeroblob(100000))');
  } catch (caught) {
    thrown = caught;
  }
  expect(diskFault(thrown)).toEqual({ isFull: true, reason: 'the disk is full' });
});

test('what is no fault of a disk stays what it is', () => {
  for (const fault of [
    new Error('x'),
    'ENOSPC',
    null,
    undefined,
    error('ERR_INVALID_ARG_TYPE'),
    error('SQLITE_ERROR'),
    error('ENOENT'),
    error('constructor'),
    error(''),
  ])
    expect(diskFault(fault)).toBeNull();
  expect(faultOf(new Error('x')).kind).toBe('internal');
  // Each error of this system has an answer, or none.
  for (const code of Object.keys(constants.errno)) expect(() => diskFault(error(code))).not.toThrow();
});
