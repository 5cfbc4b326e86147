/** Debian's packages of another architecture, unpacked into a folder: nothing is configured, none of their scripts is run. */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

const keys = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Folders at the root that are links into /usr (merged /usr). */
const merged = ['bin', 'sbin', 'lib', 'lib64'];

/** Runs a program to its end. @throws Error with the end of its output if it fails */
export function run(program: string, words: readonly string[], env: NodeJS.ProcessEnv = {}): string {
  const { status, stdout, stderr, error } = spawnSync(program, words, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    maxBuffer: 1 << 28,
  });
  if (status === 0) return stdout;
  throw new Error(
    `${program} ${words.join(' ')}: ${error?.message ?? `status ${status}`}\n${stderr.slice(-2000)}`,
  );
}

/** Where this machine gets its own packages from; null where it has no Debian to ask. */
export function mirror(): string | null {
  for (const file of ['/etc/apt/sources.list.d/debian.sources', '/etc/apt/sources.list']) {
    if (!existsSync(file)) continue;
    const found = /^(?:URIs:\s*|deb\s+(?:\[[^\]]*\]\s+)?)(http\S+)/m.exec(readFileSync(file, 'utf8'));
    if (found !== null) return found[1]!;
  }
  return null;
}

/**
 * Unpacks packages and all that they depend on.
 * @param work a folder for what is downloaded; it is emptied
 * @throws Error if one is not to be had
 */
export function unpack(
  root: string,
  {
    suite,
    architecture,
    packages,
    work,
  }: { suite: string; architecture: string; packages: readonly string[]; work: string },
): void {
  rmSync(work, { recursive: true, force: true });
  for (const folder of ['lists/partial', 'cache/archives/partial'])
    mkdirSync(join(work, folder), { recursive: true });
  writeFileSync(join(work, 'status'), '');
  writeFileSync(
    join(work, 'sources.list'),
    `deb [arch=${architecture} signed-by=${keys}] ${mirror()} ${suite} main\n`,
  );
  // Nothing of this machine's own apt, but where it gets packages from.
  writeFileSync(
    join(work, 'apt.conf'),
    Object.entries({
      'APT::Architecture': architecture,
      'APT::Sandbox::User': 'root',
      'APT::Install-Recommends': 'false',
      'APT::Keep-Downloaded-Packages': 'true',
      'Dir::Etc::SourceList': join(work, 'sources.list'),
      'Dir::Etc::SourceParts': '/dev/null',
      'Dir::Etc::Preferences': '/dev/null',
      'Dir::Etc::PreferencesParts': '/dev/null',
      'Dir::State::Lists': join(work, 'lists'),
      'Dir::State::status': join(work, 'status'),
      'Dir::State::extended_states': join(work, 'extended'),
      'Dir::Cache': join(work, 'cache'),
      'Acquire::Languages': 'none',
      'Acquire::Check-Valid-Until': 'false',
      'Acquire::Check-Date': 'false',
      'Acquire::Retries': '3',
    })
      .map(([name, value]) => `${name} "${value}";\n`)
      .join('') +
      `APT::Architectures {"${architecture}";};\n` +
      '#clear DPkg::Post-Invoke;\n#clear APT::Update::Post-Invoke;\n',
  );
  const env = { APT_CONFIG: join(work, 'apt.conf') };
  run('apt-get', ['-qq', 'update'], env);
  run('apt-get', ['-qq', '-y', '--download-only', 'install', ...packages], env);
  for (const folder of merged) {
    mkdirSync(join(root, 'usr', folder), { recursive: true });
    if (!existsSync(join(root, folder))) symlinkSync(`usr/${folder}`, join(root, folder));
  }
  for (const folder of ['dev', 'proc', 'sys', 'tmp', 'run', 'root', 'mnt'])
    mkdirSync(join(root, folder), { recursive: true });
  const archives = join(work, 'cache/archives');
  for (const name of readdirSync(archives).filter((name) => name.endsWith('.deb')))
    run('sh', [
      '-c',
      // Packages that still ship /lib go through the links.
      'dpkg-deb --fsys-tarfile "$1" | tar -x --keep-directory-symlink -C "$2"',
      'sh',
      join(archives, name),
      root,
    ]);
  rmSync(work, { recursive: true, force: true });
}
