/** Frames of imported profiles, each once. */
import { tooMuch } from '../assembly/import-limits.js';
import type { ImportedFrame } from '../assembly/imported-profile.js';
import { TextIds } from '../encodings/text-ids.js';

/** Each takes some hundred bytes, here and in the trace; the largest programs have some ten thousand functions. */
const mostFrames = 1_000_000;

export class FrameList {
  readonly #path: string;
  readonly #texts = new TextIds();
  readonly #known = new Map<string, ImportedFrame>();

  /** @param path what the profile is called in errors */
  constructor(path: string) {
    this.#path = path;
  }

  /** @throws PyspyError of kind "trace" where there are more than any program has */
  get(name: string, file: string, line: number, firstLine = 0): ImportedFrame {
    const key = `${this.#texts.of(name)},${this.#texts.of(file)},${line},${firstLine}`;
    let frame = this.#known.get(key);
    if (frame === undefined) {
      if (this.#known.size >= mostFrames) throw tooMuch(this.#path, `over ${mostFrames} frames`);
      frame = { name, file, line, firstLine };
      this.#known.set(key, frame);
    }
    return frame;
  }
}

/** `function (file:line)`, `function (file)` or `function`, as py-spy and pyspy write frames; `file:function:line`, as CPython does. */
export function parseFrame(text: string): { name: string; file: string; line: number } {
  // No expression: one that finds no end tries anew at each of the places where it could begin.
  const open = text.endsWith(')') ? text.indexOf(' (') : -1;
  if (open <= 0) {
    const [, path, own, at] = /^(.+\.pyc?|<[^>:]+>):([^:]+):(\d{1,9})$/s.exec(text) ?? [];
    return path === undefined
      ? { name: text, file: '', line: 0 }
      : { name: own!, file: path, line: Number(at) };
  }
  const [name, place] = [text.slice(0, open), text.slice(open + 2, -1)];
  const [, file, line] = /^(.*):(\d{1,9})$/s.exec(place) ?? [];
  return file === undefined ? { name, file: place, line: 0 } : { name, file, line: Number(line) };
}
