/** Why the kernel refuses to show a process's memory, and what the user can do about it. */
import { PyspyError } from '../../errors.js';
import { readUid } from './proc.js';
import { readOptional, readStatusField } from './proc-text.js';

/** Bit of CAP_SYS_PTRACE in a capability mask (include/uapi/linux/capability.h). */
const capSysPtrace = 1n << 19n;

/** What decides about access (ptrace(2), "Ptrace access mode checking"); null where it cannot be read. */
export interface AccessFacts {
  readonly ownUid: number;
  readonly targetUid: number | null;
  readonly hasCapability: boolean;
  /** /proc/sys/kernel/yama/ptrace_scope; null where Yama is absent. */
  readonly ptraceScope: number | null;
  readonly inContainer: boolean;
  /** Whether pyspy is in a user namespace of its own (rootless containers, unshare -U): capabilities count only in there. */
  readonly inUserNamespace: boolean;
  /** The service of systemd that pyspy runs in; null for none. */
  readonly service: string | null;
}

/** The error for a process whose memory may not be read, with the most specific reason that the facts allow. */
export function refusal(pid: number, facts: AccessFacts = readFacts(pid)): PyspyError {
  const { message, hint } = explain(pid, facts);
  return new PyspyError('target', message, { hint });
}

function explain(pid: number, facts: AccessFacts): { message: string; hint: string } {
  const start = `no permission to read the memory of process ${pid}`;
  const { service } = facts;
  const grant =
    service === null
      ? null
      : `systemctl edit ${service}, and there under [Service]: AmbientCapabilities=CAP_SYS_PTRACE (and no CapabilityBoundingSet= or SystemCallFilter= that takes it away)`;
  if (facts.ownUid === 0 && !facts.hasCapability && grant !== null)
    return {
      message: `${start}: this is root without the capability CAP_SYS_PTRACE, in the systemd service ${service}`,
      hint: `Give it to the service: ${grant}; or run pyspy outside of it.`,
    };
  if (facts.ownUid === 0 && !facts.hasCapability)
    return {
      message: `${start}: this is root without the capability CAP_SYS_PTRACE${facts.inContainer ? ', as in most containers' : ''}`,
      hint: 'Docker: run the container with --cap-add SYS_PTRACE; Kubernetes: securityContext.capabilities.add: [SYS_PTRACE], or kubectl debug --profile=sysadmin; or record from the host.',
    };
  if (facts.ptraceScope === 3)
    return {
      message: `${start}: kernel.yama.ptrace_scope is 3, which forbids it to everyone`,
      hint: 'It can only be lowered by a reboot; ask its administrator.',
    };
  if (facts.hasCapability && facts.inUserNamespace)
    return {
      message: `${start}: this process has CAP_SYS_PTRACE in a user namespace of its own, and the other process is outside of that`,
      hint: 'Run pyspy where the process runs (podman exec, nsenter --user --target PID), or as root outside of all containers.',
    };
  if (facts.hasCapability)
    return {
      message: `${start}, although this process has CAP_SYS_PTRACE: a security module or a seccomp filter forbids it, or the process is in a user namespace above this one`,
      hint: 'Look at the audit log, or record from the host.',
    };
  if (facts.targetUid !== null && facts.targetUid !== facts.ownUid)
    return {
      message: `${start}: it runs as user ${facts.targetUid}, pyspy as user ${facts.ownUid}`,
      hint:
        grant === null
          ? `Run pyspy as that user or as root: sudo env "PATH=$PATH" pyspy …`
          : `Run pyspy as that user (User= of ${service}) or with the capability: ${grant}.`,
    };
  if (facts.ptraceScope !== null && facts.ptraceScope > 0)
    return {
      message: `${start}: kernel.yama.ptrace_scope is ${facts.ptraceScope}, which allows only ${facts.ptraceScope === 1 ? 'a program that pyspy itself started' : 'root'}`,
      hint: 'Start the program with "pyspy record -- COMMAND", or use sudo, or, until the next reboot: sudo sysctl kernel.yama.ptrace_scope=0',
    };
  return {
    message: `${start}: it has closed itself to other processes (it is not dumpable: set-uid, or prctl PR_SET_DUMPABLE), or a security module or seccomp filter forbids it`,
    hint: 'Run pyspy as root: sudo env "PATH=$PATH" pyspy …',
  };
}

function readFacts(pid: number): AccessFacts {
  const scope = readOptional('/proc/sys/kernel/yama/ptrace_scope');
  const capabilities = readStatusField(process.pid, 'CapEff');
  return {
    ownUid: process.geteuid?.() ?? -1,
    targetUid: readUid(pid),
    hasCapability: capabilities !== null && (BigInt(`0x${capabilities}`) & capSysPtrace) !== 0n,
    ptraceScope: scope === null ? null : Number(scope),
    inContainer:
      readOptional('/.dockerenv') !== null ||
      readOptional('/run/.containerenv') !== null ||
      /docker|kubepods|containerd|lxc/.test(readOptional('/proc/1/cgroup') ?? ''),
    inUserNamespace: !isWholeMap(readOptional('/proc/self/uid_map')),
    service: findService(readOptional('/proc/self/cgroup')),
  };
}

/** The first user namespace has all ids as they are: "0 0 4294967295" (user_namespaces(7)). */
function isWholeMap(map: string | null): boolean {
  return map === null || /^\s*0\s+0\s+4294967295\s*$/.test(map);
}

/** What stands last in the unified or systemd's own hierarchy (cgroups(7)); below user.slice it is a desktop's, no service. */
function findService(cgroups: string | null): string | null {
  const path = /^(?:0:|\d+:name=systemd):(\/(?!user\.slice\/).*\.service)$/m.exec(cgroups ?? '')?.[1];
  return path?.split('/').at(-1) ?? null;
}
