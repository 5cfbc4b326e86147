/** XML as text: elements, attributes and content that hold whatever a trace says. */
import { escapeText } from '../words/text.js';

/** An element that is complete; what is inside is XML already. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  inside = '',
): string {
  const list = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(String(value))}"`);
  return inside === '' ? `<${name}${list.join('')}/>` : `<${name}${list.join('')}>${inside}</${name}>`;
}

/** Text, with line breaks as they are; other controls, and what XML forbids, as visible escapes. */
export function escapeXml(text: string): string {
  return text
    .split('\n')
    .map(escapeText)
    .join('\n')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
