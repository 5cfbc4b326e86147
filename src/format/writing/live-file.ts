/**
 * Watches over the file, the log and the shared memory of a trace that is being recorded: others may move, cut, replace and
 * overwrite them meanwhile. All of it is checked before anything is written.
 */
import { type BigIntStats, rmSync, statSync, truncateSync } from 'node:fs';
import { resolve } from 'node:path';
import Database from 'better-sqlite3';
import { PyspyError } from '../../errors.js';
import { FileIdentity } from '../files/file-identity.js';
import { fileStat } from '../files/file-stat.js';

export class LiveFile {
  readonly #path: string;
  readonly #identity: FileIdentity;
  readonly #log: FileIdentity;
  /** As it was when last checked, or written by its recorder. */
  #file: BigIntStats | null;
  #logBytes = 0;
  #memoryBytes = 0;
  /** Whether what the name leads to is not the recording any more: nothing must be written there. */
  #isLost = false;

  /**
   * @param path of a trace that is open in write-ahead mode and has a log
   * @throws system errors where one of both is not there
   */
  constructor(path: string) {
    this.#path = path;
    this.#identity = new FileIdentity(path);
    this.#log = new FileIdentity(`${path}-wal`);
    this.#file = exactStat(path);
    this.written();
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  /** To be called before each transaction. @throws PyspyError of kind "output" where something was done to the file */
  check(): void {
    const fate = this.#identity.fate();
    if (fate === 'deleted')
      throw this.#stopped('the file was deleted', 'What was recorded is lost; record again, and leave');
    if (fate === 'replaced')
      throw this.#stopped(
        'another file was put in its place',
        'What was recorded is lost, and the other file is as it was; record again, and leave',
      );
    if (fate !== 'in place')
      throw this.#stopped(
        `the file was moved to ${fate.movedTo}`,
        'What was recorded is in the file; leave it and its -wal in their place while it is being recorded.',
      );
    this.#mendMemory();
    const hasLog = this.hasLog();
    this.#checkContent(hasLog);
    // What was in it is still open here, and is folded in at the end.
    if (!hasLog)
      throw this.#stopped(
        `its log (${this.#path}-wal) was deleted, moved or replaced`,
        'What was recorded is in the file; leave it and its -wal in their place while it is being recorded.',
      );
  }

  /** To be called after each transaction, and after the log was folded in: how the files are now is our own doing. */
  written(): void {
    this.#logBytes = fileStat(`${this.#path}-wal`)?.size ?? 0;
    this.#memoryBytes = fileStat(`${this.#path}-shm`)?.size ?? 0;
  }

  /** To be called after the log was folded in. */
  folded(): void {
    this.#file = exactStat(this.#path);
    this.written();
  }

  /** Whether the file still has its name. */
  isInPlace(): boolean {
    return this.#identity.fate() === 'in place';
  }

  /** Whether what has the log's name is the log. */
  hasLog(): boolean {
    return this.#log.fate() === 'in place';
  }

  /**
   * Closes a database whose file another program has replaced. SQLite would fold the log into it; so the log goes first.
   */
  giveUp(db: Database.Database): void {
    const isOurs = this.hasLog();
    if (isOurs) truncateSync(`${this.#path}-wal`);
    db.close();
    if (isOurs) for (const suffix of ['-wal', '-shm']) rmSync(this.#path + suffix, { force: true });
  }

  /**
   * Shared memory that was cut would end this process (SIGBUS) when SQLite looks at it. It holds an index of the log, which
   * SQLite makes anew where it finds zeros.
   */
  #mendMemory(): void {
    const memory = `${this.#path}-shm`;
    const stat = fileStat(memory);
    if (!stat?.isFile() || stat.size >= this.#memoryBytes) return;
    // All of it: an index that has its beginning is believed, and would lead past pages of the log.
    truncateSync(memory, 0);
    truncateSync(memory, this.#memoryBytes);
  }

  #checkContent(hasLog: boolean): void {
    const file = exactStat(this.#path);
    const logBytes = hasLog ? (fileStat(`${this.#path}-wal`)?.size ?? 0) : this.#logBytes;
    const isAsBefore =
      file?.size === this.#file?.size && file?.mtimeNs === this.#file?.mtimeNs && logBytes >= this.#logBytes;
    if (isAsBefore) return;
    const damage = this.#findDamage(Number(file?.size ?? 0), logBytes, hasLog);
    if (damage !== null) {
      this.#isLost = true;
      throw this.#stopped(damage, 'What was recorded is lost; record again, and leave');
    }
    // Another program touched it, or folded the log in.
    this.#file = file;
    this.#logBytes = logBytes;
  }

  /**
   * Not by reading the file ourselves: to close it would give up the locks that SQLite has on it.
   * @returns what became of the file; null where it is whole
   */
  #findDamage(bytes: number, logBytes: number, hasLog: boolean): string | null {
    const before = Number(this.#file?.size ?? 0);
    if (bytes < before) return `somebody cut the file from ${before} to ${bytes} bytes`;
    // SQLite would begin a log of its own, and not see what is in ours.
    if (!hasLog) return null;
    let db: Database.Database | undefined;
    try {
      db = new Database(resolve(this.#path), { readonly: true, fileMustExist: true });
      if (db.pragma('quick_check(1)', { simple: true }) === 'ok') return null;
    } catch {
      // As good as a finding.
    } finally {
      db?.close();
    }
    return logBytes < this.#logBytes
      ? `somebody cut its log (${this.#path}-wal) from ${this.#logBytes} to ${logBytes} bytes`
      : 'somebody wrote something else into the file';
  }

  #stopped(what: string, hint: string): PyspyError {
    return new PyspyError('output', `recording to ${this.#path} stopped: ${what}`, {
      hint: hint.endsWith('.') ? hint : `${hint} the file in its place meanwhile.`,
    });
  }
}

function exactStat(path: string): BigIntStats | null {
  return statSync(path, { bigint: true, throwIfNoEntry: false }) ?? null;
}
