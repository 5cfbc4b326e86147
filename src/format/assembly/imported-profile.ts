/** A profile of another program's making, as its reader tells it. What its format does not have is null: it is not made up. */

export interface ImportedFrame {
  readonly name: string;
  /** Empty where not known. */
  readonly file: string;
  /** 1-based; 0 where not known: of the function, and of what it executed. */
  readonly firstLine: number;
  readonly line: number;
}

/** Compared by identity: a reader gives each thread once. */
export interface ImportedThread {
  readonly pid: number | null;
  readonly osId: number | null;
  readonly name: string | null;
  readonly command: readonly string[];
  readonly pythonVersion: string;
}

/** Where a format does not tell threads apart. */
export const unknownThread: ImportedThread = {
  ...{ pid: null, osId: null, name: null },
  ...{ command: [], pythonVersion: '' },
};

/** Samples of one thread with one stack. */
export interface ImportedSample {
  readonly thread: ImportedThread;
  /** Outermost first; each object stands for one frame wherever it occurs. */
  readonly frames: readonly ImportedFrame[];
  /** The asyncio task that ran. */
  readonly task: string | null;
  /** A whole number above 0. */
  readonly samples: number;
  /** What all of them stand for, in whole ns. */
  readonly wallNs: number;
  /** Null where not known. */
  readonly cpuNs: number | null;
  /** Bits of `status`. Where not given, neither when threads ran nor who held the GIL is known. */
  readonly status?: number;
  /** When its first one began, in ns from any moment of the profile's; there where the profile has times. */
  readonly fromNs?: number;
  /** Whether frames are missing that were outside of these. */
  readonly isCut?: boolean;
}

export interface ImportedProfile {
  /** Of its beginning, in ns since 1970; null where not known. */
  readonly startedUtcNs: bigint | null;
  /** Whether all samples say when they began; those of one thread follow each other then. */
  readonly hasTimes: boolean;
  readonly samples: Iterable<ImportedSample>;
}

/** Longer time lines than this, in ns, are not imported: those of a trace stay exact. */
export const longestNs = 50 * 86_400e9;

/** More samples than this are not imported: files of a few bytes could claim any number. */
export const maxImportedSamples = 10_000_000;
