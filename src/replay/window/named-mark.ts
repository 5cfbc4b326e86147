/** Marks of a recording, by name. */
import { PyspyError } from '../../errors.js';
import type { StoredMark } from '../../format/reading/event-rows.js';
import type { TraceReader } from '../../format/reading/reader.js';
import { seconds } from './figure.js';
import { timeHint } from './time-point.js';

/** What a mark's name stands behind where it could be taken for a time. */
const prefix = 'mark:';
/** Names that an error lists. */
const listed = 10;

/**
 * Finds the mark that a user means by `mark:NAME`, or by a bare NAME that is no time.
 * @param option how the user calls it ("--from"), for the error
 * @throws PyspyError of kind "usage" where there is none, or several
 */
export function findMark(reader: TraceReader, text: string, option: string): StoredMark {
  const isMark = text.startsWith(prefix);
  const name = (isMark ? text.slice(prefix.length) : text).trim();
  const marks = reader.marks();
  const found = marks.filter((mark) => mark.name === name);
  if (found.length === 1) return found[0]!;
  const quoted = `${option} ${JSON.stringify(text)}`;
  if (found.length > 1)
    throw new PyspyError('usage', `${quoted} is the name of ${found.length} marks of ${reader.path}`, {
      hint: `Give the time of the one that is meant: ${list(found.map(({ atNs }) => `${seconds(atNs)}s`))}.`,
    });
  const names = [...new Set(marks.map((mark) => JSON.stringify(mark.name)))];
  throw new PyspyError(
    'usage',
    `${quoted} is ${isMark ? 'no mark' : 'not a time, and no mark'} of ${reader.path}`,
    {
      hint:
        names.length > 0
          ? `It has the marks ${list(names)}.`
          : isMark
            ? 'It has no marks; "pyspy mark" makes them.'
            : timeHint,
    },
  );
}

function list(items: readonly string[]): string {
  return items.length > listed
    ? `${items.slice(0, listed).join(', ')} and ${items.length - listed} more`
    : items.join(', ');
}
