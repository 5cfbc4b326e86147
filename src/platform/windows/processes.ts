/** The table of processes of the calling thread, filled by NtQuerySystemInformation. */
import { addressOf, kernel } from './kernel.js';
import { ProcessTable } from './process-table.js';

const systemProcessInformation = 5;
/** STATUS_INFO_LENGTH_MISMATCH, as a signed number: the buffer was too small. */
const tooSmall = 0xc0000004 | 0;

const leastBytes = 1 << 18;
const mostBytes = 1 << 26;

let buffer = new Uint8Array(new ArrayBuffer(leastBytes));

export const processTable = new ProcessTable({
  ask: () => {
    for (;;) {
      const { byteLength } = buffer;
      const at = addressOf(buffer);
      const status = kernel().NtQuerySystemInformation(systemProcessInformation, at, byteLength, 0);
      if (status >= 0) return { view: new DataView(buffer.buffer), base: at };
      if (status !== tooSmall || byteLength >= mostBytes)
        return { view: new DataView(new ArrayBuffer(0)), base: 0 };
      buffer = new Uint8Array(new ArrayBuffer(byteLength * 2));
    }
  },
  nowMs: () => performance.now(),
  ownPid: process.pid,
  ownThreadId: () => kernel().GetCurrentThreadId(),
});
