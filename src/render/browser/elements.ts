/** Elements of a picture. Text of the recorded program only ever becomes text and attributes, never markup. */

/** Adds an SVG element as the last one of its parent. */
export function add<Tag extends keyof SVGElementTagNameMap>(
  parent: Element,
  tag: Tag,
  attributes: Readonly<Record<string, string | number>> = {},
  text = '',
): SVGElementTagNameMap[Tag] {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  set(element, attributes);
  if (text !== '') element.textContent = text;
  parent.append(element);
  return element;
}

export function set(element: Element, attributes: Readonly<Record<string, string | number>>): void {
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
}

/** An element that the still picture has. */
export function find(svg: SVGSVGElement, selector: string): SVGGraphicsElement {
  return svg.querySelector(selector) as SVGGraphicsElement;
}
