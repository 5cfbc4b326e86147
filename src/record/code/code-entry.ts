/** What is known of one code object, and when it was last seen to be the same. */
import type { CallSite } from './call-site.js';
import type { CodeArea } from './code-areas.js';
import type { LineRanges } from './linetable.js';
import type { WaitRole } from './wait-role.js';

export class CodeEntry {
  readonly address: number;
  /** The pointers that identify the object, as the 32-bit words at `identityOffset` of it. */
  readonly identity: Uint32Array;
  /** co_name */
  readonly name: string;
  readonly waitRole: WaitRole;
  readonly functionId: number;
  readonly firstLine: number;
  /** Address of the first instruction, where instructions are pointers. */
  readonly bytecode: number;
  readonly lines: LineRanges;
  readonly isGenerator: boolean;
  /** One that `await` waits for, and a task runs. */
  readonly isCoroutine: boolean;
  /** Values that a frame has room for, where frames hold them. */
  readonly slots: number;
  /** How many of them are variables; the others are its evaluation stack. */
  readonly variables: number;
  /** Bytes of bytecode that only set a frame up; traceback does not show a frame that stands there. */
  readonly preamble: number;
  /** Addresses of threads' copies of the bytecode that were met, and when (see BytecodeCopies). */
  copies: number[] = [];
  copiesRound = 0;
  /** Frame ids by instruction position. */
  readonly frames = new Map<number, number>();
  /** What is known of where a frame can stand, by instruction. */
  readonly sites = new Map<number, CallSite<CodeEntry>>();
  /** Code that a frame of it was seen to hold when it called it, from wherever. */
  readonly calls = new Set<CodeEntry>();
  /** How often a call of some code was seen, in whatever way, from where it was seen most. */
  readonly mostSeen = new Map<CodeEntry, number>();
  /** Epoch of the cache in which the identity was last seen unchanged, and the number of the read it was last planned for. */
  verifiedEpoch = -1;
  plannedRead = -1;
  /** With which others it is read. */
  area: CodeArea | null = null;
  /** Set once another object lives at this address; from the start if the line table was not readable just then. */
  dead = false;

  constructor(
    init: Pick<
      CodeEntry,
      | 'address'
      | 'identity'
      | 'name'
      | 'waitRole'
      | 'functionId'
      | 'firstLine'
      | 'bytecode'
      | 'lines'
      | 'isGenerator'
      | 'isCoroutine'
      | 'slots'
      | 'variables'
      | 'preamble'
    >,
  ) {
    this.address = init.address;
    this.identity = init.identity;
    this.name = init.name;
    this.waitRole = init.waitRole;
    this.functionId = init.functionId;
    this.firstLine = init.firstLine;
    this.bytecode = init.bytecode;
    this.lines = init.lines;
    this.isGenerator = init.isGenerator;
    this.isCoroutine = init.isCoroutine;
    this.slots = init.slots;
    this.variables = init.variables;
    this.preamble = init.preamble;
  }

  /** Whether words that were read hold, from an index on, what identifies this code object. */
  isAt(words: Uint32Array, at: number): boolean {
    const { identity } = this;
    for (let i = 0; i < identity.length; i++) if (identity[i] !== words[at + i]) return false;
    return true;
  }
}
