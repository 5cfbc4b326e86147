/** Starts programs with words and variables as bytes, and with what they inherit chosen here: posix_spawn(3). */
import type { SpawnOptions } from '../processes.js';
import { architecture } from './architecture.js';
import { addressOf, libc } from './libc.js';
import { type SpawnCalls, spawnCalls } from './spawn-calls.js';

/** glibc's flags of posix_spawnattr_t (spawn.h). */
const POSIX_SPAWN_SETSIGDEF = 4;
const POSIX_SPAWN_SETSIGMASK = 8;
/** More than its opaque types take: posix_spawnattr_t has 336 bytes, posix_spawn_file_actions_t 80. */
const opaqueBytes = 1024;
/** sigset_t, and struct sigaction: a handler, such a set, flags and a restorer (sysdeps/unix/sysv/linux/bits/sigaction.h). */
const signalSetBytes = 128;
const actionBytes = 152;
const SIG_IGN = 1n;
const lastSignal = 64;

const RLIMIT_NOFILE = 7;
const unlimited = 2n ** 64n - 1n;

const F_GETFD = 1;
const F_SETFD = 2;
const F_GETFL = 3;
const F_SETFL = 4;
const O_RDWR = 2;
const O_NONBLOCK = 0o4000;
const O_CLOEXEC = 0o2000000;
const FD_CLOEXEC = 1;
/** fcntl(2): the C library's takes a variable number of arguments. */
const sysFcntl = architecture.calls.fcntl;

/** Bytes that the C library is given addresses of, and that nothing else refers to: kept until it is done. */
let lent: Uint8Array[] = [];

/** @returns its pid, or errno as a negative number; the program runs then (execve(2) was done) */
export function spawnProgram(options: SpawnOptions): number {
  const c = spawnCalls();
  const actions = lend(opaqueBytes);
  const attributes = lend(opaqueBytes);
  c.posix_spawn_file_actions_init(actions);
  c.posix_spawnattr_init(attributes);
  try {
    options.stdio.forEach((from, to) => {
      if (from === 'ignore')
        c.posix_spawn_file_actions_addopen(actions, to, text(Buffer.from('/dev/null')), O_RDWR, 0);
      else if (from !== to) c.posix_spawn_file_actions_adddup2(actions, from, to);
      else handOver(from);
    });
    const ignored = new Set(options.ignored);
    c.posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    c.posix_spawnattr_setsigdefault(
      attributes,
      signalSet((number) => !ignored.has(number)),
    );
    c.posix_spawnattr_setsigmask(
      attributes,
      signalSet(() => options.blocks),
    );
    const pid = new Int32Array(new ArrayBuffer(8));
    const program = text(options.program);
    const words = texts(options.words);
    const environment = texts(options.environment);
    const start = (): number =>
      c.posix_spawnp(addressOf(new Uint8Array(pid.buffer)), program, actions, attributes, words, environment);
    const failure = withIgnored(ignored, c, () => withOpenFiles(options.openFiles, c, start));
    return failure === 0 ? pid[0]! : -failure;
  } finally {
    c.posix_spawnattr_destroy(attributes);
    c.posix_spawn_file_actions_destroy(actions);
    lent = [];
  }
}

/** A pipe, both ends of which are closed in what is started (exec). @returns null if there is none to be had */
export function openPipe(): { readonly read: number; readonly write: number } | null {
  const ends = new Int32Array(new ArrayBuffer(8));
  if (spawnCalls().pipe2(addressOf(new Uint8Array(ends.buffer)), O_CLOEXEC) !== 0) return null;
  return { read: ends[0]!, write: ends[1]! };
}

/** Node closes all descriptors at exec and may have made them non-blocking, which the program would share. */
function handOver(descriptor: number): void {
  const { syscall } = libc();
  syscall(sysFcntl, descriptor, F_SETFD, syscall(sysFcntl, descriptor, F_GETFD, 0, 0) & ~FD_CLOEXEC, 0);
  const flags = syscall(sysFcntl, descriptor, F_GETFL, 0, 0);
  if (flags >= 0 && (flags & O_NONBLOCK) !== 0)
    syscall(sysFcntl, descriptor, F_SETFL, flags & ~O_NONBLOCK, 0);
}

/** What is ignored is inherited as ignored: so they are, for the moment that it takes. */
function withIgnored<T>(numbers: Iterable<number>, c: SpawnCalls, start: () => T): T {
  const ignore = lend(actionBytes, (view) => view.setBigUint64(0, SIG_IGN, true));
  const before: [number: number, action: number][] = [];
  for (const number of numbers) {
    const old = lend(actionBytes);
    if (c.sigaction(number, ignore, old) === 0) before.push([number, old]);
  }
  try {
    return start();
  } finally {
    for (const [number, old] of before) c.sigaction(number, old, 0);
  }
}

/** A program inherits the limit, so it is ours for the moment: what is open already stays open. */
function withOpenFiles<T>(limit: number | null, c: SpawnCalls, start: () => T): T {
  const own = new BigUint64Array(new ArrayBuffer(16));
  const ownAt = addressOf(new Uint8Array(own.buffer));
  if (limit === null || c.getrlimit(RLIMIT_NOFILE, ownAt) !== 0) return start();
  const hard = own[1]!;
  const wanted = Number.isFinite(limit) ? BigInt(limit) : unlimited;
  const lowered = lend(16, (view) => {
    view.setBigUint64(0, wanted < hard ? wanted : hard, true);
    view.setBigUint64(8, hard, true);
  });
  c.setrlimit(RLIMIT_NOFILE, lowered);
  try {
    return start();
  } finally {
    c.setrlimit(RLIMIT_NOFILE, addressOf(new Uint8Array(own.buffer)));
  }
}

/** @returns its address */
function signalSet(has: (number: number) => boolean): number {
  return lend(signalSetBytes, (view) => {
    for (let bit = 0; bit < lastSignal; bit++)
      if (has(bit + 1)) view.setUint8(bit >> 3, view.getUint8(bit >> 3) | (1 << (bit & 7)));
  });
}

/** An array of pointers to strings that ends with a null pointer. @returns its address */
function texts(list: readonly Buffer[]): number {
  const addresses = list.map(text);
  return lend(8 * (list.length + 1), (view) => {
    for (const [i, address] of addresses.entries()) view.setBigUint64(8 * i, BigInt(address), true);
  });
}

/** A string as C has it. @returns its address */
function text(bytes: Buffer): number {
  return lend(bytes.length + 1, (view) => new Uint8Array(view.buffer).set(bytes));
}

/** Zeros at a place that does not move, until the program has been started. @returns its address */
function lend(size: number, fill: (view: DataView<ArrayBuffer>) => void = () => {}): number {
  const bytes = new Uint8Array(new ArrayBuffer(size));
  fill(new DataView(bytes.buffer));
  lent.push(bytes);
  return addressOf(bytes);
}
