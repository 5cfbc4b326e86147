/** CPU time and memory of finished child processes, as the kernel counts them (getrusage(2)), through libc. */
import koffi from 'koffi';

const getrusage = koffi.load('libc.so.6').func('int getrusage(int who, void *usage)');
/** RUSAGE_CHILDREN: all children that were waited for, with all their threads and waited-for descendants. */
const children = -1;
const buffer = Buffer.alloc(144);

/**
 * CPU time, user and system, of all children that have ended so far, in µs. The difference around the life of one
 * child is that child's, provided that no other ends meanwhile.
 */
export function childrenCpuUs() {
  if (getrusage(children, buffer) !== 0) throw new Error('getrusage failed');
  const at = (/** @type {number} */ offset) => Number(buffer.readBigInt64LE(offset));
  return (at(0) + at(16)) * 1e6 + at(8) + at(24);
}
