/** Boots the guest, runs a command in it, and returns what that printed. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Image, PageSize } from './image.js';

/** What a processor is emulated as: pages of 16 KiB need a newer one than is usual. */
const processors: Readonly<Record<PageSize, string>> = { 4: 'cortex-a72', 16: 'max,pauth-impdef=on' };

export interface GuestRun {
  /** Of the command; null if the guest did not come to its end. */
  readonly status: number | null;
  /** Of the guest's console. */
  readonly output: string;
}

/**
 * @param share a folder, which the guest has as /mnt: it may write there
 * @param limit the longest time that it may take, in ms: what takes longer is ended
 */
export async function runInGuest(
  image: Image,
  { pages, share, command, limit }: { pages: PageSize; share: string; command: string; limit: number },
): Promise<GuestRun> {
  const statusFile = join(share, '.status');
  rmSync(statusFile, { force: true });
  writeFileSync(join(share, '.command'), `${command}\n`);
  const child = spawn(
    'qemu-system-aarch64',
    [
      ...['-M', 'virt', '-cpu', processors[pages], '-accel', 'tcg,thread=multi', '-smp', '2', '-m', '2048'],
      ...['-kernel', image.kernel, '-initrd', image.initrd],
      ...['-append', 'console=ttyAMA0 quiet panic=-1 mitigations=off'],
      // Nothing is kept of what the guest writes to its root.
      ...['-drive', `file=${image.root},if=none,id=root,format=raw,cache=unsafe,snapshot=on`],
      ...['-device', 'virtio-blk-pci,drive=root'],
      ...['-virtfs', `local,path=${share},mount_tag=share,security_model=none,multidevs=remap`],
      ...['-no-reboot', '-nographic', '-monitor', 'none', '-serial', 'stdio', '-net', 'none'],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], timeout: limit, killSignal: 'SIGKILL' },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += text));
  await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  const status = existsSync(statusFile) ? Number(readFileSync(statusFile, 'utf8')) : null;
  return { status, output };
}
