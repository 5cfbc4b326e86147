/** Finds asyncio's table in a process: in the library of its C part, or where that is built in, in the interpreter's binary. */

import { currentPlatform } from '../../platform/index.js';
import {
  type AsyncioLayout,
  asyncioSection,
  asyncioTableBytes,
  readAsyncioTable,
} from '../layouts/asyncio-debug.js';
import { coroutineLayout } from '../layouts/coroutines.js';
import type { Peek } from '../memory/peek.js';
import { createElfCache } from '../target/locate.js';
import { listModules, loadElf, type Module } from '../target/modules.js';
import type { Target } from '../target/target.js';

/** The name of a binary that may have it. */
const mayHaveTable = /asyncio|python/i;

/** @returns null where there is none: to 3.13, where asyncio is not loaded, or where its library cannot be opened */
export function findAsyncioTable({ pid, layout }: Target, peek: Peek): AsyncioLayout | null {
  if (!coroutineLayout(layout)?.taskTable) return null;
  const cache = createElfCache();
  const modules = listModules(pid, currentPlatform().readMaps(pid));
  const nameOf = ({ path }: Module): string => path.slice(path.lastIndexOf('/') + 1);
  const candidates = modules.filter((module, index) => index === 0 || mayHaveTable.test(nameOf(module)));
  // Its own library is small and quickly read, an interpreter's binary is neither.
  const isOwn = (module: Module): boolean => nameOf(module).startsWith('_asyncio');
  candidates.sort((a, b) => Number(isOwn(b)) - Number(isOwn(a)));
  for (const module of candidates) {
    const loaded = loadElf(pid, module, cache);
    const section = loaded?.elf.sections.find(({ name }) => name === asyncioSection);
    if (!loaded || !section || section.size < asyncioTableBytes) continue;
    const view = peek.view(section.address + loaded.bias, asyncioTableBytes);
    const table = view && readAsyncioTable(view);
    if (table) return table;
  }
  return null;
}
