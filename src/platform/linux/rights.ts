/** A program's rights: those of another user, for the moment in which it is started (setresuid(2), setgroups(2)). */
import { PyspyError } from '../../errors.js';
import type { User } from '../processes.js';
import { architecture } from './architecture.js';
import { addressOf, libc } from './libc.js';
import { spawnCalls } from './spawn-calls.js';

/**
 * The kernel's own calls change the rights of the calling thread alone (those of the C library, of all: setuid(2),
 * "C library/kernel differences").
 */
const sys = architecture.calls;
const PR_SET_DUMPABLE = 4;
/** As many as the kernel takes (NGROUPS_MAX). */
const maxGroups = 65_536;

/**
 * As `Platform.withRightsOf`, with all of the user's groups, as sudo -u does. What is started cannot get root's rights
 * back: the saved ids are those of its start (execve(2)).
 */
export function withRightsOf<T>({ name, uid, gid }: User, start: () => T): T {
  const groups = groupsOf(name, gid);
  const before = { groups: process.getgroups!(), uid: process.getuid!(), gid: process.getgid!() };
  try {
    become(sys.setgroups, groups.length, addressOf(new Uint8Array(groups.buffer)), 0);
    become(sys.setresgid, gid, gid, before.gid);
    become(sys.setresuid, uid, uid, before.uid);
    return start();
  } finally {
    const old = Uint32Array.from(before.groups);
    libc().syscall(sys.setresuid, before.uid, before.uid, before.uid, 0);
    libc().syscall(sys.setresgid, before.gid, before.gid, before.gid, 0);
    libc().syscall(sys.setgroups, old.length, addressOf(new Uint8Array(old.buffer)), 0, 0);
    // A change of rights makes a process one that others may not look at.
    libc().prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
  }
}

/** Group ids of a user, from wherever this system keeps them (getgrouplist(3)); the first is `gid`. */
function groupsOf(name: string, gid: number): Uint32Array<ArrayBuffer> {
  const ids = new Uint32Array(new ArrayBuffer(4 * maxGroups));
  const count = new Int32Array(new ArrayBuffer(8));
  count[0] = maxGroups;
  const [idsAt, countAt] = [ids, count].map((array) => addressOf(new Uint8Array(array.buffer)));
  const found = spawnCalls().getgrouplist(name, gid, idsAt!, countAt!);
  return found < 0 ? Uint32Array.of(gid) : ids.slice(0, found);
}

function become(call: number, a: number, b: number, c: number): void {
  if (libc().syscall(call, a, b, c, 0) === 0) return;
  throw new PyspyError(
    'usage',
    'the command cannot run as the user who called sudo: the system does not allow it',
    {
      hint: 'Run pyspy without sudo, or with SUDO_UID unset to run the command as root.',
    },
  );
}
