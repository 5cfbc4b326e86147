/** An event that interrupts a thread once, as soon as it runs, and has a program run then: perf_event_open(2). */
import { architecture } from '../architecture.js';
import { errno } from '../libc.js';
import { interruptCalls, Structure } from './calls.js';

const PERF_TYPE_SOFTWARE = 1;
const PERF_COUNT_SW_CPU_CLOCK = 0;
const PERF_FLAG_FD_CLOEXEC = 8;
/** `struct perf_event_attr` as of Linux 4.1 (PERF_ATTR_SIZE_VER5), and the bit that it begins without being enabled. */
const attributeBytes = 112;
const isDisabled = 1;

const PERF_SAMPLE_REGS_USER = 1 << 12;
const PERF_SAMPLE_STACK_USER = 1 << 13;

/** _IO and _IOW('$', …), include/uapi/linux/perf_event.h. */
const request = { enable: 0x2400, disable: 0x2401, refresh: 0x2402, setProgram: 0x4004_2408 } as const;

/**
 * The kernel waits no less than 10 µs, whatever the period (perf_swevent_start_hrtimer in kernel/events/core.c): below that it is
 * free to carry a number.
 * @param osThreadId 0 for the calling thread
 * @param periodNs what the program is told, from 1 to 9999
 * @param program its descriptor
 * @param stackBytes how much of the thread's stack it copies, with its registers, into a ring (StackRing); 0 for nothing
 * @returns a descriptor, or errno as a negative number
 */
export function openEvent(osThreadId: number, periodNs: number, program: number, stackBytes = 0): number {
  const { syscall, ioctl, close } = interruptCalls();
  const attributes = new Structure(attributeBytes);
  attributes.u32(0, PERF_TYPE_SOFTWARE).u32(4, attributeBytes).u64(8, PERF_COUNT_SW_CPU_CLOCK);
  attributes.u64(16, periodNs).u64(40, isDisabled);
  const { calls, registers } = architecture.interrupts!;
  if (stackBytes > 0) {
    attributes.u64(24, PERF_SAMPLE_REGS_USER | PERF_SAMPLE_STACK_USER);
    attributes.u64(80, registers.mask).u32(88, stackBytes);
  }
  const anyProcessor = -1;
  const fd = syscall(
    calls.perfEventOpen,
    attributes.address,
    osThreadId,
    anyProcessor,
    -1,
    PERF_FLAG_FD_CLOEXEC,
  );
  if (fd < 0) return -errno();
  if (ioctl(fd, request.setProgram, program) === 0) return fd;
  const failure = errno();
  close(fd);
  return -failure;
}

/**
 * Has it take place once: its timer begins when the thread is on a processor. One that was armed and has not taken place must not be
 * armed again: it would take place twice.
 * @returns whether that worked
 */
export function armEvent(fd: number): boolean {
  return interruptCalls().ioctl(fd, request.refresh, 1) === 0;
}

/** Keeps one that was armed from taking place: on return it has, or does not before it is released. */
export function holdEvent(fd: number): void {
  interruptCalls().ioctl(fd, request.disable, 0);
}

/** Arms one again that was held and had not taken place: it is still to do so once. @returns whether that worked */
export function releaseEvent(fd: number): boolean {
  return interruptCalls().ioctl(fd, request.enable, 0) === 0;
}

/** On return it does not take place any more. */
export function closeEvent(fd: number): void {
  interruptCalls().close(fd);
}
