// Compiles src/ to dist/ from scratch, so that a file deleted from src/ never lingers in the package. The old
// build is replaced only when the new one is whole: programs that run it meanwhile are not disturbed.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundleBrowser } from './bundle/browser.js';
import { bundle } from './bundle/bundle.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const fresh = `${root}dist.${process.pid}.new`;
const stale = `${root}dist.${process.pid}.old`;
/** What shells call the files that they look for. */
const completionFiles = { bash: 'pyspy.bash', zsh: '_pyspy', fish: 'pyspy.fish' };
const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
const options = ['-p', 'tsconfig.build.json', '--outDir', fresh];
process.on('exit', () => rmSync(fresh, { recursive: true, force: true }));
const built = spawnSync(process.execPath, [tsc, ...options], { cwd: root, stdio: 'inherit' });
if (built.status !== 0) process.exit(built.status ?? 1);
const carried = await bundleBrowser(fresh);
await bundle(fresh, carried);
const { createProgram } = await import(`${fresh}/cli.js`);
const { manualPage } = await import(`${fresh}/commands/line/manual.js`);
writeFileSync(`${fresh}/pyspy.1`, manualPage(createProgram()));
const { completionScripts } = await import(`${fresh}/commands/completion.js`);
mkdirSync(`${fresh}/completions`);
for (const [shell, file] of Object.entries(completionFiles))
  writeFileSync(`${fresh}/completions/${file}`, completionScripts[shell]);
if (existsSync(`${root}dist`)) renameSync(`${root}dist`, stale);
renameSync(fresh, `${root}dist`);
rmSync(stale, { recursive: true, force: true });
chmodSync(`${root}bin/pyspy.js`, 0o755);
