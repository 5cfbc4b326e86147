/** `pyspy mark FILE NAME`: gives a moment of a recording a name. */
import type { Command } from 'commander';
import { PyspyError } from '../errors.js';
import { tell } from './notes.js';
import { addExamples } from './options.js';
import { withTrace } from './output.js';

export function registerMark(program: Command): void {
  const command = program
    .command('mark')
    .description('give a moment of a recording a name that --from and --to take')
    .argument('<file>', 'trace, written by "pyspy record"; it may still be recorded')
    .argument('<name>', 'what to call the moment')
    .option('--at <time>', 'the moment, in the forms of --from (default: now, if it is being recorded)')
    .action((file: string, name: string, options: { at?: string }) => runMark(file, name, options));
  addExamples(command, 'pyspy mark run.trace warm --at 12.5s', 'pyspy top run.trace --from warm');
}

async function runMark(file: string, name: string, options: { at?: string }): Promise<void> {
  const { findMarkNameFault } = await import('../format/mark-name.js');
  const { addMark } = await import('../format/mark-writer.js');
  const { resolveMoment, resolveNow } = await import('../replay/window.js');
  const { secondsText } = await import('../render/words/phrases.js');
  const fault = findMarkNameFault(name);
  if (fault !== null)
    throw new PyspyError('usage', `${JSON.stringify(name)} is no name for a mark: ${fault}`, {
      hint: 'Give a short one, such as "warm" or "load done".',
    });
  const mark = await withTrace(file, (reader) => {
    if (options.at === undefined && reader.state() !== 'recording')
      throw new PyspyError('usage', `${file} is not being recorded, so there is no "now" in it`, {
        hint: 'Say which moment: --at 10s, --at 50%, --at T14:03:22.',
      });
    const atNs = options.at === undefined ? resolveNow(reader) : resolveMoment(reader, options.at, '--at');
    const covers = reader.recordings.find(
      ({ offsetNs, end }) => offsetNs <= atNs && atNs <= (end?.endedNs ?? Infinity),
    );
    return { recording: (covers ?? reader.recordings[0]!).id, atNs, name };
  });
  addMark(file, mark);
  tell(`marked ${secondsText(mark.atNs / 1e9)} of ${file} as ${name}`);
}
