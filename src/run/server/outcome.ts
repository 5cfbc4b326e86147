/** What a server's answer means, in words for people: taken, later perhaps, or refused. */
import type { IncomingHttpHeaders } from 'node:http';
import { addressWithoutSecrets } from '../../address-text.js';
import { readPartialSuccess, readStatusMessage } from './collector-answer.js';
import { readConnectError } from './connect-error.js';
import { mostAnswerBytes, type Reply, tooSlow } from './exchange.js';
import type { HttpProxy } from './proxy.js';
import { type PushFormat, pushFormatRow } from './push-formats.js';

export type Outcome =
  /** `note` is what the server had to say about it; empty for nothing. */
  | { readonly kind: 'taken'; readonly note: string }
  /** It may take the same later: after so many ms, if it said so. */
  | { readonly kind: 'later'; readonly what: string; readonly hint: string; readonly afterMs: number | null }
  /** It will not: this window alone, or anything that is sent like that. */
  | { readonly kind: 'refused'; readonly what: string; readonly hint: string; readonly isOfWindow: boolean }
  /** It did not get all of it: what was to be sent could not be read here. */
  | { readonly kind: 'unread'; readonly what: string; readonly hint: string };

export interface Sent {
  readonly format: PushFormat;
  readonly hasCredentials: boolean;
  /** What it went through; null for nothing. */
  readonly proxy: HttpProxy | null;
  /** Ms since 1970. */
  readonly nowMs: number;
  /** Takes out of a text what must not be shown: a server may send back what it got. */
  readonly clean: (text: string) => string;
}

export function judge(reply: Reply, sent: Sent): Outcome {
  const { proxy } = sent;
  if (reply.kind === 'none') return judgeSilence(reply.code, reply.side === 'proxy' ? proxy : null);
  if (reply.kind === 'blocked') return judgeBlocked(reply.status, reply.headers, sent);
  if (reply.kind === 'unread')
    return {
      ...{ kind: 'unread', what: `the file made of it cannot be read (${reply.code})` },
      hint: 'It was in the folder for temporary files: look what else deletes there, or set TMPDIR.',
    };
  const { status, headers } = reply;
  const error = sent.format === 'pyroscope-push' ? readConnectError(reply.body) : null;
  const said = error === null ? textOf(reply, sent.clean) : shorten(sent.clean(error.message));
  const code = error === null ? '' : ` (${error.code})`;
  // One that passes requests on may have answered itself.
  const by = proxy === null || proxy.isTunnel ? '' : ` by way of ${proxyText(proxy)}`;
  const answered = `it answered ${status}${code}${by}${said === '' ? '' : `: ${said}`}`;
  const type = headers['content-type'] ?? '';
  if (status >= 200 && status < 300) {
    if (reply.isCut)
      return refused(
        `it answered ${status} with more than ${mostAnswerBytes / 1_024} kB`,
        'Is that such a server? See --format.',
      );
    if (/^text\/html\b/i.test(type))
      return refused(
        `it answered ${status} with a page for browsers, so nothing shows that it took anything`,
        'It may be the page of a login: look at the address in a browser.',
      );
    if (sent.format === 'pyroscope-push' && !/^application\/proto\b/i.test(type))
      return refused(
        `it answered ${status}, but not as its push API does, so nothing shows that it took anything`,
        'Look at the address, and at --format.',
      );
    return sent.format === 'otlp' ? judgePartial(reply.body, type, sent.clean) : { kind: 'taken', note: '' };
  }
  if (status >= 300 && status < 400)
    return refused(
      `it answered ${status} and leads to ${shorten(sent.clean(addressWithoutSecrets(headers.location ?? 'nowhere')))}`,
      'pyspy follows no redirect, since credentials would follow it, too: give the last address with --to.',
    );
  const isTooLarge = status === 413 || error?.isTooLarge === true;
  if (!isTooLarge && (error?.isForNow === true || pushFormatRow(sent.format).laterStatuses.includes(status)))
    return {
      ...{ kind: 'later', what: answered, afterMs: retryAfterMs(headers['retry-after'], sent.nowMs) },
      hint: 'Try again when it has less to do.',
    };
  if (status === 401 || status === 403)
    return refused(
      answered,
      sent.hasCredentials
        ? 'It does not accept these credentials: they may have expired, or may not write.'
        : 'It wants credentials: --bearer-file, --basic-file, or PYSPY_PUSH_BEARER or PYSPY_PUSH_BASIC in the environment.',
    );
  if ([404, 405, 415, 501].includes(status))
    return refused(answered, 'Look at the address, and at --format: it says what is sent, and where to.');
  if (isTooLarge)
    return refused(
      answered,
      'Send less at once: --every 5s, or filters such as --thread; or raise its limit.',
      true,
    );
  return refused(answered, 'Look into its log; --format says what is sent to it.', true);
}

function refused(what: string, hint: string, isOfWindow = false): Outcome {
  return { kind: 'refused', what, hint, isOfWindow };
}

/** Codes for which waiting changes nothing; those of the system are of servers that are away. */
const faults: readonly (readonly [RegExp, string, string])[] = [
  [
    /CERT|SELF_SIGNED|UNABLE_TO|ISSUER|HOSTNAME_MISMATCH/,
    'its certificate is not trusted',
    'Give the certificate of who signed it: --ca FILE.',
  ],
  [/^(?:EPROTO|ERR_SSL|ERR_TLS)/, 'it does not speak TLS as it should', 'Is it http:// instead of https://?'],
  [/^HPE_/, 'its answer is no HTTP', 'Look at the port: is it https:// instead of http://?'],
];

const silences: Readonly<Record<string, string>> = {
  [tooSlow]: 'no answer came in time',
  ECONNREFUSED: 'nobody listens there',
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name could not be looked up',
  EHOSTUNREACH: 'no way leads to its host',
  ENETUNREACH: 'no way leads to its network',
  ETIMEDOUT: 'it cannot be reached',
};

/** @param proxy the one that has not answered; null where it is the server */
function judgeSilence(code: string, proxy: HttpProxy | null): Outcome {
  const who = proxy === null ? '' : `${proxyText(proxy)}: `;
  const fault = faults.find(([codes]) => codes.test(code));
  if (fault !== undefined) return refused(`${who}${fault[1]} (${code})`, fault[2]);
  const words = silences[code] ?? 'it closed the connection without an answer';
  const what = silences[code] === undefined || code === tooSlow ? words : `${words} (${code})`;
  return {
    ...{ kind: 'later', what: `${who}${what}`, afterMs: null },
    hint:
      proxy === null
        ? 'Look at the address, and whether the server runs.'
        : `Look at ${proxy.variable}, and whether the proxy runs; NO_PROXY leaves hosts out.`,
  };
}

/** What a proxy answers that does not lead to the server. */
function judgeBlocked(status: number, headers: IncomingHttpHeaders, { proxy, nowMs, format }: Sent): Outcome {
  const { variable = '', authorization = null } = proxy ?? {};
  const what = `${proxyText(proxy)}: it answered ${status}`;
  if (pushFormatRow(format).laterStatuses.includes(status))
    return {
      ...{ kind: 'later', what, afterMs: retryAfterMs(headers['retry-after'], nowMs) },
      hint: 'It may not reach the server for now, or have too much to do.',
    };
  if (status !== 407)
    return refused(
      what,
      `Does it let others through to there? ${variable} names it; NO_PROXY leaves hosts out.`,
    );
  return refused(
    what,
    authorization === null
      ? `It wants credentials: write USER:PASSWORD@ before the host in ${variable}.`
      : `It does not accept the user and the password that ${variable} has.`,
  );
}

function proxyText(proxy: HttpProxy | null): string {
  return `its proxy ${proxy?.shown ?? ''}`;
}

/** What is not about the length of a wait, or about one in the past, counts as not said. */
function retryAfterMs(header: string | undefined, nowMs: number): number | null {
  if (header === undefined) return null;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1_000;
  const untilMs = Date.parse(header);
  return Number.isNaN(untilMs) ? null : Math.max(0, untilMs - nowMs);
}

/** An ExportProfilesServiceResponse: what of a request was not taken. */
function judgePartial(body: Buffer, type: string, clean: Sent['clean']): Outcome {
  const { rejected, message } = readPartialSuccess(body, /^application\/json\b/i.test(type));
  const said = shorten(clean(message));
  if (rejected > 0n)
    return refused(
      `it took the request, but not ${rejected} of its profiles${said === '' ? '' : `: ${said}`}`,
      'Look into its log.',
      true,
    );
  return { kind: 'taken', note: said };
}

/** What the answer says, if it is text, or one of protobuf. */
function textOf({ body, headers }: Extract<Reply, { kind: 'answer' }>, clean: Sent['clean']): string {
  const type = headers['content-type'] ?? '';
  if (/^application\/(?:x-)?protobuf\b/i.test(type)) return shorten(clean(readStatusMessage(body)));
  return /^text\/html\b/i.test(type) ? '' : shorten(clean(body.toString('utf8')));
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}
