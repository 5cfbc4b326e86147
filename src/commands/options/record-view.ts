/**
 * `record -o profile.svg`, as py-spy's users type it: a recording goes to a trace beside it first, and what was asked for is
 * made of that.
 */

import { PyspyError } from '../../errors.js';
import type { ViewRequest } from '../../run/record/recording-view.js';

/** py-spy's --format. */
export const recordFormats: readonly string[] = ['flamegraph', 'speedscope', 'raw', 'chrometrace'];

/** What a view shows of a recording, by py-spy's options of record. */
export interface ViewOptions {
  readonly format?: string;
  readonly gil?: boolean;
  readonly idle?: boolean;
  readonly threads?: boolean;
  readonly nolineno?: boolean;
}

export interface RecordView {
  readonly kind: ViewRequest['kind'];
  /** File to make. */
  readonly path: string;
  /** Trace to record to. */
  readonly trace: string;
}

const kinds: Readonly<Record<string, RecordView['kind']>> = {
  '.svg': 'flame',
  '.json': 'speedscope',
  '.txt': 'folded',
  '.folded': 'folded',
  '.collapsed': 'folded',
};
const kindOfFormat: Readonly<Record<string, RecordView['kind']>> = {
  flamegraph: 'flame',
  speedscope: 'speedscope',
  raw: 'folded',
  chrometrace: 'chrome',
};
/** For a format without a name to write to. */
const usualName = {
  flame: 'profile.svg',
  speedscope: 'profile.speedscope.json',
  folded: 'profile.folded',
  chrome: 'profile.chrome.json',
};

/**
 * @param output the name that was given with -o
 * @returns null where a trace is wanted
 * @throws PyspyError of kind "usage" for what cannot be made, or says something only about a view
 */
export function chooseView(output: string | undefined, options: ViewOptions): RecordView | null {
  const { format } = options;
  const extension = /\.[a-z]+$/i.exec(output ?? '')?.[0].toLowerCase() ?? '';
  if (output === '-')
    throw new PyspyError('usage', 'a trace is a database file, which cannot go to stdout', {
      hint: 'Record to a file, then: pyspy flame FILE -o -, or pyspy export FILE --format folded.',
    });
  if (format !== undefined && kindOfFormat[format] === undefined)
    throw new PyspyError('usage', `record does not make the format ${format}`, {
      hint: `Formats: ${recordFormats.join(', ')}. Without one, a trace that all of them can be made of.`,
    });
  if (extension === '.html')
    throw new PyspyError('usage', `cannot write ${output}: recordings are drawn as SVG, not as HTML`, {
      hint: `Name a picture, which zooms and searches in a browser, too: -o ${output!.slice(0, -5)}.svg.`,
    });
  const kind = format === undefined ? kinds[extension] : kindOfFormat[format];
  if (kind === undefined) {
    const option = (['gil', 'idle', 'threads', 'nolineno'] as const).find((name) => options[name]);
    if (option !== undefined)
      throw new PyspyError('usage', `--${option} says what to show, and a trace has everything`, {
        hint:
          option === 'nolineno'
            ? 'Give it to what shows the trace: pyspy export FILE --format folded --names.'
            : `Give it to what shows the trace: pyspy flame FILE --${option}. Or name a picture: -o profile.svg.`,
      });
    return null;
  }
  const path = output ?? usualName[kind];
  return { kind, path, trace: `${path.replace(/\.[a-z]+$/i, '')}.trace` };
}
