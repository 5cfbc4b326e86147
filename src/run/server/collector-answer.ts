/** What an OpenTelemetry collector answers, in protobuf or JSON: of bytes that are no such message, nothing is believed. */
import { bytesOf, type Message, numbersOf, readMessage } from '../../format/encodings/protobuf-message.js';

export interface PartialSuccess {
  /** How many profiles of a request were not taken. */
  readonly rejected: bigint;
  /** Why, or a warning; empty for neither. */
  readonly message: string;
}

const nothing: PartialSuccess = { rejected: 0n, message: '' };

/**
 * Of ExportProfilesServiceResponse: partial_success = 1 { rejected_profiles = 1; error_message = 2 } (opentelemetry-proto 1.11.0,
 * profiles_service.proto); in JSON the fields are in lowerCamelCase, and numbers of 64 bits may be texts.
 * @param body no more than the caller is ready to hold several times over
 */
export function readPartialSuccess(body: Uint8Array, isJson: boolean): PartialSuccess {
  try {
    if (isJson) return readJson(JSON.parse(Buffer.from(body).toString('utf8')));
    const [partial] = bytesOf(readMessage(body), 1).slice(-1);
    if (partial === undefined) return nothing;
    const fields = readMessage(partial);
    const rejected = BigInt.asIntN(64, numbersOf(fields, 1).at(-1) ?? 0n);
    return { rejected, message: lastText(fields, 2) };
  } catch {
    return nothing;
  }
}

/** Of google.rpc.Status (code = 1, message = 2, details = 3), which comes with an error; empty where there is none. */
export function readStatusMessage(body: Uint8Array): string {
  try {
    return lastText(readMessage(body), 2);
  } catch {
    return '';
  }
}

function readJson(answer: unknown): PartialSuccess {
  const partial = fieldOf(answer, 'partialSuccess');
  const rejected = fieldOf(partial, 'rejectedProfiles');
  const message = fieldOf(partial, 'errorMessage');
  return {
    rejected: /^\d{1,19}$/.test(String(rejected)) ? BigInt(String(rejected)) : 0n,
    message: typeof message === 'string' ? message : '',
  };
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

/** Of a field that is there more than once the last counts (https://protobuf.dev/programming-guides/encoding). */
function lastText(message: Message, field: number): string {
  const [text] = bytesOf(message, field).slice(-1);
  return text === undefined ? '' : Buffer.from(text).toString('utf8');
}
