/** What OpenTelemetry's profiles say of the process that they are of: its semantic conventions have the names. */
import { basename } from 'node:path';
import type { OtlpKeyValue } from '../../format/foreign/otlp-messages.js';
import type { TraceReader } from '../../format/reading/reader.js';
import type { ProcessRow } from '../../format/vocabulary.js';

/** What the trace knows of a process; a service has no name there, so it goes by the one for unknown ones. */
export function describeResource(reader: TraceReader, process: ProcessRow): OtlpKeyValue[] {
  const { executable, command, pid, pythonVersion, recording } = process;
  const host = reader.recordings.find(({ id }) => id === recording)?.host.name ?? '';
  return [
    textOf('service.name', `unknown_service:${basename(executable) || 'python'}`),
    ...(host === '' ? [] : [textOf('host.name', host)]),
    { key: 'process.pid', value: { intValue: pid } },
    ...(executable === '' ? [] : [textOf('process.executable.path', executable)]),
    ...(command.length === 0
      ? []
      : [
          {
            key: 'process.command_args',
            value: { arrayValue: { values: command.map((stringValue) => ({ stringValue })) } },
          },
        ]),
    ...(pythonVersion === ''
      ? []
      : [textOf('process.runtime.name', 'cpython'), textOf('process.runtime.version', pythonVersion)]),
  ];
}

function textOf(key: string, stringValue: string): OtlpKeyValue {
  return { key, value: { stringValue } };
}
