/**
 * The user that a command runs as: the one who called sudo, if root runs this by sudo (sudo(8), SUDO_UID). The recorder needs
 * root's rights, the program does not.
 */
import { currentPlatform } from '../../platform/index.js';
import type { User } from '../../platform/processes.js';

export interface Invoker extends User {
  /** Null where it is not known. */
  readonly home: string | null;
}

/** @returns null where nobody called sudo, or this is not root */
export function findInvoker(): Invoker | null {
  const [uid, gid] = [process.env.SUDO_UID, process.env.SUDO_GID].map(Number);
  const name = process.env.SUDO_USER;
  if (process.geteuid?.() !== 0 || !name || !Number.isSafeInteger(uid) || !Number.isSafeInteger(gid))
    return null;
  return { name, uid: uid!, gid: gid!, home: currentPlatform().homeOf(uid!) };
}
