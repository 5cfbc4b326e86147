/**
 * Files and folders that are not to stay: each has in its name who made it, so that the next run finds what one that was
 * killed left behind.
 */
import { randomBytes } from 'node:crypto';
import { lstatSync, mkdtempSync, opendirSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { currentSystem } from '../../platform/system.js';
import { isOwn } from './file-stat.js';

/** Most names of a folder that are searched: a larger folder is in use by others. */
const maxNames = 20_000;

/** How long something was not written to before it may go, in ms. */
const idleMs = { ownerGone: 10 * 60_000, ownerUnseen: 24 * 3_600_000 };

/** "BOOT-START-RANDOM", in hexadecimal digits: when this machine and this process started, and something of its own. */
const mark = '([0-9a-f]{8})-([0-9a-f]+)-[0-9a-f]{8}';
const unfinishedPattern = new RegExp(`\\.${mark}\\.tmp(?:-journal)?$`);
const folderPattern = new RegExp(`^pyspy-${mark}-\\w{6}$`);

/** A unique name beside `path`, for a file that is not to be seen before it is whole. */
export function unfinishedName(path: string): string {
  return join(dirname(path), `${basename(path).slice(0, 60).toWellFormed()}.${ownMark()}.tmp`);
}

/** A new folder for temporary files, which only this user may read; its maker removes it. */
export function makeTemporaryFolder(): string {
  removeLeftovers(tmpdir());
  return mkdtempSync(join(tmpdir(), `pyspy-${ownMark()}-`));
}

/**
 * Removes what runs that were killed left in a folder: the user's own, whose process is gone, and to which nobody has
 * written for ten minutes. Where not all processes can be seen, or another machine or boot made it, for a day.
 */
export function removeLeftovers(folder: string): void {
  let alive: Set<number> | null = null;
  for (const { name, isFolder, boot, start } of findMarked(folder)) {
    const path = join(folder, name);
    const age = ageOfOwn(path, isFolder);
    if (age === null || age < idleMs.ownerGone) continue;
    const isSeen = boot === ownBoot() && currentSystem.seesEveryProcess();
    alive ??= new Set(currentSystem.listProcesses().map((pid) => currentSystem.readStartTicks(pid) ?? -1));
    if (boot === ownBoot() && alive.has(start)) continue;
    if (!isSeen && age < idleMs.ownerUnseen) continue;
    try {
      rmSync(path, { recursive: isFolder, force: true });
    } catch {
      // The folder takes no changes any more, or another run removed it.
    }
  }
}

function* findMarked(folder: string) {
  const names: string[] = [];
  try {
    const entries = opendirSync(folder);
    try {
      for (let count = 0; count < maxNames; count++) {
        const entry = entries.readSync();
        if (entry === null) break;
        names.push(entry.name);
      }
    } finally {
      entries.closeSync();
    }
  } catch {
    return;
  }
  for (const name of names) {
    const asFolder = folderPattern.exec(name);
    const match = asFolder ?? unfinishedPattern.exec(name);
    if (match !== null)
      yield { name, isFolder: asFolder !== null, boot: match[1]!, start: Number.parseInt(match[2]!, 16) };
  }
}

/** Time since it was last written, in ms; null where it is another user's, or not what its name says. */
function ageOfOwn(path: string, isFolder: boolean): number | null {
  try {
    const stat = lstatSync(path);
    if (!isOwn(stat) || !(isFolder ? stat.isDirectory() : stat.isFile())) return null;
    const inside = isFolder ? readdirSync(path).slice(0, maxNames) : [];
    const times = inside.map((name) => lstatSync(join(path, name)).mtimeMs);
    return Date.now() - Math.max(stat.mtimeMs, ...times);
  } catch {
    return null;
  }
}

let boot: string | undefined;

function ownBoot(): string {
  boot ??= (currentSystem.readBootId() ?? '')
    .replace(/[^0-9a-f]/g, '')
    .slice(0, 8)
    .padEnd(8, '0');
  return boot;
}

function ownMark(): string {
  const start = currentSystem.readStartTicks('self') ?? 0;
  return `${ownBoot()}-${start.toString(16)}-${randomBytes(4).toString('hex')}`;
}
