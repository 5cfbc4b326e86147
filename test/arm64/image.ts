/**
 * A Debian system for arm64 that can be booted: a kernel, an initial file system that has what is needed to mount the root, and the
 * root with the Pythons of several releases of Debian. It is kept in a folder, and made anew if what it is to have has changed.
 */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { run, unpack } from './debian.js';

const architecture = 'arm64';

/** The release that runs, and what it runs with. */
const system = {
  suite: 'trixie',
  packages: ['busybox-static', 'bash', 'mount', 'base-files', 'coreutils', 'libstdc++6', 'python3.13'],
};

/** Interpreters from elsewhere, each release in a root of its own. */
const others: Readonly<Record<string, readonly string[]>> = {
  bullseye: ['2.7', '3.9'],
  bookworm: ['3.11'],
  forky: ['3.14', '3.15'],
};

export interface GuestPython {
  readonly minor: string;
  /** Root of its files, from within the guest. */
  readonly root: string;
}

export const guestPythons: readonly GuestPython[] = [
  ...Object.entries(others).flatMap(([suite, minors]) =>
    minors.map((minor) => ({ minor, root: `/pythons/${suite}` })),
  ),
  { minor: '3.13', root: '/' },
].sort((a, b) => Number(a.minor.split('.')[1]) - Number(b.minor.split('.')[1]));

/** Kernels by the size of their pages, in KiB. */
export const kernels = { 4: 'linux-image-arm64', 16: 'linux-image-arm64-16k' } as const;
export type PageSize = keyof typeof kernels;

/** What the kernel needs to mount the root and the shared folder: all else is built in. */
const kernelModules = [
  'crc32c-cryptoapi',
  'crc32c_generic',
  'libcrc32c',
  'virtio_blk',
  'ext4',
  '9p',
  '9pnet_virtio',
];

export interface Image {
  readonly kernel: string;
  readonly initrd: string;
  readonly root: string;
  /** Why Pythons are missing, by their root in the guest. */
  readonly missing: Readonly<Record<string, string>>;
}

/** What the guest prints when its root is there. */
export const isUp = 'the guest is up';

/** @throws Error if packages are not to be had, or tools are missing */
export function makeImage(folder: string, pages: PageSize): Image {
  const image = {
    kernel: join(folder, `kernel-${pages}`),
    initrd: join(folder, `initrd-${pages}`),
    root: join(folder, 'root.img'),
  };
  const missing = join(folder, 'missing.json');
  mkdirSync(folder, { recursive: true });
  once(join(folder, 'root.stamp'), { system, others, init }, () =>
    writeFileSync(missing, JSON.stringify(makeRoot(folder, image.root))),
  );
  once(join(folder, `kernel-${pages}.stamp`), { kernel: kernels[pages], kernelModules, initialInit }, () =>
    makeKernel(folder, pages, image),
  );
  return { ...image, missing: JSON.parse(readFileSync(missing, 'utf8')) as Image['missing'] };
}

/** Does something if a file does not say that it was done with the same input. */
export function once(stamp: string, input: unknown, make: () => void): void {
  const text = JSON.stringify(input);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === text) return;
  rmSync(stamp, { force: true });
  make();
  writeFileSync(stamp, text);
}

/** What the guest does once its root is there: runs what the shared folder says, leaves the status there, and powers off. */
const init = `#!/bin/sh
export PATH=/usr/sbin:/usr/bin HOME=/root
busybox mount -t tmpfs t /tmp; busybox mount -t tmpfs r /run; mkdir -p /dev/shm; busybox mount -t tmpfs s /dev/shm
busybox mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144,cache=loose share /mnt
echo '${isUp}'
cd /mnt && /bin/bash /mnt/.command; echo $? > /mnt/.status
sync; busybox poweroff -f
`;

/** What comes before: it loads the modules and mounts the root. */
const initialInit = `#!/bin/sh
B=/bin/busybox
$B mount -t proc proc /proc; $B mount -t sysfs sys /sys; $B mount -t devtmpfs dev /dev
for module in $($B cat /modules/list); do $B insmod /modules/$module || echo "insmod $module failed"; done
$B mount -t ext4 -o noatime /dev/vda /new || exec $B poweroff -f
for folder in dev proc sys; do $B mount --move /$folder /new/$folder; done
exec $B switch_root /new /init
`;

/** @returns as `Image.missing` */
function makeRoot(folder: string, file: string): Record<string, string> {
  const missing: Record<string, string> = {};
  const root = join(folder, 'root');
  const work = join(folder, 'apt');
  rmSync(root, { recursive: true, force: true });
  unpack(root, { ...system, architecture, work });
  if (!existsSync(join(root, 'bin/sh'))) symlinkSync('bash', join(root, 'bin/sh'));
  for (const [suite, minors] of Object.entries(others)) {
    const packages = minors.map((minor) => `python${minor}`);
    // A release may be gone from the mirror, or have other versions by now.
    try {
      unpack(join(root, 'pythons', suite), { suite, architecture, packages, work });
    } catch (error) {
      missing[`/pythons/${suite}`] = (error as Error).message.split('\n')[0]!;
      rmSync(join(root, 'pythons', suite), { recursive: true, force: true });
    }
  }
  writeFileSync(join(root, 'init'), init);
  chmodSync(join(root, 'init'), 0o755);
  const megabytes = Number(/^\d+/.exec(run('du', ['-sm', root]))![0]) + 400;
  rmSync(file, { force: true });
  run('mke2fs', ['-q', '-t', 'ext4', '-d', root, file, `${megabytes}M`]);
  rmSync(root, { recursive: true, force: true });
  return missing;
}

function makeKernel(
  folder: string,
  pages: PageSize,
  { kernel, initrd }: Pick<Image, 'kernel' | 'initrd'>,
): void {
  const unpacked = join(folder, 'kernel-files');
  rmSync(unpacked, { recursive: true, force: true });
  unpack(unpacked, {
    suite: system.suite,
    architecture,
    packages: [kernels[pages], 'busybox-static'],
    work: join(folder, 'apt'),
  });
  const version = readdirSync(join(unpacked, 'usr/lib/modules'))[0]!;
  run('depmod', ['-b', unpacked, version]);
  const modules = join(unpacked, 'usr/lib/modules', version);
  const needed = needs(readFileSync(join(modules, 'modules.dep'), 'utf8'));
  const made = join(folder, 'initrd-files');
  rmSync(made, { recursive: true, force: true });
  for (const name of ['bin', 'proc', 'sys', 'dev', 'new', 'modules'])
    mkdirSync(join(made, name), { recursive: true });
  run('cp', [join(unpacked, 'usr/bin/busybox'), join(made, 'bin/busybox')]);
  symlinkSync('busybox', join(made, 'bin/sh'));
  const list: string[] = [];
  for (const path of kernelModules.flatMap((name) => needed.get(name) ?? [])) {
    const name = basename(path, '.xz');
    if (list.includes(name)) continue;
    list.push(name);
    run('sh', [
      '-c',
      'case $1 in *.xz) xz -dc "$1" ;; *) cat "$1" ;; esac > "$2"',
      'sh',
      join(modules, path),
      join(made, 'modules', name),
    ]);
  }
  writeFileSync(join(made, 'modules/list'), list.join('\n'));
  writeFileSync(join(made, 'init'), initialInit);
  chmodSync(join(made, 'init'), 0o755);
  run('sh', ['-c', 'cd "$1" && find . | cpio -o -H newc --quiet > "$2"', 'sh', made, initrd]);
  const boot = join(unpacked, 'boot');
  run('cp', [join(boot, readdirSync(boot).find((name) => name.startsWith('vmlinuz-'))!), kernel]);
  rmSync(unpacked, { recursive: true, force: true });
  rmSync(made, { recursive: true, force: true });
}

/** Files of each module and of what it needs, in the order in which they are loaded; modules.dep(5) has the reverse order. */
function needs(text: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [path, rest] = line.split(':');
    if (!path || rest === undefined) continue;
    const name = basename(path).replace(/\.ko.*$/, '');
    found.set(name, [...rest.trim().split(/\s+/).filter(Boolean).reverse(), path]);
  }
  return found;
}
