/**
 * Whom a command runs as: who called sudo, where that is how root came to run this (sudo(8), SUDO_UID). The recorder needs
 * root's rights, the program does not.
 */
import { PyspyError } from '../../errors.js';
import { addressOf, libc } from '../platform/libc.js';
import { spawnCalls } from '../platform/linux/spawn-calls.js';
import { readOptional } from '../platform/proc.js';

/**
 * The kernel's own calls change the rights of the calling thread alone (those of the C library, of all: setuid(2),
 * "C library/kernel differences"); numbers of x86-64.
 */
const sys = { setgroups: 116, setresuid: 117, setresgid: 119 } as const;
const PR_SET_DUMPABLE = 4;
/** As many as the kernel takes (NGROUPS_MAX). */
const maxGroups = 65_536;

export interface Invoker {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** Null where it is not known. */
  readonly home: string | null;
}

/** @returns null where nobody called sudo, or this is not root */
export function findInvoker(): Invoker | null {
  const [uid, gid] = [process.env.SUDO_UID, process.env.SUDO_GID].map(Number);
  const name = process.env.SUDO_USER;
  if (process.geteuid?.() !== 0 || !name || !Number.isSafeInteger(uid) || !Number.isSafeInteger(gid))
    return null;
  const home = readOptional('/etc/passwd')
    ?.split('\n')
    .map((line) => line.split(':'))
    .find((fields) => Number(fields[2]) === uid && fields.length >= 7)?.[5];
  return { name, uid: uid!, gid: gid!, home: home || null };
}

/**
 * Starts a program with the rights of a user: with all of the user's groups, as sudo -u does. This thread has them for as
 * long as that takes, and the program cannot get root's back: the saved ids are those of its start (execve(2)).
 * @throws PyspyError of kind "usage" if that is not allowed
 */
export function asUser<T>({ name, uid, gid }: Invoker, start: () => T): T {
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
