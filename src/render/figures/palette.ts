/** Colours of both themes. */
import { hcl } from 'd3';
import type { Look } from '../drawing/frames.js';
import { hashText, inkOn } from '../picture/colour.js';
import type { Recording } from './recording.js';

export interface Palette {
  readonly isDark: boolean;
  /** By state. */
  readonly states: readonly string[];
  readonly missed: string;
  readonly torn: string;
  readonly panel: string;
  /** Of the heat map: from nothing to everything. */
  readonly heat: readonly [string, string, string];
}

// Of Okabe and Ito, which keep their distance under every common colour blindness; lighter or darker with the paper.
export const palettes: Readonly<Record<'light' | 'dark', Palette>> = {
  light: {
    isDark: false,
    states: ['#0072b2', '#e69f00', '#f0e442', '#dfe3e8', '#b5179e', '#9aa1ab'],
    missed: '#d55e00',
    torn: '#7b3fbf',
    panel: '#f6f7f9',
    heat: ['#eef1f5', '#f2a65a', '#8b1e0f'],
  },
  dark: {
    isDark: true,
    states: ['#4fb3f0', '#f0b840', '#8f8a1f', '#343b46', '#ff7ad9', '#77808c'],
    missed: '#ff8a3d',
    torn: '#b38cff',
    panel: '#1e2229',
    heat: ['#262b33', '#b8561f', '#ffe08a'],
  },
};

/** By origin: a band of hues, so that one's own code is told from that of others at a glance; and how much chroma. */
const bands = [
  { hue: 35, spread: 55, chroma: 48 },
  { hue: 225, spread: 70, chroma: 34 },
  { hue: 130, spread: 50, chroma: 20 },
  { hue: 0, spread: 360, chroma: 8 },
  { hue: 0, spread: 0, chroma: 0 },
] as const;

/** How frames are painted: the band says whose code it is, the place in it which module. @returns by function */
export function looksOf(recording: Recording, { isDark }: Palette): (at: number) => Look {
  const looks: Look[] = [];
  return (at) => {
    looks[at] ??= lookOf(recording.functions[at]!, isDark);
    return looks[at]!;
  };
}

/** The same for one function. */
export function lookOf(of: { readonly module: string; readonly origin: number }, isDark: boolean): Look {
  const { hue, spread, chroma } = bands[of.origin] ?? bands[4];
  const hash = hashText(of.module);
  const lightness = (isDark ? 44 : 76) + ((hash >>> 24) / 255) * (isDark ? 10 : 12);
  const fill = hcl(
    hue + ((hash & 0xffff) / 0xffff) * spread,
    chroma * (isDark ? 0.8 : 1),
    lightness,
  ).formatHex();
  return [fill, inkOn(fill), ''];
}

/** Of the root, which is nobody's. */
export function rootLook(isDark: boolean): Look {
  const fill = isDark ? '#4a515c' : '#e3e3e3';
  return [fill, inkOn(fill), ''];
}

/** "#rrggbb" as bytes. */
export function bytesOf(colour: string): readonly [number, number, number] {
  const value = Number.parseInt(colour.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}
