/** Gives a moment of a recording a name. */
import { PyspyError } from '../../errors.js';
import { findMarkNameFault } from '../../format/writing/mark-name.js';
import { addMark } from '../../format/writing/mark-writer.js';
import { secondsText } from '../../render/words/text-numbers.js';
import { resolveMoment, resolveNow } from '../../replay/window/window.js';
import { tell } from '../output/notes.js';
import { withTrace } from '../replay/open-traces.js';

export interface MarkRequest {
  readonly file: string;
  readonly name: string;
  /** The moment, as the user wrote it; undefined for now. */
  readonly at: string | undefined;
}

/** @throws PyspyError of kind "usage", "trace" or "output" */
export async function runMark({ file, name, at }: MarkRequest): Promise<void> {
  const fault = findMarkNameFault(name);
  if (fault !== null)
    throw new PyspyError('usage', `${JSON.stringify(name)} is no name for a mark: ${fault}`, {
      hint: 'Give a short one, such as "warm" or "load done".',
    });
  const mark = await withTrace(file, (reader) => {
    if (at === undefined && reader.state() !== 'recording')
      throw new PyspyError('usage', `${file} is not being recorded, so there is no "now" in it`, {
        hint: 'Say which moment: --at 10s, --at 50%, --at T14:03:22.',
      });
    const atNs = at === undefined ? resolveNow(reader) : resolveMoment(reader, at, '--at');
    const covers = reader.recordings.find(
      ({ offsetNs, end }) => offsetNs <= atNs && atNs <= (end?.endedNs ?? Infinity),
    );
    return { recording: (covers ?? reader.recordings[0]!).id, atNs, name };
  });
  addMark(file, mark);
  tell(`marked ${secondsText(mark.atNs / 1e9)} of ${file} as ${name}`);
}
