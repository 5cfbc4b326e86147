/** What samples of OpenTelemetry's profiles refer to: strings, functions, locations, stacks and attributes, each once. */
import type {
  OtlpAttribute,
  OtlpDictionary,
  OtlpFunction,
  OtlpLocation,
  OtlpValue,
  OtlpValueType,
} from '../../format/foreign/otlp-messages.js';
import type { CodeFrame, StackForest } from '../../format/reading/stack-forest.js';
import { functionKind } from '../../format/vocabulary.js';
import { emptyStack, functionName, unknownStack } from '../names/code-name.js';
import type { FrameDetail } from '../names/frame-text.js';
import type { Cell } from '../samples/cell.js';
import { type Fold, unreadNode } from '../sums/fold.js';

/** What all samples of one stack with the same attributes add up to. */
export interface Measured {
  readonly stackIndex: number;
  readonly attributeIndices: readonly number[];
  samples: number;
  wallNs: number;
  cpuNs: number;
}

/** OpenTelemetry's words for what runs a frame (semantic conventions, profile.frame.type). */
const frameTypes: Readonly<Record<number, string>> = {
  [functionKind.python]: 'cpython',
  [functionKind.native]: 'native',
  [functionKind.loop]: 'native',
  [functionKind.kernel]: 'kernel',
};

export class OtlpTables {
  readonly #strings = new Table<string>('');
  readonly #functions = new Table<Partial<OtlpFunction>>({});
  readonly #locations = new Table<Partial<OtlpLocation>>({});
  readonly #attributes = new Table<Partial<OtlpAttribute>>({});
  /** Each with the place of its caller's stack in `#tries`, and its location. */
  readonly #tries = new Table<{ caller: number; location: number }>({ caller: 0, location: 0 });
  readonly #stacks = new Table<number>(0);
  readonly #forest: StackForest;
  readonly #detail: FrameDetail;
  /** Places of nodes in `#tries`, as far as they are known; 0 where not. */
  readonly #trieOf: Uint32Array;

  constructor({ forest }: Fold, detail: FrameDetail) {
    this.#forest = forest;
    this.#detail = detail;
    this.#trieOf = new Uint32Array(forest.parents.length);
  }

  valueType(type: string, unit: string): OtlpValueType {
    return { typeStrindex: this.#string(type), unitStrindex: this.#string(unit) };
  }

  /** @param node index into the forest, or negative for a sample without frames, which has one of that name */
  stack(node: number): number {
    const trie =
      node >= 0
        ? this.#trieOfNode(node)
        : this.#trie(0, this.#location({ name: node === unreadNode ? unknownStack : emptyStack }));
    return this.#stacks.add(String(trie), trie);
  }

  /** Thread and task of a cell, in the words of the semantic conventions where those have some. */
  attributesOf({ namedThread: { thread, label }, task }: Cell): number[] {
    const attributes = [this.#attribute('thread.name', { stringValue: label })];
    if (thread.osId !== null) attributes.push(this.#attribute('thread.id', { intValue: thread.osId }));
    if (task !== null) attributes.push(this.#attribute('pyspy.task', { stringValue: task }));
    return attributes;
  }

  /** When all samples are known. */
  dictionary(): OtlpDictionary {
    // References to nothing, as long as what they refer to is: some readers expect that (profiles.proto, link_table).
    const noLink = { traceId: new Uint8Array(16), spanId: new Uint8Array(8) };
    return {
      mappingTable: [{}],
      locationTable: this.#locations.items,
      functionTable: this.#functions.items,
      linkTable: [noLink],
      stringTable: this.#strings.items,
      attributeTable: this.#attributes.items,
      stackTable: this.#listStacks(),
    };
  }

  *#listStacks(): OtlpDictionary['stackTable'] & Generator {
    for (const stack of this.#stacks.items) {
      const locationIndices: number[] = [];
      for (let at = stack; at > 0; at = this.#tries.items[at]!.caller)
        locationIndices.push(this.#tries.items[at]!.location);
      yield { locationIndices };
    }
  }

  #string(text: string): number {
    return this.#strings.add(text, text);
  }

  #trie(caller: number, location: number): number {
    return this.#tries.add(`${caller} ${location}`, { caller, location });
  }

  #trieOfNode(node: number): number {
    const { parents, frameOf, frames } = this.#forest;
    const unknown: number[] = [];
    let at = node;
    for (; at >= 0 && this.#trieOf[at] === 0; at = parents[at]!) unknown.push(at);
    let trie = at < 0 ? 0 : this.#trieOf[at]!;
    for (const each of unknown.reverse()) {
      trie = this.#trie(trie, this.#locate(frames[frameOf[each]!]!));
      this.#trieOf[each] = trie;
    }
    return trie;
  }

  #attribute(key: string, value: OtlpValue): number {
    return this.#attributes.add(JSON.stringify([key, value]), { keyStrindex: this.#string(key), value });
  }

  #locate({ function: code, line }: CodeFrame): number {
    const detail = this.#detail;
    const isNameOnly = detail === 'name';
    return this.#location({
      name: functionName(code),
      file: isNameOnly ? '' : code.file,
      startLine: isNameOnly ? 0 : code.firstLine,
      line: detail === 'line' ? line : 0,
      type: frameTypes[code.kind],
    });
  }

  #location(of: {
    name: string;
    file?: string;
    startLine?: number;
    line?: number;
    type?: string | undefined;
  }): number {
    const { name, file = '', startLine = 0, line = 0, type } = of;
    const nameStrindex = this.#string(name);
    const filenameStrindex = this.#string(file);
    const functionIndex = this.#functions.add(`${nameStrindex} ${filenameStrindex} ${startLine}`, {
      ...{ nameStrindex, filenameStrindex, startLine },
    });
    const attributeIndices =
      type === undefined ? [] : [this.#attribute('profile.frame.type', { stringValue: type })];
    return this.#locations.add(`${functionIndex} ${line} ${attributeIndices.join()}`, {
      lines: [{ functionIndex, line }],
      attributeIndices,
    });
  }
}

/** A list whose items are each there once, the first of which stands for none. */
class Table<Item> {
  readonly items: Item[];
  readonly #known = new Map<string, number>();

  constructor(none: Item) {
    this.items = [none];
    if (none === '') this.#known.set('', 0);
  }

  /** Where an item is, to which its key leads; it is added if it is new. */
  add(key: string, item: Item): number {
    let at = this.#known.get(key);
    if (at === undefined) {
      at = this.items.length;
      this.items.push(item);
      this.#known.set(key, at);
    }
    return at;
  }
}
