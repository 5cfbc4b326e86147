import { hcl, rgb } from 'd3';
import { describe, expect, it } from 'vitest';
import { changeColour, contrast, inkOn, moduleColour } from '../../../src/render/picture/colour.js';

const origins = ['own', 'library', 'standard', 'none'] as const;

describe('colours', () => {
  it('tell whose code it is by their hue, whatever the module', () => {
    const hues = origins
      .slice(0, 3)
      .map((origin) => Array.from({ length: 500 }, (_, at) => hcl(moduleColour(`module_${at}`, origin)).h));
    const ranges = hues.map((list) => [Math.min(...list), Math.max(...list)]);
    for (const [at, [low, high]] of ranges.entries())
      for (const [otherLow, otherHigh] of ranges.slice(at + 1))
        expect(high! + 20 < otherLow! || otherHigh! + 20 < low!).toBe(true);
  });

  it('let every module be read', () => {
    for (let index = 0; index < 3000; index++) {
      const fill = moduleColour(`module_${index}`, origins[index % origins.length]!);
      expect(fill).toMatch(/^#[0-9a-f]{6}$/);
      expect(contrast(inkOn(fill), fill)).toBeGreaterThanOrEqual(4.5);
      // Notes in a box are drawn at 70 % of the ink; the pale fills leave room for that.
      expect(contrast('#000', fill)).toBeGreaterThanOrEqual(7);
    }
  });

  it('are the same for the same module, in every picture and release', () => {
    expect(origins.map((origin) => moduleColour('json', origin))).toMatchInlineSnapshot(`
      [
        "#ffcfbe",
        "#b5e1fe",
        "#b1e8b5",
        "#efd6aa",
      ]
    `);
    expect(moduleColour('', 'own')).toBe('#e3e3e3');
  });

  it('make native code greyer than Python’s, and as easy to read', () => {
    const spread = (fill: string): number => {
      const { r, g, b } = rgb(fill);
      return Math.max(r, g, b) - Math.min(r, g, b);
    };
    const names = ['libc', 'numpy.core', 'libz', 'select', 'torch.lib'];
    for (const name of names) {
      expect(spread(moduleColour(`${name} (native)`, 'none'))).toBeLessThan(
        spread(moduleColour(name, 'own')),
      );
      expect(contrast('#000', moduleColour(`${name} (native)`, 'none'))).toBeGreaterThanOrEqual(7);
    }
    expect(new Set(names.map((name) => moduleColour(`${name} (native)`, 'none'))).size).toBe(names.length);
  });

  it('let every change be read, and tell more from less', () => {
    for (let delta = -0.12; delta <= 0.12; delta += 0.0007) {
      const fill = changeColour(delta);
      expect(contrast(inkOn(fill), fill)).toBeGreaterThanOrEqual(4.5);
    }
    expect(changeColour(0.5)).toBe('#d55e00');
    expect(changeColour(-0.5)).toBe('#0072b2');
    expect(changeColour(0.0005)).toBe(changeColour(-0.0005));
    expect(changeColour(Number.NaN)).toBe(changeColour(0));
  });
});
