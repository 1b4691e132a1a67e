/* eslint-disable @typescript-eslint/no-explicit-any */
// jsdom lacks these; Lumino and React Flow use them when they are loaded.
globalThis.DragEvent ??= class DragEvent extends MouseEvent {} as any;
globalThis.ResizeObserver ??= class {
  observe() {}
  unobserve() {}
  disconnect() {}
} as any;
window.matchMedia ??= (query: string) =>
  ({
    matches: false,
    media: query,
    addEventListener() {},
    removeEventListener() {},
    addListener() {},
    removeListener() {}
  }) as any;
HTMLElement.prototype.scrollIntoView ??= () => {};
