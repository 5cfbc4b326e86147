/** Elements of pages, and how one begins. Text of the recorded program only ever becomes text and attributes, never markup. */
import type { Theme } from '../figures/theme.js';

type Attributes = Readonly<Record<string, string | number | boolean>>;

/** Makes an element with its children. An attribute that is false is left out, one that is true is empty. */
export function html<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes))
    if (value !== false) element.setAttribute(key, value === true ? '' : String(value));
  element.append(...children);
  return element;
}

/** A button that does something. */
export function button(text: string, act: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const element = html('button', { type: 'button', ...attributes }, text);
  element.addEventListener('click', act);
  return element;
}

/** A part of the page, with a name and tools beside that. */
export function section(name: string, tools: readonly Node[], ...contents: Node[]): HTMLElement {
  return html('section', {}, html('div', { class: 'tools' }, html('h2', {}, name), ...tools), ...contents);
}

/** Takes the room that is left between tools. */
export function space(): HTMLElement {
  return html('span', { class: 'grow' });
}

/** A button that is on or off. */
export function press(element: Element, isOn: boolean): void {
  element.setAttribute('aria-pressed', String(isOn));
}

/** Sizes a canvas for the screen's pixels. @returns its context, in which a unit is a pixel of the canvas */
export function sizeCanvas(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
): CanvasRenderingContext2D {
  canvas.width = Math.max(1, Math.round(width));
  canvas.height = Math.max(1, Math.round(height));
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  return canvas.getContext('2d')!;
}

/** "1.5 s", "250 ms": as many digits as tell moments of such a stretch apart. */
export function showMoment(seconds: number, stretchS: number): string {
  const digits = Math.max(0, Math.min(6, 3 - Math.floor(Math.log10(Math.max(stretchS, 1e-6)))));
  return `${seconds.toFixed(digits)} s`;
}

/** Has the style sheet follow a theme. */
export function wearTheme(theme: Theme): void {
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

/** Draws a page from the data that is in it; where that cannot be, says why. */
export async function beginPage(draw: (main: HTMLElement, bytes: Uint8Array) => void): Promise<void> {
  const main = document.getElementById('page');
  const data = document.getElementById('data')?.textContent;
  if (!main || !data) return;
  try {
    draw(main, await readPacked(data));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    main.textContent = `This page cannot be shown: ${reason}. It needs a browser of 2023 or newer.`;
  }
}

/** The data: deflated, in base64. */
async function readPacked(text: string): Promise<Uint8Array> {
  const packed = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
