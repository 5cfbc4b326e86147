/** How an interpreter was built: asked of itself, and read from the binary that its code is in. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readExecutable, readMaps } from '../../src/platform/linux/proc.js';
import { parseElf } from '../../src/record/symbols/elf.js';
import { Child } from './child.js';
import type { Python } from './pythons.js';
import { atEnd } from './scope.js';
import { rootOf } from './targets.js';

export interface Build {
  /** Paths of the program, and of its libpython if it has one, as we see them. */
  readonly executable: string;
  readonly library: string | null;
  /** Where its standard library is: PYTHONHOME of a copy. */
  readonly home: string;
  /** Whether the command becomes that program, not a dynamic loader with libraries of its own that runs it. */
  readonly direct: boolean;
  readonly linkage: 'shared' | 'static';
  /** Whether the binary with the interpreter in it has no table of symbols but the dynamic one. */
  readonly stripped: boolean;
  /** Whether the program is placed anywhere in memory. */
  readonly pie: boolean;
  readonly freeThreaded: boolean;
  readonly debug: boolean;
  /** Whether it has a JIT, and has it on where nothing is said. */
  readonly jit: 'none' | 'off' | 'on';
  /** "GCC 12.2.0": tells a distribution's build from another. */
  readonly compiler: string;
}

const question = `
import json, sys
jit = getattr(sys, "_jit", None)
print(json.dumps({"build": {
    "home": getattr(sys, "base_prefix", sys.prefix),
    "freeThreaded": "t" in getattr(sys, "abiflags", ""),
    "debug": hasattr(sys, "gettotalrefcount"),
    "compiler": " ".join(sys.version.split("[")[-1].rstrip("]").split()[:2]),
    "jit": "none" if jit is None or not jit.is_available() else "on" if jit.is_enabled() else "off",
}}))
sys.stdout.flush()
sys.stdin.read()
`;

export async function readBuild(python: Python): Promise<Build> {
  const child = new Child([python.path, '-c', question]);
  try {
    const asked =
      await child.told<Omit<Build, 'executable' | 'library' | 'direct' | 'linkage' | 'stripped' | 'pie'>>(
        'build',
      );
    const mappings = readMaps(child.pid);
    const running = readExecutable(child.pid);
    const direct = !/\/ld[-.][^/]*$/.test(running);
    const executable = direct
      ? running
      : mappings.find(({ path }) => /\/python[^/]*$/.test(path) && !path.includes('.so'))!.path;
    const library = mappings.find(({ path }) => /\/libpython\d\.\d+\w*\.so/.test(path))?.path ?? null;
    const sections = parseElf(readFileSync(library ?? executable), new Set())?.sections ?? [];
    const program = readFileSync(executable);
    return {
      ...asked,
      executable,
      library,
      direct,
      linkage: library === null ? 'static' : 'shared',
      stripped: !sections.some(({ name }) => name === '.symtab'),
      pie: program.readUInt16LE(16) === 3, // ET_DYN
    };
  } finally {
    await child.stop();
  }
}

export interface ProgramCopy {
  /** Starts it, as the interpreter's own command would. */
  readonly command: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** The file, as we see it. */
  readonly file: string;
}

/** A copy of an interpreter's program in a folder of its own, inside its root; gone when the test is over. */
export async function copyProgram(
  python: Python,
  build: Build,
  name: string,
  change: (bytes: Buffer) => void = () => {},
): Promise<ProgramCopy> {
  const root = await rootOf(python);
  const outside = root === '/' ? '' : root;
  const folder = mkdtempSync(`${outside}/tmp/pyspy-copy-`);
  atEnd(() => rmSync(folder, { recursive: true, force: true }));
  const file = `${folder}/${name}`;
  copyFileSync(build.executable, file);
  const bytes = readFileSync(file);
  change(bytes);
  writeFileSync(file, bytes);
  const inside = file.slice(outside.length);
  return {
    command: root === '/' ? [inside] : ['chroot', root, inside],
    env: { ...process.env, PYTHONHOME: build.home },
    file,
  };
}

/** Takes a program's table of sections away, and with it all symbols that a file reader can find; it still runs. */
export function dropSections(elf: Buffer): void {
  elf.writeBigUInt64LE(0n, 40); // e_shoff
  elf.fill(0, 58, 64); // e_shentsize, e_shnum, e_shstrndx
}
