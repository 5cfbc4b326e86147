/** Which samples of a trace a command is to take, and in which words that is told. */
import type { SampleFilter } from '../../replay/samples/sample-filter.js';

export interface ChosenSamples {
  readonly filter: SampleFilter;
  /** The filters in force, in words for a heading; empty when there are none. */
  readonly words: readonly string[];
  /** The same without those that let more samples through. */
  readonly wordsButIdle: readonly string[];
}

/** A window of a trace, in the forms that people write; undefined for beginning and end. */
export interface AskedWindow {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}
