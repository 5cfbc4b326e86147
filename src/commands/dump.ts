/** `pyspy dump`: the stacks of all threads, of a process now or out of a recording. */
import type { Command } from 'commander';
import { PyspyError } from '../errors.js';
import type { DumpResult, DumpThread } from '../format/dump-result.js';
import { addJsonOption, parsePid } from './options.js';
import { isColoured, print, printJson, withTrace } from './output.js';

interface DumpCommandOptions {
  readonly pid?: number;
  readonly at?: string;
  readonly json?: boolean;
}

export function registerDump(program: Command): void {
  const command = program
    .command('dump')
    .description('show the stacks of all threads: of a process now, or at a moment of a recording')
    .argument('[file]', 'trace, written by "pyspy record"')
    .option('-p, --pid <pid>', 'look at this process', parsePid)
    .option(
      '--at <time>',
      'moment of the recording: 10s, 1m30s, 00:01:30, -10s (from the end), 50%, T14:03:22',
    );
  addJsonOption(command).action((file: string | undefined, options: DumpCommandOptions) =>
    runDump(file, options),
  );
}

async function runDump(file: string | undefined, options: DumpCommandOptions): Promise<void> {
  const { pid, at } = options;
  if (pid !== undefined) {
    if (file !== undefined || at !== undefined)
      throw new PyspyError('usage', 'dump takes either --pid or a trace with --at, not both', {
        hint: 'pyspy dump --pid PID, or pyspy dump FILE --at TIME.',
      });
    const { snapshot } = await import('../record/snapshot.js');
    const result = await snapshot(pid);
    return options.json ? printJson(result) : print(await renderDump('', result));
  }
  if (file === undefined || at === undefined)
    throw new PyspyError(
      'usage',
      file === undefined ? 'dump needs --pid or a trace' : 'dump needs a moment: --at TIME',
      {
        hint: 'pyspy dump --pid PID, or pyspy dump FILE --at TIME.',
      },
    );
  await withTrace(file, async (reader) => {
    const { resolveMoment } = await import('../replay/window.js');
    const { dumpAt } = await import('../replay/dump-at.js');
    const result = dumpAt(reader, resolveMoment(reader, at, '--at'));
    const { showSeconds, stateNote } = await import('./heading.js');
    const { escapeTerminal } = await import('../render/terminal.js');
    const note = `${escapeTerminal(file)} at ${showSeconds(result.at_s ?? 0)}\n${stateNote(reader.state())}\n`;
    await (options.json ? printJson(result) : print(await renderDump(note, result)));
  });
}

async function renderDump(note: string, result: DumpResult): Promise<string> {
  const { createStyle, escapeTerminal } = await import('../render/terminal.js');
  const style = createStyle(isColoured());
  let text = note;
  for (const process of result.processes) {
    text += style.bold(escapeTerminal(`Process ${process.pid}: ${process.command.join(' ')}`));
    text += `\n${escapeTerminal(`Python ${process.python}`)}`;
    for (const thread of process.threads) {
      const name = thread.name === null ? '(no name)' : `"${thread.name}"`;
      const number = thread.os_thread_id ?? thread.thread_id;
      text += `\n\n${style.bold(escapeTerminal(`Thread ${number} ${name}`))} (${describeThread(thread)})`;
      for (const frame of thread.frames) {
        text += `\n    ${escapeTerminal(frame.function)} ${style.dim(escapeTerminal(`(${frame.file}:${frame.line || '?'})`))}`;
        for (const [local, value] of Object.entries(frame.locals ?? {}))
          text += `\n        ${escapeTerminal(local)} = ${escapeTerminal(value)}`;
      }
      if (thread.frames.length === 0)
        text += `\n    ${thread.failed ? '(stack not read)' : '(no Python frames)'}`;
    }
    text += '\n\n';
  }
  return text.replace(/\n\n$/, '\n');
}

function describeThread(thread: DumpThread): string {
  return [
    thread.status === 'unknown' ? 'state not known' : thread.status,
    ...(thread.gil ? ['holds the GIL'] : []),
    ...(thread.gil_wait ? ['waits for the GIL'] : []),
    ...(thread.collecting ? ['collects garbage'] : []),
    ...(thread.torn ? ['stack may mix two moments'] : []),
  ].join(', ');
}
