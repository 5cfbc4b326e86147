/** What a native frame is called. */
import { basename } from 'node:path';
import type { NativeFrame } from './native-stack.js';

export interface NativeName {
  /** A function without a name is its binary and where it begins in that. */
  readonly name: string;
  /** Path of the binary; "" where the code is in none. */
  readonly binary: string;
  /** Hexadecimal; null where the binary has none. */
  readonly buildId: string | null;
  /** Where the function begins in the binary, as linked. */
  readonly offset: number;
}

export function nameFrame({ pc, code }: NativeFrame): NativeName {
  if (code === null) return { name: '<code without a file>', binary: '', buildId: null, offset: pc };
  const { file, bias, start } = code;
  const offset = start - bias;
  const name = file.nameOf(offset) ?? `${basename(file.path)}+0x${offset.toString(16)}`;
  return { name, binary: file.path, buildId: file.parts.buildId, offset };
}
