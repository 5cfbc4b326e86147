/** Objects that are told by a name: functions, methods, built-in functions and modules. */
import type { Layout } from '../layouts/layout.js';
import type { Peek } from '../memory/peek.js';
import { readCString, readDictItem, readString } from '../objects/objects.js';

/** @returns the text, or null where the type is none of these or the name is not readable */
export function readNamed(peek: Peek, layout: Layout, object: number, type: string): string | null {
  const at = `at 0x${object.toString(16)}`;
  switch (type) {
    case 'function':
      return named(functionName(peek, layout, object), (name) => `<function ${name} ${at}>`);
    case 'method':
    case 'instancemethod': {
      const called = peek.pointer(object + layout.values.method.function);
      const name = called ? functionName(peek, layout, called) : null;
      const bound = peek.pointer(object + layout.values.method.self) ? 'bound' : 'unbound';
      return named(name, (text) => `<${bound} method ${text} ${at}>`);
    }
    case 'builtin_function_or_method':
      return named(builtinName(peek, layout, object), (name) => `<built-in function ${name}>`);
    case 'module': {
      const dict = peek.pointer(object + layout.module.dict);
      const name = dict ? readDictItem(peek, layout, dict, '__name__') : null;
      return named(name && readString(peek, layout, name), (text) => `<module '${text}'>`);
    }
    default:
      return null;
  }
}

function named(name: string | number | null, text: (name: string) => string): string | null {
  return typeof name === 'string' ? text(name) : null;
}

function functionName(peek: Peek, layout: Layout, object: number): string | null {
  const name = peek.pointer(object + layout.values.functionName);
  return name ? readString(peek, layout, name) : null;
}

/** The first word of a PyMethodDef is the name (Include/methodobject.h). */
function builtinName(peek: Peek, layout: Layout, object: number): string | null {
  const definition = peek.pointer(object + layout.values.method.function);
  const name = definition ? peek.pointer(definition) : null;
  return name ? readCString(peek, name) : null;
}
