/** Scalars and arrays of numpy (numpy/arrayscalars.h, ndarraytypes.h), as numpy 1 and 2 lay them out. */
import type { Layout } from '../layouts/layout.js';
import type { Peek } from '../memory/peek.js';
import { isAddress, pointerAt } from '../memory/pointers.js';
import { readCString } from '../objects/objects.js';
import { complexText, floatText, halfFloat } from './literals.js';

const bool = (view: DataView): string => (view.getUint8(0) ? 'True' : 'False');

/** Bytes of a scalar, and its text. */
const scalars: ReadonlyMap<string, readonly [number, (view: DataView) => string]> = new Map([
  ['numpy.bool_', [1, bool]],
  ['numpy.bool', [1, bool]],
  ['numpy.int8', [1, (view) => String(view.getInt8(0))]],
  ['numpy.int16', [2, (view) => String(view.getInt16(0, true))]],
  ['numpy.int32', [4, (view) => String(view.getInt32(0, true))]],
  ['numpy.intc', [4, (view) => String(view.getInt32(0, true))]],
  ['numpy.int64', [8, (view) => String(view.getBigInt64(0, true))]],
  ['numpy.longlong', [8, (view) => String(view.getBigInt64(0, true))]],
  ['numpy.uint8', [1, (view) => String(view.getUint8(0))]],
  ['numpy.uint16', [2, (view) => String(view.getUint16(0, true))]],
  ['numpy.uint32', [4, (view) => String(view.getUint32(0, true))]],
  ['numpy.uintc', [4, (view) => String(view.getUint32(0, true))]],
  ['numpy.uint64', [8, (view) => String(view.getBigUint64(0, true))]],
  ['numpy.ulonglong', [8, (view) => String(view.getBigUint64(0, true))]],
  ['numpy.float16', [2, (view) => floatText(halfFloat(view.getUint16(0, true)))]],
  ['numpy.float32', [4, (view) => singleText(view.getFloat32(0, true))]],
  ['numpy.float64', [8, (view) => floatText(view.getFloat64(0, true))]],
  ['numpy.complex64', [8, (view) => complexText(view.getFloat32(0, true), view.getFloat32(4, true))]],
  ['numpy.complex128', [16, (view) => complexText(view.getFloat64(0, true), view.getFloat64(8, true))]],
]);

/** The shortest decimal that is this single-precision number and no other. */
function singleText(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return floatText(short);
  }
  return floatText(value);
}

/** @returns "numpy.float64(1.5)", or null if the type is no such scalar or the object is not readable */
export function readNumber(peek: Peek, layout: Layout, object: number, type: string): string | null {
  const scalar = scalars.get(type);
  if (scalar === undefined) return null;
  const [length, show] = scalar;
  const view = peek.view(object + layout.values.head, length);
  return view && `${type}(${show(view)})`;
}

/** Most dimensions that an array can have (NPY_MAXDIMS of numpy 2). */
const maxDimensions = 64;

/** @returns "shape=(3, 4) dtype=float64", or null if that is not readable */
export function readArray(peek: Peek, layout: Layout, object: number): string | null {
  const { dimensionCount, dimensions, elementType, scalarType } = layout.values.array;
  const count = peek.i32(object + dimensionCount);
  const sizesAt = peek.pointer(object + dimensions);
  const element = peek.pointer(object + elementType);
  if (count === null || count < 0 || count > maxDimensions || sizesAt === null || !element) return null;
  const sizes = count === 0 ? null : peek.view(sizesAt, count * 8);
  if (count > 0 && sizes === null) return null;
  const type = peek.pointer(element + scalarType);
  const nameAt = type ? peek.pointer(type + layout.type.name) : null;
  const name = nameAt && isAddress(nameAt) ? readCString(peek, nameAt) : null;
  if (name === null) return null;
  const shape: number[] = [];
  for (let i = 0; i < count; i++) shape.push(pointerAt(sizes!, i * 8));
  const text = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  return `shape=(${text}) dtype=${name.replace(/^numpy\./, '').replace(/_$/, '')}`;
}
