/** Options of whatever sends a recording: whose it is, and how a server is reached. */
import { type Command, Option } from 'commander';
import { type PushFormat, pushFormatNames } from '../../run/server/push-formats.js';

export interface SendOptions {
  readonly service?: string;
  readonly label?: readonly string[];
  readonly bearerFile?: string;
  readonly basicFile?: string;
  readonly ca?: string;
}

/** --format, or what it is called beside another one; without it the address says it. */
export function formatOption(flags: string): Option {
  return new Option(
    flags,
    'what the server takes (default: what the path of the address says, else pyroscope)',
  ).choices(pushFormatNames);
}

/** --service and --label. */
export function addIdentityOptions(group: Command): Command {
  return group
    .option('--service <name>', 'name of the service (default: OTEL_SERVICE_NAME)')
    .option('--label <name=value>', 'a label, also several times (default: host, pod)', collect);
}

/** --bearer-file, --basic-file and --ca. */
export function addCredentialOptions(group: Command): Command {
  return group
    .option('--bearer-file <file>', 'file with a token (default: PYSPY_PUSH_BEARER)')
    .option('--basic-file <file>', 'file with USER:PASSWORD (default: PYSPY_PUSH_BASIC)')
    .option('--ca <file>', 'certificates to trust besides the usual ones, PEM (default: none)');
}

/** In the words of a request. */
export function readSendOptions({ service, label, bearerFile, basicFile, ca }: SendOptions) {
  return {
    ...{ service, labels: label ?? [] },
    ...{ bearerFile: bearerFile ?? null, basicFile: basicFile ?? null, caFile: ca ?? null },
  };
}

/** How long a piece is, in ns, if nothing else is said. */
export function usualPieceNs(format: PushFormat): number {
  return format === 'put' ? 600e9 : 10e9;
}

function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}
