/**
 * Reads, before a command is started, the files that it is going to run: their symbols are then known when the process
 * appears. A wrong guess costs a moment and changes nothing: files are known by device and inode.
 */
import { existsSync, readdirSync, readSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { currentPlatform } from '../../platform/index.js';
import { readRegular } from '../../platform/regular-file.js';
import { recentElfCache } from '../target/locate.js';
import { listModules } from '../target/modules.js';

/** A script may name a script. */
const maxScripts = 4;
/** How often this process's own memory map is read, so that V8 has compiled that, too. */
const practiceReads = 20;

/** @param command its first word */
export function foresee(command: string): void {
  try {
    for (let i = 0; i < practiceReads; i++) listModules(process.pid, currentPlatform().readMaps(process.pid));
    const program = programOf(command);
    if (program === null) return;
    for (const file of [program, ...librariesOf(program)]) recentElfCache().learn(file);
  } catch {
    // Whatever is wrong is reported when the command is started.
  }
}

/** Path of the binary that runs a command: the interpreter, where it is a script. */
function programOf(command: string): string | null {
  let word: string | undefined = command;
  for (let scripts = 0; word !== undefined && scripts <= maxScripts; scripts++) {
    const name: string = word;
    const folders = name.includes('/') ? [''] : (process.env.PATH ?? '').split(':');
    const found = folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
    if (found === undefined) return null;
    const path = realpathSync(found);
    const head = readHead(path);
    if (!head.startsWith('#!')) return path;
    const words = head.slice(2).split('\n')[0]!.trim().split(/\s+/);
    word = basename(words[0] ?? '') === 'env' ? words[1] : words[0];
  }
  return null;
}

/** The interpreter's shared library lies in a folder beside that of the program. */
function librariesOf(program: string): string[] {
  if (!/python/i.test(basename(program))) return [];
  const folder = join(dirname(dirname(program)), 'lib');
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => /^libpython\d.*\.so/.test(name));
  return names.slice(0, 4).map((name) => realpathSync(join(folder, name)));
}

function readHead(path: string): string {
  const bytes = Buffer.alloc(256);
  return (
    readRegular(path, (fd) => bytes.toString('latin1', 0, readSync(fd, bytes, 0, bytes.length, 0))) ?? ''
  );
}
