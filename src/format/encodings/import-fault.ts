/** What is wrong with a file that is to be imported. */
import { PyspyError } from '../../errors.js';

/** The error for a file that is damaged, or has what cannot be imported. */
export function cannotImport(path: string, what: string, hint?: string): PyspyError {
  return new PyspyError('trace', `cannot import ${path}: ${what}`, {
    hint: hint ?? 'Make it again, or say with --format what it is.',
  });
}

/** The error for counts of samples whose time is not known. */
export function needsRate(path: string): PyspyError {
  return new PyspyError('usage', `${path} has counts and no times`, {
    hint: "Say how many samples a second were taken: --rate 100 (that is py-spy's default).",
  });
}

/** What a reader is told besides the file. */
export interface ImportOptions {
  readonly path: string;
  /** Samples a second; null where the user has not said it. */
  readonly rateHz: number | null;
}

/** Deeper stacks than this are damage. */
export const maxDepth = 200_000;
