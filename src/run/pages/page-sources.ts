/** The source files of a page: those whose code it shows, and no others. */
import type { TraceReader } from '../../format/reading/reader.js';
import type { CodeFunction } from '../../format/reading/stack-forest.js';
import type { PageSource } from '../../render/drawing/page-data.js';
import { showText } from '../../render/words/text.js';
import { isSource } from '../../replay/answers/heat.js';
import type { KeptStacks } from '../../replay/page/kept-stacks.js';
import { readSource } from '../views/source-file.js';

/** UTF-16 units of a line that are shown. */
const mostOfLine = 500;

interface FileCode {
  readonly file: string;
  readonly functions: Set<CodeFunction>;
  readonly sampled: Set<number>;
}

export class PageSources {
  /** By name as the page shows it; null where several are shown so. */
  readonly #files = new Map<string, FileCode | null>();

  constructor({ frames }: Pick<KeptStacks, 'frames'>) {
    for (const { function: code, line } of frames) {
      if (!isSource(code)) continue;
      const shown = showText(code.file);
      const known = this.#files.get(shown);
      if (known === null) continue;
      if (known !== undefined && known.file !== code.file) {
        this.#files.set(shown, null);
        continue;
      }
      const of = known ?? { file: code.file, functions: new Set(), sampled: new Set() };
      of.functions.add(code);
      of.sampled.add(line);
      this.#files.set(shown, of);
    }
  }

  /**
   * Reads one, made fit to show.
   * @param shown its name as the page shows it
   * @param folder where sources are instead; null for where they were
   */
  read(reader: TraceReader, shown: string, folder: string | null): PageSource {
    const code = this.#files.get(shown);
    if (code == null)
      return { state: 'missing', path: shown, reason: 'the page has no such file', lines: null };
    const { state, path, reason, lines } = readSource(reader, code, folder);
    // Behind the last line's end there is none.
    const end = lines?.at(-1) === '' ? -1 : undefined;
    return {
      state,
      path: showText(path),
      reason: reason === null ? null : showText(reason),
      lines: lines?.slice(0, end).map((line) => showText(line.replaceAll('\t', '    '), mostOfLine)) ?? null,
    };
  }
}
