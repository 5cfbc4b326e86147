/** Programs for the kernel's virtual machine, byte by byte as its documentation has them. */
import { expect, test } from 'vitest';
import { Assembler, register } from '../../../src/platform/linux/interrupt/assembler.js';

const { r0, r1, r6, r8, stack } = register;

function hex(assembler: Assembler): string[] {
  const text = Buffer.from(assembler.assemble()).toString('hex');
  return text.match(/.{16}/g) ?? [];
}

test('each instruction has eight bytes: operation, registers, offset, immediate', () => {
  const program = new Assembler()
    .set(r6, r1)
    .set(r0, { number: -2 })
    .add(r8, r1)
    .add(r1, { number: 300 })
    .load(r1, r6, 168)
    .store(r6, 24, r8)
    .store32(stack, -4, r1)
    .call(112)
    .exit();
  expect(hex(program)).toEqual([
    'bf16000000000000',
    'b7000000feffffff',
    '0f18000000000000',
    '070100002c010000',
    '7961a80000000000',
    '7b86180000000000',
    '631afcff00000000',
    '8500000070000000',
    '9500000000000000',
  ]);
});

test('a map takes two instructions, the first of which says that it is one', () => {
  expect(hex(new Assembler().setMap(r1, 17))).toEqual(['1811000011000000', '0000000000000000']);
});

test('jumps count from the next instruction on, forwards and backwards', () => {
  const program = new Assembler()
    .label('start')
    .jumpIfEqual(r0, 0, 'end')
    .jumpIfAtLeast(r1, 256, 'end')
    .jumpIfNotEqual(r8, 5, 'start')
    .jump('start')
    .label('end')
    .exit();
  expect(hex(program)).toEqual([
    '1500030000000000',
    '3501020000010000',
    '5508fdff05000000',
    '0500fcff00000000',
    '9500000000000000',
  ]);
});

test('a jump to nowhere is refused', () => {
  expect(() => new Assembler().jump('nowhere').assemble()).toThrow('the program has no label "nowhere"');
});
