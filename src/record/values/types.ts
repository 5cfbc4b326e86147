/** Types of objects: by which names they go, and of which built-in type they are a kind. */
import type { Layout } from '../layouts/layout.js';
import type { Peek } from '../memory/peek.js';
import { pointerAt } from '../memory/pointers.js';
import { readCString, readDictItem, readString } from '../objects/objects.js';

/** Type flags (Include/object.h). */
const heapType = 1 << 9;
const typeSubclass = 1 << 31;

/** Flags of types that are a kind of a built-in one, and that one. */
const kinds3 = [
  [1 << 24, 'int'],
  [1 << 25, 'list'],
  [1 << 26, 'tuple'],
  [1 << 27, 'bytes'],
  [1 << 28, 'str'],
  [1 << 29, 'dict'],
  [1 << 30, 'exception'],
  [typeSubclass, 'type'],
] as const;
const kinds2 = [
  [1 << 23, 'int'],
  [1 << 24, 'long'],
  [1 << 25, 'list'],
  [1 << 26, 'tuple'],
  [1 << 27, 'str'],
  [1 << 28, 'unicode'],
  [1 << 29, 'dict'],
  [1 << 30, 'exception'],
  [typeSubclass, 'type'],
] as const;

export interface TypeInfo {
  readonly address: number;
  /** "shop.Order", or "list" of a type written in C. */
  readonly name: string;
  /** Whether it is written in C and can be told by its name. */
  readonly isStatic: boolean;
  /** The built-in type of which it is a kind, as far as flags tell: all but set, float and complex. */
  readonly kind: string | null;
}

export class TypeReader {
  readonly #peek: Peek;
  readonly #layout: Layout;
  /** Types written in C live as long as the program. */
  readonly #static = new Map<number, TypeInfo>();

  constructor(peek: Peek, layout: Layout) {
    this.#peek = peek;
    this.#layout = layout;
  }

  /** The type of an object; null if there is no object at the address, as far as can be seen. */
  of(object: number): TypeInfo | null {
    const type = this.#peek.pointer(object + this.#layout.values.type);
    return type ? (this.#static.get(type) ?? this.#read(type)) : null;
  }

  /** What an object is called that is a type itself. */
  nameOf(type: number): string | null {
    return (this.#static.get(type) ?? this.#read(type))?.name ?? null;
  }

  #read(type: number): TypeInfo | null {
    const peek = this.#peek;
    const { type: at, values } = this.#layout;
    // The type of a type is a kind of `type`: what is none is no type.
    const meta = peek.pointer(type + values.type);
    const metaFlags = meta ? peek.u32(meta + at.flags) : null;
    if (metaFlags === null || (metaFlags & typeSubclass) === 0) return null;
    const flags = peek.u32(type + at.flags);
    const nameAt = peek.pointer(type + at.name);
    const short = nameAt ? readCString(peek, nameAt) : null;
    if (flags === null || !short) return null;
    const isStatic = (flags & heapType) === 0;
    const kinds = values.literals === 'python2' ? kinds2 : kinds3;
    const kind = kinds.find(([flag]) => (flags & flag) !== 0)?.[1] ?? null;
    const info = { address: type, name: isStatic ? short : this.#fullName(type, short), isStatic, kind };
    if (isStatic) this.#static.set(type, info);
    return info;
  }

  #fullName(type: number, short: string): string {
    const peek = this.#peek;
    const layout = this.#layout;
    const { dict, qualname } = layout.values.typeObject;
    const qualnameAt = peek.pointer(type + qualname);
    const name = (qualnameAt ? readString(peek, layout, qualnameAt) : null) ?? short;
    const dictAt = peek.pointer(type + dict);
    const moduleAt = dictAt ? readDictItem(peek, layout, dictAt, '__module__') : null;
    const module = moduleAt ? readString(peek, layout, moduleAt) : null;
    return module === null || module === '' ? name : `${module}.${name}`;
  }
}

/** Attributes in slots of a class and its bases (Objects/typeobject.c, PyMemberDef): name and offset in the object. */
export function readSlots(peek: Peek, layout: Layout, type: number): { name: string; offset: number }[] {
  const objectMember = 16;
  const memberBytes = 40;
  const slots: { name: string; offset: number }[] = [];
  let at: number | null = type;
  for (let bases = 0; at && bases < 20; bases++) {
    const flags = peek.u32(at + layout.type.flags) ?? 0;
    if ((flags & heapType) === 0) break;
    const members = peek.pointer(at + layout.values.typeObject.members);
    for (let index = 0; members && index < 64; index++) {
      const member = peek.view(members + index * memberBytes, memberBytes);
      const nameAt = member === null ? 0 : pointerAt(member, 0);
      const name = nameAt === 0 ? null : readCString(peek, nameAt);
      if (member === null || name === null) break;
      const offset = pointerAt(member, 16);
      if (member.getInt32(8, true) === objectMember && offset < 4096) slots.push({ name, offset });
    }
    at = peek.pointer(at + layout.values.typeObject.base);
  }
  return slots;
}
