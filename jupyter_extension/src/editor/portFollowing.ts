import * as Y from 'yjs';

import type { SharedFlow } from '../document/sharedFlow';
import type { Flow } from '../model/flow';
import type { IPorts } from '../model/ports';
import { edgesAlong } from '../model/renamedPort';

type StackItem = SharedFlow['undoManager']['undoStack'][number];
type StackEvent = { stackItem: StackItem; origin: unknown; changedParentTypes: Map<unknown, unknown> };

/** Moves the wires of code nodes along while somebody gives a port another name in the code. */
export class PortFollowing {
  constructor(private readonly document: SharedFlow) {
    const { undoManager } = document;
    undoManager.on('stack-item-added', this.onStep);
    undoManager.on('stack-item-updated', this.onStep);
  }

  stop(): void {
    const { undoManager } = this.document;
    undoManager.off('stack-item-added', this.onStep);
    undoManager.off('stack-item-updated', this.onStep);
  }

  /**
   * Takes in which ports the nodes of a flow have. Those of code that cannot be read are not told: what was told before
   * counts on. So it does for code that has changed meanwhile, of which more will be told.
   */
  told(asked: Flow, ports: Readonly<Record<string, IPorts>>): void {
    for (const node of asked.nodes) {
      const now = node.source && ports[node.id];
      if (now && this.document.node(node.id)?.source?.join('\n') === node.source!.join('\n')) {
        this.follow(node.id, this.known.get(node.id) ?? now, now);
        this.known.set(node.id, now);
      }
    }
  }

  private follow(node: string, before: IPorts, now: IPorts): void {
    const source = this.document.sourceOf(node);
    const step = source && this.typed.get(source);
    const moves = step ? edgesAlong(this.document.flow.edges, node, before, now) : null;
    if (moves?.size) {
      this.document.replaceEdges(moves, step);
    }
  }

  /** Only what is typed here is followed: what comes from a file, or from another person, comes with its wires. */
  private readonly onStep = ({ stackItem, origin, changedParentTypes }: StackEvent): void => {
    const typed = origin !== this.document && origin !== this.document.undoManager;
    for (const type of changedParentTypes.keys()) {
      if (type instanceof Y.Text) {
        if (typed) {
          this.typed.set(type, stackItem);
        } else {
          this.typed.delete(type);
        }
      }
    }
  };

  private readonly known = new Map<string, IPorts>();
  /** The text of a code node -> the step to undo in which it was typed last. */
  private readonly typed = new WeakMap<Y.Text, StackItem>();
}
