/** What is too much, or no number, in a profile of another program's making. */
import { PyspyError } from '../../errors.js';

/** Frames of all stacks together, however often one occurs: a small file can claim any depth. */
export const maxDepths = 200_000_000;

/** The error for a file that has more of something than can be imported. */
export function tooMuch(path: string, excess: string): PyspyError {
  return new PyspyError('trace', `${path} has more than can be imported: ${excess}`, {
    hint: 'Import a part of it.',
  });
}

/** The error for a sample whose time or count is negative, a fraction, or none at all. */
export function noNumber(path: string): PyspyError {
  return new PyspyError('trace', `cannot import ${path}: a number of a sample is none`, {
    hint: 'Make it again, or say with --format what it is.',
  });
}
