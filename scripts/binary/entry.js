// The first instructions of the single executable, before Node's own: which signals are ignored and how many files may be
// open is noted down, since Node changes both before it runs any script (src/node.cc, PlatformInit). start.cjs reads it.

/** Begins the noted data; start.cjs has it, too. */
const mark = 'pyspy was called';

/** What follows the mark: a mask of signals, soft and hard limit, and 1 if the limits could be read; 64 bits each. */
const dataBytes = mark.length + 4 * 8;

/**
 * Machine code by e_machine. It is entered with the arguments at the stack pointer and a function in rdx or x0 that is to be kept
 * (psABI of x86-64, "Process Initialization"; glibc, sysdeps/aarch64/start.S), and ends in a jump whose distance from the end
 * of the code `jump` fills in.
 * @type {Readonly<Record<number, { text: string, jump: (code: Buffer, distance: number) => void }>>}
 */
const codes = {
  62: {
    jump: (code, distance) => code.writeInt32LE(distance, code.length - 4),
    text: `
    52                      push   rdx
    48 83 ec 28             sub    rsp, 40               # room for a struct sigaction of the kernel
    4c 8d 25 04 00 01 00    lea    r12, [rip + 0x10004]  # the data, behind the mark
    45 31 ed                xor    r13d, r13d            # the mask
    bb 40 00 00 00          mov    ebx, 64               # signals from the last to the first
    b8 0d 00 00 00   signal: mov   eax, 13               # rt_sigaction(signal, NULL, rsp, 8)
    89 df                   mov    edi, ebx
    31 f6                   xor    esi, esi
    48 89 e2                mov    rdx, rsp
    41 ba 08 00 00 00       mov    r10d, 8
    0f 05                   syscall
    85 c0                   test   eax, eax
    75 0e                   jne    next
    48 83 3c 24 01          cmp    qword ptr [rsp], 1    # SIG_IGN
    75 07                   jne    next
    8d 4b ff                lea    ecx, [rbx - 1]
    49 0f ab cd             bts    r13, rcx
    ff cb            next:  dec    ebx
    75 d6                   jne    signal
    4d 89 2c 24             mov    [r12], r13
    b8 2e 01 00 00          mov    eax, 302              # prlimit64(0, RLIMIT_NOFILE, NULL, r12 + 8)
    31 ff                   xor    edi, edi
    be 07 00 00 00          mov    esi, 7
    31 d2                   xor    edx, edx
    4d 8d 54 24 08          lea    r10, [r12 + 8]
    0f 05                   syscall
    ff c0                   inc    eax
    41 89 44 24 18          mov    [r12 + 24], eax
    48 83 c4 28             add    rsp, 40
    5a                      pop    rdx
    e9 00 00 00 00          jmp    Node's own start
  `,
  },
  183: {
    // A branch counts in words, from itself.
    jump: (code, distance) =>
      code.writeUInt32LE(0x14000000 | ((distance / 4 + 1) & 0x3ffffff), code.length - 4),
    text: `
    ff c3 00 d1          sub   sp, sp, #0x30  # room for a struct sigaction of the kernel, and for x0
    e0 17 00 f9          str   x0, [sp, #40]
    53 00 08 10          adr   x19, data + 16 # the data, behind the mark
    14 00 80 d2          mov   x20, #0x0      # the mask
    15 08 80 d2          mov   x21, #0x40     # signals from the last to the first
    c8 10 80 d2  signal: mov   x8, #0x86      # rt_sigaction(signal, NULL, sp, 8)
    e0 03 15 aa          mov   x0, x21
    01 00 80 d2          mov   x1, #0x0
    e2 03 00 91          mov   x2, sp
    03 01 80 d2          mov   x3, #0x8
    01 00 00 d4          svc   #0x0
    00 01 00 b5          cbnz  x0, next
    e0 03 40 f9          ldr   x0, [sp]
    1f 04 00 f1          cmp   x0, #0x1       # SIG_IGN
    a1 00 00 54          b.ne  next
    a1 06 00 d1          sub   x1, x21, #0x1
    22 00 80 d2          mov   x2, #0x1
    42 20 c1 9a          lsl   x2, x2, x1
    94 02 02 aa          orr   x20, x20, x2
    b5 06 00 f1  next:   subs  x21, x21, #0x1
    21 fe ff 54          b.ne  signal
    74 02 00 f9          str   x20, [x19]
    a8 20 80 d2          mov   x8, #0x105     # prlimit64(0, RLIMIT_NOFILE, NULL, x19 + 8)
    00 00 80 d2          mov   x0, #0x0
    e1 00 80 d2          mov   x1, #0x7
    02 00 80 d2          mov   x2, #0x0
    63 22 00 91          add   x3, x19, #0x8
    01 00 00 d4          svc   #0x0
    00 04 00 11          add   w0, w0, #0x1
    60 1a 00 b9          str   w0, [x19, #24]
    e0 17 40 f9          ldr   x0, [sp, #40]
    ff c3 00 91          add   sp, sp, #0x30
    01 00 00 14          b     Node's own start
  `,
  },
};

/**
 * @param {number} machine
 * @returns {import('./elf.js').Entry}
 * @throws {Error} where there is none for it
 */
export function entryFor(machine) {
  const row = codes[machine];
  if (row === undefined) throw new Error(`there is no beginning for machine ${machine}`);
  const lines = row.text.trim().split('\n');
  const bytes = lines.map((line) => /^\s*((?:[0-9a-f]{2} )+)/.exec(line)?.[1] ?? '').join('');
  const data = Buffer.alloc(dataBytes);
  data.write(mark, 'latin1');
  return { code: Buffer.from(bytes.replaceAll(' ', ''), 'hex'), jump: row.jump, data };
}
