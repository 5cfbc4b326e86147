/** The document that pictures are drawn in: jsdom's, because d3 needs one and Node has none. */
import { JSDOM } from 'jsdom';

export interface SvgDocument {
  /** An XML document whose root is an empty svg element. */
  readonly root: SVGSVGElement;
  /** The whole document as well-formed XML text that ends with a newline. */
  serialize(): string;
}

/** A new document; nothing in it runs and nothing is loaded (jsdom's defaults). */
export function createSvgDocument(): SvgDocument {
  const dom = new JSDOM('<svg xmlns="http://www.w3.org/2000/svg"/>', { contentType: 'image/svg+xml' });
  return {
    root: dom.window.document.documentElement as unknown as SVGSVGElement,
    serialize: () => {
      const text = dom.serialize();
      dom.window.close();
      return `<?xml version="1.0" encoding="UTF-8"?>\n${text}\n`;
    },
  };
}
