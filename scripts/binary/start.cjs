/* What the main thread runs after load.cjs, whose functions it has: the command line (as bin/pyspy.js). */
const { closeSync, openSync, readFileSync, readSync } = require('node:fs');

/** Begins what was noted before Node began (entry.js). */
const mark = 'pyspy was called';

/** Sets PYSPY_CALLER as bin/pyspy.js does; not where it is not known. The environment is what it was: no shell came before. */
function tellCaller() {
  const memory = openSync('/proc/self/mem', 'r');
  try {
    for (const [, from] of readFileSync('/proc/self/maps', 'latin1').matchAll(
      /^([0-9a-f]+)-\S+ rw-p .*\/.*$/gm,
    )) {
      const noted = Buffer.alloc(mark.length + 32);
      readSync(memory, noted, 0, noted.length, BigInt(`0x${from}`));
      if (noted.toString('latin1', 0, mark.length) !== mark) continue;
      const ignored = noted.readBigUInt64LE(mark.length);
      const files = noted.readBigUInt64LE(mark.length + 8);
      const isKnown = noted.readBigUInt64LE(mark.length + 24) === 1n;
      // RLIM_INFINITY
      const limit = files === 2n ** 64n - 1n ? 'unlimited' : files;
      process.env.PYSPY_CALLER = `${process.pid} ${ignored.toString(16)} ${isKnown ? limit : '-'} -`;
      return;
    }
  } finally {
    closeSync(memory);
  }
}

try {
  tellCaller();
} catch {
  // Without /proc no program is recorded.
}

let isDone = false;
// Nothing is left to wait for, and yet the command has not come to its end: that is no success.
process.on('beforeExit', () => {
  if (isDone) process.exit();
  process.stderr.write('pyspy: internal error: it stopped before it was done\nhint: Please report it.\n');
  process.exit(70);
});
// @ts-expect-error: it is in load.cjs.
load('cli')
  .main(process.argv)
  .then(() => {
    isDone = true;
  });
