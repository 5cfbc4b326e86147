/** Windows images: sections and exports of those that are whole, and no more than that of those that lie. */
import { describe, expect, test } from 'vitest';
import { peHeadBytes, readPeExports, readPeHead } from '../../src/record/symbols/pe.js';
import { makePeImage } from '../support/pe-image.js';

const wanted = new Set(['_PyRuntime', 'Py_Version', 'interp_head']);
const options = {
  sections: [
    ['.text', 0x1000],
    ['PyRuntime', 0x4000],
  ],
  exports: {
    address: 0x2000,
    symbols: { Py_Main: 0x1010, _PyRuntime: 0x4000, Py_Version: 0x3008, PyForwarded: 0x2020 },
  },
} as const;
const image = makePeImage(options);
const exportsOf = (bytes: Uint8Array) => {
  const { exports } = readPeHead(bytes.subarray(0, peHeadBytes))!;
  const directory = bytes.subarray(exports!.address, exports!.address + exports!.size);
  return readPeExports(directory, exports!.address, wanted);
};
const changed = (change: (view: DataView) => void): Uint8Array => {
  const bytes = image.slice();
  change(new DataView(bytes.buffer));
  return bytes;
};

describe('an image', () => {
  test('has sections, whose names are cut, and exports', () => {
    expect(readPeHead(image)).toEqual({
      identity: `${0x65432100} ${image.byteLength}`,
      sections: [
        { name: '.text', address: 0x1000, size: 4096 },
        { name: 'PyRuntim', address: 0x4000, size: 4096 },
      ],
      exports: { address: 0x2000, size: expect.any(Number) },
    });
    expect(exportsOf(image)).toEqual(
      new Map([
        ['Py_Version', 0x3008],
        ['_PyRuntime', 0x4000],
      ]),
    );
  });

  test('that is none of ours has none', () => {
    expect(readPeHead(makePeImage({ ...options, machine: 0x14c }))).toBeNull();
    expect(readPeHead(makePeImage({ ...options, machine: 0xaa64 }))).toBeNull();
    expect(readPeHead(makePeImage({ ...options, magic: 0x10b }))).toBeNull();
    expect(readPeHead(new Uint8Array(peHeadBytes))).toBeNull();
    expect(readPeHead(new Uint8Array())).toBeNull();
    expect(readPeHead(image.subarray(0, 100))).toBeNull();
  });

  test('without exports is read all the same', () => {
    const head = readPeHead(changed((view) => view.setUint32(0x80 + 24 + 108, 0, true)))!;
    expect(head.exports).toBeNull();
    expect(head.sections).toHaveLength(2);
  });

  test('that names what another file has does not have it', () => {
    const symbols = { _PyRuntime: 0x2030, Py_Version: 0x3008 };
    const forwarding = makePeImage({ ...options, exports: { address: 0x2000, symbols } });
    expect(exportsOf(forwarding)).toEqual(new Map([['Py_Version', 0x3008]]));
  });
});

describe('an image that lies', () => {
  test.each([
    ['of its header', 60, 0xffff_fff0],
    ['of exports outside of it', 0x80 + 24 + 112, 0xffff_f000],
    ['of exports without end', 0x80 + 24 + 116, 0xffff_ffff],
  ])('%s has fewer, and is no fault', (_, at, value) => {
    const head = readPeHead(changed((view) => view.setUint32(at, value, true)));
    expect(head?.exports ?? null).toBeNull();
  });

  test.each([20, 24, 28, 32, 36])('in word %i of its exports brings nothing from outside', (at) => {
    for (const value of [0, 1, 0x1fff, 0x2fff, 0x7fff_ffff, 0xffff_ffff]) {
      const found = exportsOf(changed((view) => view.setUint32(0x2000 + at, value, true)));
      for (const name of found.keys()) expect(wanted).toContain(name);
    }
  });

  test('is read without a fault, whatever a byte of it says', () => {
    for (let at = 0; at < 0x200; at++)
      for (const value of [0, 0x7f, 0xff]) {
        const bytes = changed((view) => view.setUint8(at, value));
        const head = readPeHead(bytes);
        for (const { address, size } of head?.sections ?? [])
          expect(address + size).toBeLessThanOrEqual(0xffff_ffff);
        if (head?.exports) exportsOf(bytes);
      }
  });
});
