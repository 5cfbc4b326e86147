/** The selection in the address: a link brings it again, Back the step before. */
import type { Recording } from '../figures/recording.js';
import { fragmentOf, type PageFacts, type Selection, selectionOf } from '../figures/selection.js';

export class PageAddress {
  readonly #facts: PageFacts;
  readonly #recording: Recording;

  constructor(recording: Recording) {
    this.#recording = recording;
    const { head, lengthNs, lanes } = recording;
    const { fromS, opensMine, hasCpu } = head;
    this.#facts = { originS: fromS, opensMine, hasCpu, lengthNs, lanes: lanes.length };
  }

  /** What it says now. */
  recall(): Selection {
    const said = selectionOf(location.hash, this.#facts);
    const { tasks, hasNative, head } = this.#recording;
    const isFile = this.#recording.functions.some(({ file }) => file === said.source);
    return {
      ...said,
      calls: this.#recording.functionNamed(said.calls) < 0 ? '' : said.calls,
      source: isFile ? said.source : '',
      task: tasks.includes(said.task) ? said.task : '',
      native: said.native || !hasNative,
      processes: said.processes && head.processes.length > 1,
      tasks: said.tasks && tasks.length > 0,
    };
  }

  /** Has it say a selection. @param isStep whether Back is to lead to what it says now */
  keep(selection: Selection, isStep: boolean): void {
    const fragment = fragmentOf(selection, this.#facts);
    if (fragment === (location.hash || '#')) return;
    try {
      if (isStep) history.pushState(null, '', fragment);
      else history.replaceState(null, '', fragment);
    } catch {
      // A sandboxed page has no history; it works without.
    }
  }
}
