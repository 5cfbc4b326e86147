/** What is asked of a push, and what of it is known before the trace is opened. */
import { PyspyError } from '../../errors.js';
import { tell } from '../output/notes.js';
import type { AskedWindow, ChosenSamples } from '../replay/chosen-samples.js';
import { type CredentialSources, readCertificates, readCredentials } from '../server/credentials.js';
import { type Destination, isOpen, parseDestination } from '../server/destination.js';
import { type PushFormat, pushFormatRow } from '../server/push-formats.js';
import { readIdentity } from './identity.js';
import type { PayloadPlan } from './payload.js';
import { checkStretch } from './stretch.js';

export interface PushRequest extends CredentialSources {
  readonly file: string;
  readonly to: string;
  readonly format: PushFormat;
  readonly window: AskedWindow;
  readonly samples: ChosenSamples;
  readonly service: string | undefined;
  /** "name=value" each. */
  readonly labels: readonly string[];
  /** Length of a piece; null for one piece. */
  readonly everyNs: number | null;
  /** Whether it goes on where the last run stopped. */
  readonly resumes: boolean;
  /** Whether it goes on until the recording has ended; resumes, too. */
  readonly follows: boolean;
  readonly retries: number;
  readonly timeoutMs: number;
  /** File with certificates; null for none. */
  readonly caFile: string | null;
}

/**
 * Checks a request, and says where credentials would go in the clear.
 * @throws PyspyError of kind "usage" for what cannot be sent so
 */
export function planPush(request: Omit<PushRequest, 'file'>): Omit<PayloadPlan, 'folder'> {
  const { format, samples } = request;
  const destination = parseDestination(request.to, format, process.env);
  checkRequest(request, destination);
  checkStretch(request);
  const identity = pushFormatRow(format).isProfile ? readIdentity(format, request, process.env) : null;
  readCertificates(request.caFile);
  const credentials = readCredentials(request, process.env);
  if (credentials !== null && isOpen(destination))
    tell('pyspy: the credentials go over http, where others can read them on their way');
  return { format, destination, identity, filter: samples.filter, isCut: isCut(request) };
}

/** Whether it is sent in pieces that are not the whole. */
function isCut({ everyNs, window: { from, to } }: Pick<PushRequest, 'everyNs' | 'window'>): boolean {
  return everyNs !== null || from !== undefined || to !== undefined;
}

/** @throws PyspyError of kind "usage" for what does not go together */
function checkRequest(request: Omit<PushRequest, 'file'>, { isFolder }: Destination): void {
  const { format, samples, labels, service, everyNs } = request;
  if (pushFormatRow(format).isProfile) return;
  const useless = [
    ...(samples.words.length > 0 ? ['filters'] : []),
    ...(labels.length > 0 ? ['--label'] : []),
    ...(service === undefined ? [] : ['--service']),
  ];
  if (useless.length > 0)
    throw new PyspyError(
      'usage',
      `--format ${format} sends traces as they are: ${useless.join(', ')} would have no effect`,
      {
        hint: 'Leave that out, or choose another --format.',
      },
    );
  if (everyNs !== null && !isFolder)
    throw new PyspyError('usage', '--every makes several files, and --to is the address of one', {
      hint: 'Let it end in "/": the files get names of the trace and the time.',
    });
}
