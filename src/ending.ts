/** The end of the process, kept free of what could hang or abort it once all is done. */
import { closeSync } from 'node:fs';
import { isatty } from 'node:tty';

/** Whether the process is pyspy's own, and not a test's. */
let isOurs = false;

/**
 * To be called at the start. Node gives terminals their modes back at the end, and aborts where one was closed meanwhile
 * (src/node.cc, ResetStdio); a descriptor that is closed it leaves alone.
 */
export function endQuietly(): void {
  isOurs = true;
  const terminals = [0, 1, 2].filter((fd) => isatty(fd));
  process.on('exit', () => {
    for (const fd of terminals) if (!isatty(fd)) close(fd);
  });
}

/**
 * Has the process end by `exit` and nothing else: native modules sync our output at the end, which on a disk that fails
 * hangs for ever (koffi's FlushFile, in a destructor).
 * @param exit ends the process at once (_exit(2))
 */
export function endBy(exit: (status: number) => void): void {
  if (isOurs) Object.assign(process, { reallyExit: exit });
}

function close(fd: number): void {
  try {
    closeSync(fd);
  } catch {
    // Closed already.
  }
}
