/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Building elements and changing them only where they differ. */

type Attributes = Readonly<Record<string, string>>;

export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K, attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** Text of an element; writing what stands there already costs nothing. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function setAttr(
  element: Element, name: string, value: string | null,
): void {
  if (value === null) {
    if (element.hasAttribute(name)) element.removeAttribute(name);
  } else if (element.getAttribute(name) !== value) {
    element.setAttribute(name, value);
  }
}

/**
 * A canvas that follows its box; `resized` gets device pixels, the first time
 * once the box has its place on the page.
 */
export function fittedCanvas(
  box: HTMLElement,
  resized: (width: number, height: number, scale: number) => void,
): HTMLCanvasElement {
  const canvas = el('canvas', { 'aria-hidden': 'true' });
  box.append(canvas);
  const fit = (): void => {
    const scale = globalThis.devicePixelRatio || 1;
    canvas.width = Math.max(1, Math.round(box.clientWidth * scale));
    canvas.height = Math.max(1, Math.round(box.clientHeight * scale));
    resized(canvas.width, canvas.height, scale);
  };
  new ResizeObserver(fit).observe(box);
  return canvas;
}

export function context2d(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const ctx = canvas.getContext('2d');
  if (!ctx) throw new Error('this browser has no 2D canvas');
  return ctx;
}
