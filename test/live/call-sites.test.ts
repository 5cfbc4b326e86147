/** The opcodes at which a frame may stand that waits for what it called, or for the GIL, against the interpreters' own names for them. */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { layouts } from '../../src/record/layouts/cpython.js';
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
