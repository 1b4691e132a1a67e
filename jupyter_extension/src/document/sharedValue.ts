/** JSON values, nodes and texts as Yjs holds them, and what they are again. */

import { JSONExt, type ReadonlyJSONValue } from '@lumino/coreutils';
import * as Y from 'yjs';

import type { Node } from '../model/flow';
import { isObject } from '../model/schema';

export type YNode = Y.Map<unknown>;

export function json(value: unknown): ReadonlyJSONValue {
  return value as ReadonlyJSONValue;
}

/** Sets a key, or deletes it for undefined; an equal value stays as it is. */
export function put<T>(map: Y.Map<T>, key: string, value: T | undefined): void {
  if (value === undefined) {
    map.delete(key);
  } else if (!map.has(key) || !JSONExt.deepEqual(json(plain(map.get(key))), json(value))) {
    map.set(key, shareable(value) as T);
  }
}

export function assign<T>(map: Y.Map<T>, wanted: ReadonlyMap<string, T>): void {
  [...map.keys()].filter(key => !wanted.has(key)).forEach(key => map.delete(key));
  wanted.forEach((value, key) => put(map, key, value));
}

export function assignNodes(map: Y.Map<YNode>, wanted: ReadonlyMap<string, Node>): void {
  [...map.keys()].filter(key => !wanted.has(key)).forEach(key => map.delete(key));
  wanted.forEach((node, key) => {
    const known = map.get(key);
    if (known) {
      [...known.keys()].filter(name => !Object.hasOwn(node, name)).forEach(name => known.delete(name));
      Object.entries(node).forEach(([name, value]) => setNodeField(known, name, value));
    } else {
      map.set(key, newNode(node));
    }
  });
}

export function newNode(node: Node): YNode {
  const made: YNode = new Y.Map();
  Object.entries(node).forEach(([name, value]) => made.set(name, shared(name, value)));
  return made;
}

export function setNodeField(node: YNode, name: string, value: unknown): void {
  const known = node.get(name);
  if (value === undefined) {
    node.delete(name);
  } else if (name === 'params' && known instanceof Y.Map) {
    assign(known, new Map(Object.entries(value as object)));
  } else if (name === 'source' && known instanceof Y.Text) {
    editText(known, (value as string[]).join('\n'));
  } else if (!node.has(name) || !JSONExt.deepEqual(json(plain(known)), json(value))) {
    node.set(name, shared(name, value));
  }
}

function shared(name: string, value: unknown): unknown {
  if (name === 'params') {
    return sharedMap(value as object);
  }
  return name === 'source' ? new Y.Text((value as string[]).join('\n')) : shareable(value);
}

/** Yjs takes an object's key `constructor` for its class: such an object becomes a map. */
function shareable(value: unknown): unknown {
  return isObject(value) && Object.hasOwn(value, 'constructor') ? sharedMap(value) : value;
}

export function sharedMap(value: object): Y.Map<unknown> {
  return new Y.Map(Object.entries(value).map(([key, item]) => [key, shareable(item)]));
}

/** Makes a text another one by replacing what lies between their common head and tail. */
export function editText(text: Y.Text, wanted: string): void {
  const old = text.toString();
  let head = 0;
  while (head < old.length && head < wanted.length && old[head] === wanted[head]) {
    head++;
  }
  let tail = 0;
  while (tail < Math.min(old.length, wanted.length) - head && old.at(-1 - tail) === wanted.at(-1 - tail)) {
    tail++;
  }
  if (old.length > head + tail) {
    text.delete(head, old.length - head - tail);
  }
  if (wanted.length > head + tail) {
    text.insert(head, wanted.slice(head, wanted.length - tail));
  }
}

export function nodeOf(shared: YNode): Node {
  const { source, ...fields } = plainEntries(shared);
  return {
    ...fields,
    ...(source !== undefined && { source: source === '' ? [] : String(source).split('\n') })
  } as Node;
}

export function plainEntries<T>(map: Y.Map<T>): Record<string, T> {
  return Object.fromEntries([...map.entries()].map(([key, value]) => [key, plain(value) as T]));
}

function plain(value: unknown): unknown {
  return value instanceof Y.Map ? plainEntries(value) : value instanceof Y.Text ? value.toString() : value;
}
