/**
 * What the recorder has to know of one CPython version: offsets in bytes, and named traits where versions
 * differ in kind and not only in numbers. The walk reads a row; it never asks for a version.
 */
import type { CallSites } from './call-sites.js';
import type { Operators } from './operators.js';
import type { ValueLayout } from './values.js';

/**
 * Where an interpreter says which thread holds its GIL, and on which condition variable those sleep that want it
 * (take_gil in Python/ceval_gil.h, from 3.12 ceval_gil.c).
 */
export type GilPlace =
  /** The variable `_PyThreadState_Current`: pointer to the thread state that runs; `gil_cond` (to 3.6). */
  | { readonly kind: 'variable' }
  /**
   * `_PyRuntime` + offset: pointer to the thread state that runs (3.7 to 3.11); `waiters` null if not known. Two mutexes of the C
   * library, whose size depends on the architecture, lie between: see `gilMutexes`.
   */
  | { readonly kind: 'runtime'; readonly current: number; readonly waiters: number | null }
  /**
   * interpreter + offset: pointer to the GIL; in that, `last_holder`, `locked` and `cond` (3.12+), and in free-threaded
   * builds `enabled`, which is 0 while the GIL is off.
   */
  | {
      readonly kind: 'interpreter';
      readonly gil: number;
      readonly holder: number;
      readonly locked: number;
      readonly waiters: number;
      readonly enabled: number | null;
    };

/** Mutexes in front of `GilPlace.current` (Include/internal/pycore_gil.h: `mutex`, `switch_mutex`), and the size that rows have them with. */
export const gilMutexes = { count: 2, bytes: 40 };

/** Where an interpreter says whether its garbage collector is under way: an int that is then 1. */
export type CollectorPlace =
  /** The variable `collecting` (to 3.6). */
  | { readonly kind: 'variable' }
  /** `_PyRuntime` + offset (3.7, 3.8). */
  | { readonly kind: 'runtime'; readonly collecting: number }
  /** interpreter + offset (3.9+). */
  | { readonly kind: 'interpreter'; readonly collecting: number };

/** How the instruction stored in a frame is to be read. */
export type InstructionTrait =
  /** 32-bit index into the bytecode, in bytes (to 3.9); an instruction has 1 or 3 bytes before 3.6, and 2 from then on. */
  | 'byte-index'
  /** The same, in units of two bytes (3.10). */
  | 'unit-index'
  /** Pointer into the bytecode that stands inside the code object, or into a thread's copy of it (3.11+). */
  | 'pointer';

/** Encodings of a code object's line table (Objects/lnotab_notes.txt, Objects/locations.md). */
export type LineTableTrait =
  /** Pairs of unsigned numbers (to 3.5). */
  | 'unsigned-lnotab'
  /** Changes of line are signed (3.6 to 3.9). */
  | 'lnotab'
  /** 3.10. */
  | 'linetable'
  /** 3.11+. */
  | 'locations';

/** How keys and values of a dict lie in memory. */
export type DictTrait =
  /** One open table of (hash, key, value) (2.7). */
  | 'table'
  /** The same in an object of its own, with dk_size places, which dicts can share (3.3 to 3.5). */
  | 'shared-table'
  /** dk_size as a number, an index, and entries in a row, each with its hash (3.6 to 3.10). */
  | 'sized-keys'
  /** dk_log2_size, entries without hash for string keys (3.11+). */
  | 'log2-keys';

/** What names and paths are made of. */
export type TextTrait =
  /** Byte strings, here taken for UTF-8 (2.7). */
  | 'bytes'
  /** str with 1, 2 or 4 bytes a character behind the object's head (3.3+). */
  | 'unicode';

/** How an int that fits a pointer is stored. */
export type IntegerTrait =
  /** A machine word behind the head (2.7). */
  | 'word'
  /** Digits of 30 bits; their number is a word of its own. */
  | 'digits'
  /** The same; the number shares its word with three flag bits (3.12+). */
  | 'tagged-digits';

/** Where an ordinary object keeps its attributes. */
export type AttributesTrait =
  /** A dict at the type's tp_dictoffset (to 3.10). */
  | 'dict-offset'
  /** Pointers to values and to a dict before the object (3.11). */
  | 'values-before'
  /** One pointer before the object, odd if it leads to values (3.12). */
  | 'tagged-before'
  /** Values inside the object, a dict pointer before it (3.13+). */
  | 'inline-values';

export interface Layout {
  /** "3.12" */
  readonly version: string;
  /** Whether the interpreter carries a table of its own offsets, which then overrides this row. */
  readonly debugTable: boolean;
  /** The exported or static variable from which everything is reached. */
  readonly root: '_PyRuntime' | 'interp_head';
  /** Offset from the root of the pointer to the newest interpreter. */
  readonly runtime: { readonly interpretersHead: number };
  readonly gil: GilPlace;
  readonly collector: CollectorPlace;
  readonly interpreter: {
    readonly next: number;
    readonly threadsHead: number;
    readonly modules: number;
    /** 32-bit count that changes whenever a thread gets or gives up its copies of bytecode; null where it has none. */
    readonly copiesGeneration: number | null;
    /**
     * 32-bit count that changes whenever a code object is made (3.12: the variable `_Py_next_func_version`; 3.13:
     * func_state.next_version in Include/internal/pycore_interp.h) or freed (3.14+: _code_object_generation); null where
     * there is none.
     */
    readonly codeGeneration: number | 'variable' | null;
  };
  readonly thread: {
    readonly next: number;
    readonly interpreter: number;
    readonly id: number;
    /** Size of both ids, an `unsigned long`: 4 where ids are the system's numbers (Windows), 8 where they are addresses. */
    readonly idBytes: 4 | 8;
    /** null before 3.11: the OS thread id is then read from the C library's thread structure. */
    readonly nativeId: number | null;
    /** Pointer to the running frame, or to a _PyCFrame if `viaCFrame` is set. */
    readonly frame: number;
    /** Offset in _PyCFrame of the pointer to the running frame (3.11, 3.12). */
    readonly viaCFrame: number | null;
    /** Pointer to the top data-stack chunk (3.11+); its second word is the chunk's size. */
    readonly dataStackChunk: number | null;
  };
  readonly frame: {
    /** Whether a frame is a Python object (to 3.10), or a record on the data stack (3.11+). */
    readonly isObject: boolean;
    readonly code: number;
    /** Low bits of the pointer to the code object that are a tag, and no part of the address (3.14+: 3). */
    readonly codeTag: number;
    readonly previous: number;
    /** Pointer to the function object; the low bits can be a tag. null where a frame does not say it (to 3.10). */
    readonly called: number | null;
    readonly instruction: number;
    readonly instructionTrait: InstructionTrait;
    /** One byte; values of `foreignOwner` and above are not Python frames. null where there is no such field. */
    readonly owner: number | null;
    readonly foreignOwner: number;
    /** One byte: whether C code called the frame. null where a frame of the interpreter's own stands between (3.12+), or always (to 3.10). */
    readonly isEntry: number | null;
    /** Whether the outermost frame is a Python one (to 3.11), or the interpreter's own entry frame (3.12+). */
    readonly pythonOutermost: boolean;
    /** Pointer to the frame's evaluation stack; null where that is behind the variables (3.11+). */
    readonly valueStack: number | null;
    /**
     * Where the frame says how far its values reach while it waits for a frame that it called: a 32-bit count (3.11 to 3.13), or
     * a pointer behind the last one (3.14+). null where there is no such thing (to 3.10).
     */
    readonly valueEnd: { readonly offset: number; readonly trait: 'count' | 'pointer' } | null;
    /** Bytes to read of a frame so that all of the above is in them. */
    readonly size: number;
  };
  readonly code: {
    readonly filename: number;
    readonly name: number;
    readonly qualname: number | null;
    readonly firstLine: number;
    readonly flags: number;
    readonly lineTable: number;
    readonly lineTableTrait: LineTableTrait;
    /** 32-bit number that it got from `codeGeneration` (co_version in 3.12 and 3.13); null where that counts something else. */
    readonly version: number | null;
    /**
     * 32-bit index, in units of two bytes, of the first instruction of a function proper: what stands before sets the frame
     * up, and traceback does not show a frame that is there. null where there is no such thing (to 3.10).
     */
    readonly firstTraceable: number | null;
    /** Where the bytecode starts inside the object, for pointers into it. */
    readonly bytecode: number | null;
    /** Pointer to a bytes object that holds the bytecode; null where the code object does itself (3.11+). */
    readonly bytecodeObject: number | null;
    /** Pointers to tuples: constants, and names of globals and attributes. */
    readonly constants: number;
    readonly names: number;
    /** Pointer to the threads' copies of the bytecode: their number, then pointers (free-threaded 3.14+). */
    readonly copies: number | null;
    /** 32-bit counts: variables of all kinds (null where frames are objects, to 3.10), and depth of the evaluation stack. */
    readonly slots: { readonly variables: number | null; readonly stack: number };
  };
  readonly callSites: CallSites;
  readonly operators: Operators;
  /** How many low bits of the argument of LOAD_ATTR do not belong to the index of the name (3.12+: 1). */
  readonly attributeShift: number;
  /** Whether each instruction has two bytes, and none is rewritten: then names say what it calls (3.6 to 3.10). */
  readonly isWordcode: boolean;
  /** Instructions at which a thread gives the GIL up on demand, and does nothing else; null where it does so at any (to 3.10). */
  readonly gilChecks: ReadonlySet<number> | null;
  /** Every Python object: its type, and the size of its head, behind which its own fields begin. */
  readonly object: { readonly type: number; readonly size: number };
  /** Where a function points to its code; null where frames say which function they are of (3.11+). */
  readonly functionCode: number | null;
  readonly unicode: {
    readonly length: number;
    readonly state: number;
    /** The lowest of the three bits in `state` that say how wide a character is; "compact" and "ascii" follow. */
    readonly kindBit: number;
    /** Sizes of PyASCIIObject and PyCompactUnicodeObject: the characters follow. */
    readonly asciiSize: number;
    readonly compactSize: number;
  };
  readonly bytes: { readonly length: number; readonly data: number };
  readonly dict: { readonly trait: DictTrait; readonly keys: number; readonly values: number };
  readonly type: {
    readonly name: number;
    readonly basicSize: number;
    readonly flags: number;
    readonly dictOffset: number;
    readonly cachedKeys: number;
  };
  readonly module: { readonly dict: number };
  readonly attributes: AttributesTrait;
  /** Where the pointer to an instance's dict stands, seen from the instance (`inline-values`). */
  readonly managedDict: number;
  readonly integers: IntegerTrait;
  readonly text: TextTrait;
  /** The attribute of `threading.Thread` that holds the name. */
  readonly threadName: string;
  /** For the values of variables. */
  readonly values: ValueLayout;
}
