/**
 * What can go wrong, in words for the person at the terminal. An error says what happened, where, what was
 * expected; the hint stands apart and says what to do next. Only cli.ts turns one into an exit status.
 */

/**
 * Exit statuses of every command: 69, 70, 74, 75 and 78 are those of sysexits.h (a server that refuses, an internal error, output
 * that could not be written to its end, a server that may take it later, an installation that does not run on this Node); 130 is what a shell says of a program that SIGINT killed.
 */
export const exitStatus = {
  regression: 1,
  usage: 2,
  notComparable: 3,
  inconclusive: 4,
  target: 5,
  trace: 6,
  refused: 69,
  internal: 70,
  output: 74,
  unsent: 75,
  installation: 78,
  interrupted: 130,
} as const;

export type ErrorKind = keyof typeof exitStatus;

export class PyspyError extends Error {
  override readonly name = 'PyspyError';
  readonly kind: ErrorKind;
  readonly hint: string | undefined;

  /**
   * @param kind what the exit status will say
   * @param message one sentence: what happened and where, what was expected and what was found
   * @param options.hint what to do next, one sentence
   */
  constructor(kind: ErrorKind, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.hint = options.hint;
  }
}

/** The `code` of a Node system error (ENOENT, EACCES …), or undefined for anything else. */
export function systemErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
