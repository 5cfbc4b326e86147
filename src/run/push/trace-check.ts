/** What a trace must have to be sent: a server files profiles by their time. */
import { PyspyError } from '../../errors.js';
import type { TraceReader } from '../../format/reading/reader.js';
import { isDated } from '../../replay/window/window.js';
import type { PayloadPlan } from './payload.js';

/** @throws PyspyError of kind "usage" for an import without times of samples, or without a date, where these are needed */
export function checkTrace(reader: TraceReader, { format, isCut, destination }: PayloadPlan): void {
  const isFile = format === 'put';
  if (!reader.hasTimes() && !isFile)
    throw new PyspyError(
      'usage',
      `${reader.path} was imported without times of samples, which a server goes by`,
      {
        hint: 'Write a file of it: pyspy export. Or send the trace as it is: --format put.',
      },
    );
  if (isDated(reader)) return;
  if (!isFile)
    throw new PyspyError('usage', `${reader.path} was imported without a date, which a server goes by`, {
      hint: 'Write a file of it: pyspy export. Or send the trace as it is: --format put.',
    });
  if (isCut && destination.isFolder)
    throw new PyspyError(
      'usage',
      `${reader.path} was imported without a date, after which pieces of it would be named`,
      {
        hint: 'Send all of it, without --every and a window; or give the address of a file for the one piece.',
      },
    );
}
