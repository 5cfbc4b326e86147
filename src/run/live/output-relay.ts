/** What a program printed while the screen was not its own. */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const everyMs = 100;

/** Prints the file, and what is still written to it, until the program has ended. */
export async function relay(path: string, exited: Promise<unknown>): Promise<void> {
  const fd = openSync(path, 'r');
  const buffer = Buffer.alloc(65_536);
  const pass = (): void => {
    for (let length = readSync(fd, buffer); length > 0; length = readSync(fd, buffer))
      writeSync(1, buffer, 0, length);
  };
  let isOver = false;
  const end = exited.then(() => {
    isOver = true;
  });
  try {
    while (!isOver) {
      pass();
      await Promise.race([end, sleep(everyMs)]);
    }
    pass();
  } finally {
    closeSync(fd);
  }
}
