/** Finds asyncio's table in a process: in the library of its C part, or where that is built in, in the interpreter's binary. */
import { basename } from 'node:path';
import { currentPlatform } from '../../platform/index.js';
import { coroutineLayout } from '../layouts/coroutines.js';
import type { Peek } from '../memory/peek.js';
import { loadBinary } from '../target/binaries.js';
import { createElfCache } from '../target/locate.js';
import { listModules, type Module } from '../target/modules.js';
import type { Target } from '../target/target.js';
import { type AsyncioLayout, asyncioSections, asyncioTableBytes, readAsyncioTable } from './asyncio-debug.js';

/** The name of a binary that may have it. */
const mayHaveTable = /asyncio|python/i;

/** @returns null where there is none: to 3.13, where asyncio is not loaded, or where its library cannot be opened */
export function findAsyncioTable({ pid, layout }: Target, peek: Peek): AsyncioLayout | null {
  if (!coroutineLayout(layout)?.taskTable) return null;
  const cache = createElfCache();
  const modules = listModules(pid, currentPlatform().readMaps(pid));
  const nameOf = ({ path }: Module): string => basename(path);
  const candidates = modules.filter((module, index) => index === 0 || mayHaveTable.test(nameOf(module)));
  // Its own library is small and quickly read, an interpreter's binary is neither.
  const isOwn = (module: Module): boolean => nameOf(module).startsWith('_asyncio');
  candidates.sort((a, b) => Number(isOwn(b)) - Number(isOwn(a)));
  for (const module of candidates) {
    const binary = loadBinary({ pid, peek, cache }, module);
    const section = binary?.sections.find(({ name }) => asyncioSections.has(name));
    if (!section || section.size < asyncioTableBytes) continue;
    const view = peek.view(section.address, asyncioTableBytes);
    const table = view && readAsyncioTable(view);
    if (table) return table;
  }
  return null;
}
