/** The opcodes at which a frame may stand that waits for what it called, or for the GIL, or calls on behalf of an operator, against the interpreters' own names for them. */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { layouts } from '../../src/record/layouts/cpython.js';
import type { OperatorKind } from '../../src/record/layouts/operators.js';
import { describeEachPython } from '../support/each-python.js';
import { supportedMinors } from '../support/pythons.js';

/** In 3.11 and 3.12 only `dis` knows the numbers of what the interpreter rewrites instructions to. */
const script = `
import dis, json, opcode
codes = {**getattr(dis, "_all_opmap", {}), **getattr(opcode, "_specialized_opmap", {}), **opcode.opmap}
def opcodes(*families):
    def belongs(name):
        name = name.removeprefix("INSTRUMENTED_")
        return name.startswith(tuple(f + "_" for f in families)) or name in families
    return sorted(n for k, n in codes.items() if belongs(k) and not k.startswith("CALL_INTRINSIC"))
def checks(name):
    name = name.removeprefix("INSTRUMENTED_")
    return name.startswith(("JUMP_BACKWARD", "RESUME")) and name != "JUMP_BACKWARD_NO_INTERRUPT"
print(json.dumps({"calls": opcodes("CALL", "PRECALL"), "resumes": opcodes("SEND", "FOR_ITER"), "leaves": opcodes("RETURN", "YIELD_VALUE", "RAISE_VARARGS", "RERAISE"), "checks": sorted(n for k, n in codes.items() if checks(k))}))
`;

/** By kind, what the names of its instructions begin with. */
const families: Readonly<Record<OperatorKind, string>> = {
  binary:
    'BINARY_OP BINARY_ADD BINARY_AND BINARY_FLOOR_DIVIDE BINARY_LSHIFT BINARY_MATRIX_MULTIPLY BINARY_MODULO BINARY_MULTIPLY BINARY_OR BINARY_POWER BINARY_RSHIFT BINARY_SUBTRACT BINARY_TRUE_DIVIDE BINARY_XOR INPLACE',
  unary: 'UNARY_POSITIVE UNARY_NEGATIVE UNARY_INVERT',
  truth:
    'UNARY_NOT TO_BOOL POP_JUMP_IF POP_JUMP_FORWARD POP_JUMP_BACKWARD JUMP_IF_FALSE_OR_POP JUMP_IF_TRUE_OR_POP',
  compare: 'COMPARE_OP CONTAINS_OP',
  subscript: 'BINARY_SUBSCR STORE_SUBSCR DELETE_SUBSCR BINARY_SLICE STORE_SLICE',
  build: 'BUILD_SET BUILD_MAP SET_ADD MAP_ADD SET_UPDATE DICT_UPDATE DICT_MERGE BUILD_CONST_KEY_MAP',
  load: 'LOAD_ATTR LOAD_METHOD',
  super: 'LOAD_SUPER_ATTR',
  store: 'STORE_ATTR DELETE_ATTR',
  enter: 'SETUP_WITH SETUP_ASYNC_WITH BEFORE_WITH BEFORE_ASYNC_WITH LOAD_SPECIAL',
  exit: 'WITH_EXCEPT_START WITH_CLEANUP_START',
  iterate:
    'GET_ITER FOR_ITER SEND YIELD_FROM GET_YIELD_FROM_ITER GET_AITER GET_ANEXT GET_AWAITABLE UNPACK_SEQUENCE UNPACK_EX LIST_EXTEND',
  format: 'FORMAT_VALUE FORMAT_SIMPLE FORMAT_WITH_SPEC CONVERT_VALUE',
  import: 'IMPORT_NAME IMPORT_FROM',
};

const operatorScript = `
import dis, json, opcode, sys
codes = {**getattr(dis, "_all_opmap", {}), **getattr(opcode, "_specialized_opmap", {}), **opcode.opmap}
found = {}
for name, number in codes.items():
    name = name[len("INSTRUMENTED_"):] if name.startswith("INSTRUMENTED_") else name
    for kind, families in json.loads(sys.argv[1]).items():
        if number < 256 and any(name == f or name.startswith(f + "_") for f in families.split()):
            found[number] = kind
print(json.dumps({"found": found, "all": sorted(codes.values())}))
`;

describeEachPython(
  'operators of',
  (python) =>
    test('are the opcodes of these names', () => {
      const { stdout, stderr } = spawnSync(python.path, ['-c', operatorScript, JSON.stringify(families)], {
        encoding: 'utf8',
      });
      expect(stderr).toBe('');
      const { found, all } = JSON.parse(stdout);
      // Versions share a row: what one of them does not have is of no account.
      const known = [...(layouts.get(python.minor)?.operators ?? [])].filter(([number]) =>
        all.includes(number),
      );
      expect(Object.fromEntries(known)).toEqual(found);
    }),
  supportedMinors.filter((minor) => Number(minor.split('.')[1]) >= 6),
);

const minors = supportedMinors.filter((minor) => Number(minor.split('.')[1]) >= 11);

describeEachPython(
  'calls of',
  (python) =>
    test('are the opcodes of these names', () => {
      const { stdout, stderr } = spawnSync(python.path, ['-c', script], { encoding: 'utf8' });
      expect(stderr).toBe('');
      const row = layouts.get(python.minor);
      const sorted = (opcodes: Iterable<number> = []) => [...opcodes].sort((a, b) => a - b);
      const { calls, resumes, leaves } = row?.callSites ?? {};
      const known = { calls: sorted(calls), resumes: sorted(resumes), leaves: sorted(leaves) };
      expect({ ...known, checks: sorted(row?.gilChecks ?? []) }).toEqual(JSON.parse(stdout));
      expect(known.calls.length).toBeGreaterThan(10);
    }),
  minors,
);
