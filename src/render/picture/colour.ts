/** Fills and inks. A fill depends on nothing but what it stands for, so that it is the same in every picture. */
import { hcl, interpolateLab, type RGBColor, rgb } from 'd3';
import type { CodeOrigin } from '../../replay/names/code-origin.js';

/** Fill of what belongs to no module, such as the root. */
const neutralFill = '#e3e3e3';

/** Native code is greyer than Python's, in its own hue. */
const nativeMark = ' (native)';

/** By whose code it is: hues and chromas, far enough apart to be told at a glance. One's own is warm and strong. */
const bands: Readonly<
  Record<CodeOrigin, { readonly hue: number; readonly spread: number; readonly chroma: number }>
> = {
  own: { hue: 30, spread: 62, chroma: 34 },
  library: { hue: 225, spread: 80, chroma: 26 },
  standard: { hue: 130, spread: 60, chroma: 16 },
  none: { hue: 0, spread: 360, chroma: 10 },
};

/**
 * Fill of a frame, from whose code it is and its module's name alone: a pale tone, so that black text is easy to read on it.
 */
export function moduleColour(module: string, origin: CodeOrigin): string {
  if (module === '') return neutralFill;
  const hash = hashText(module);
  const band = bands[origin];
  // Most modules of a band differ in hue; two that meet there can still differ in chroma and lightness.
  const hue = band.hue + (hash & 0xffff) * (band.spread / 0x10000);
  const chroma = band.chroma + (module.endsWith(nativeMark) ? 0 : ((hash >>> 16) & 0xff) * (16 / 0xff));
  const lightness = 68 + (hash >>> 24) * (20 / 0xff);
  return paleColour(hue, chroma, lightness);
}

/** The middle of what is someone's code: for a legend. */
export function originColour(origin: CodeOrigin): string {
  const { hue, spread, chroma } = bands[origin];
  return paleColour(hue + spread / 2, chroma + 8, 78);
}

function paleColour(hue: number, chroma: number, lightness: number): string {
  const colour = hcl(hue, chroma, lightness);
  // Less chroma where the screen cannot show it, and where it would turn garish (cyan does, at a chroma that is mild
  // in pink); clamping the channels instead would bend the hue.
  while (colour.c > 0 && !(isPale(colour.rgb()) && colour.displayable())) colour.c -= 1;
  return colour.formatHex();
}

function isPale({ r, g, b }: RGBColor): boolean {
  return Math.min(r, g, b) >= 120;
}

/** No module is called longer than this; a hostile one must not cost more. */
const maxHashed = 300;

/**
 * FNV-1a, then the finisher of MurmurHash3: without it names that share a beginning get neighbouring hues. Of 6,000
 * first values tried, this one sets the common modules of Python programs furthest apart.
 */
export function hashText(text: string): number {
  let hash = 0x19c18fed;
  const length = Math.min(text.length, maxHashed);
  for (let at = 0; at < length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Changes (fractions of a run's time) under this are drawn grey, those over `strongChange` in the full colour. */
export const slightChange = 0.001;
const strongChange = 0.1;

// Vermillion and blue of Okabe and Ito: they keep their distance under every common colour blindness. On dark paper what did not
// change is dark, and the blue is lighter.
const scales = {
  light: scaleOf('#e6e6e6', '#d55e00', '#0072b2'),
  dark: scaleOf('#3d434d', '#d55e00', '#1f8fd6'),
} as const;

interface ChangeScale {
  readonly unchanged: string;
  readonly more: (strength: number) => string;
  readonly less: (strength: number) => string;
}

function scaleOf(unchanged: string, more: string, less: string): ChangeScale {
  return { unchanged, more: interpolateLab(unchanged, more), less: interpolateLab(unchanged, less) };
}

/**
 * Fill for a change of `delta` (B minus A, as fractions of each run's time). The scale is fixed, so that one colour
 * means one change in every picture; it follows the square root, so that a change of one point still shows.
 */
export function changeColour(delta: number, theme: keyof typeof scales = 'light'): string {
  const { unchanged, more, less } = scales[theme];
  const size = Math.abs(delta);
  if (!(size >= slightChange)) return unchanged;
  const strength = Math.sqrt(Math.min(1, size / strongChange));
  return rgb((delta > 0 ? more : less)(strength)).formatHex();
}

export type Ink = '#000' | '#fff';

/** Black or white, whichever reads better on the fill; the better one always has a contrast of 4.5:1 or more. */
export function inkOn(fill: string): Ink {
  const light = luminance(fill) + 0.05;
  return light / 0.05 >= 1.05 / light ? '#000' : '#fff';
}

/** WCAG contrast ratio of two colours, 1 to 21. */
export function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const { r, g, b } = rgb(colour);
  const [red, green, blue] = [r, g, b].map((channel) => {
    const part = channel / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
