/** Which module code belongs to: a package or module of Python, or the binary of native code. */
import type { CodeFunction } from '../../format/reading/stack-forest.js';
import { functionKind } from '../../format/vocabulary.js';
import { functionName, isBinaryCode } from './code-name.js';
import type { CodePaths } from './code-path.js';

export interface ModuleName {
  /**
   * `json` or `django.db`, as `CodePaths.module` has it; of native code the binary's file name. Null for Python code whose file
   * has no name.
   * What is no code, or native code of no binary, goes by its own name.
   */
  readonly name: string | null;
  /** Path of native code's binary as the process had it; null for all else. */
  readonly binary: string | null;
}

export function moduleOf(code: CodeFunction, paths: CodePaths): ModuleName {
  const { file, kind } = code;
  if (file === '') return { name: kind === functionKind.python ? null : functionName(code), binary: null };
  if (!isBinaryCode(code)) return { name: paths.module(file) || null, binary: null };
  return { name: file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1), binary: file };
}
