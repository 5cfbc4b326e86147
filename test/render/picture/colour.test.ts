import { rgb } from 'd3';
import { describe, expect, it } from 'vitest';
import { changeColour, contrast, inkOn, moduleColour } from '../../../src/render/picture/colour.js';

describe('colours', () => {
  it('let every module be read', () => {
    for (let index = 0; index < 3000; index++) {
      const fill = moduleColour(`module_${index}`);
      expect(fill).toMatch(/^#[0-9a-f]{6}$/);
      expect(contrast(inkOn(fill), fill)).toBeGreaterThanOrEqual(4.5);
      // Notes in a box are drawn at 70 % of the ink; the pale fills leave room for that.
      expect(contrast('#000', fill)).toBeGreaterThanOrEqual(7);
    }
  });

  it('are the same for the same module, in every picture and release', () => {
    expect(['json', 'app', 'shop.models', ''].map(moduleColour)).toMatchInlineSnapshot(`
      [
        "#fed37c",
        "#e69c83",
        "#b7c8ff",
        "#e3e3e3",
      ]
    `);
  });

  it('make native code greyer than Python’s, and as easy to read', () => {
    const spread = (fill: string): number => {
      const { r, g, b } = rgb(fill);
      return Math.max(r, g, b) - Math.min(r, g, b);
    };
    const names = ['libc', 'numpy.core', 'libz', 'select', 'torch.lib'];
    for (const name of names) {
      expect(spread(moduleColour(`${name} (native)`))).toBeLessThan(spread(moduleColour(name)));
      expect(contrast('#000', moduleColour(`${name} (native)`))).toBeGreaterThanOrEqual(7);
    }
    expect(new Set(names.map((name) => moduleColour(`${name} (native)`))).size).toBe(names.length);
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
