import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyJSONObject } from '@lumino/coreutils';

import type { IEditor } from '../editor/context';
import { currentMark, currentNode, NOTE, selected } from '../editor/canvas/actions/select';
import { canvasOf } from '../editor/canvas/state';

/** A command of the canvas: what it is called, when it can be used, and with which arguments it is listed. */
export interface ICanvasCommand {
  readonly id: string;
  readonly label: string | ((args: ReadonlyJSONObject) => string);
  readonly enabled?: (editor: IEditor) => boolean;
  /** One entry of the command palette for each; none for keys alone. */
  readonly listed?: readonly ReadonlyJSONObject[];
  /** Its arguments by name, with the values that they may have. */
  readonly args?: Readonly<Record<string, readonly string[]>>;
}

const DIRECTIONS = ['up', 'down', 'left', 'right'];
const ALIGNMENTS = ['left', 'centre', 'right', 'top', 'middle', 'bottom'];
const ONCE: readonly ReadonlyJSONObject[] = [{}];
const STEERED = { args: { direction: DIRECTIONS }, listed: DIRECTIONS.map(direction => ({ direction })) };

export function canvasCommands(trans: TranslationBundle): ICanvasCommand[] {
  return [...editing(trans), ...placing(trans), ...looking(trans), ...adding(trans)];
}

function editing(trans: TranslationBundle): ICanvasCommand[] {
  return [
    { id: 'undo-edit', label: trans.__('Undo'), enabled: ({ document }) => document.canUndo(), listed: ONCE },
    { id: 'redo-edit', label: trans.__('Redo'), enabled: ({ document }) => document.canRedo(), listed: ONCE },
    { id: 'delete-selection', label: trans.__('Delete'), enabled: hasAny, listed: ONCE },
    { id: 'cut-nodes', label: trans.__('Cut Nodes'), enabled: hasParts, listed: ONCE },
    { id: 'copy-nodes', label: trans.__('Copy Nodes'), enabled: hasParts, listed: ONCE },
    { id: 'paste-nodes', label: trans.__('Paste Nodes'), listed: ONCE },
    { id: 'duplicate-nodes', label: trans.__('Duplicate Nodes'), enabled: hasParts, listed: ONCE },
    { id: 'select-all-nodes', label: trans.__('Select All Nodes'), listed: ONCE },
    { id: 'clear-selection', label: trans.__('Select Nothing'), listed: ONCE }
  ];
}

function placing(trans: TranslationBundle): ICanvasCommand[] {
  const alignments: Record<string, string> = {
    left: trans.__('Align Left'),
    centre: trans.__('Align Centers'),
    right: trans.__('Align Right'),
    top: trans.__('Align Top'),
    middle: trans.__('Align Middles'),
    bottom: trans.__('Align Bottom')
  };
  const moves: Record<string, string> = {
    up: trans.__('Move Nodes Up'),
    down: trans.__('Move Nodes Down'),
    left: trans.__('Move Nodes Left'),
    right: trans.__('Move Nodes Right')
  };
  const sizes: Record<string, string> = {
    up: trans.__('Make Note Shorter'),
    down: trans.__('Make Note Taller'),
    left: trans.__('Make Note Narrower'),
    right: trans.__('Make Note Wider')
  };
  return [
    {
      id: 'align-nodes',
      label: named(alignments, 'to', trans.__('Align Nodes')),
      enabled: hasNodes(2),
      args: { to: ALIGNMENTS },
      listed: ALIGNMENTS.map(to => ({ to }))
    },
    {
      id: 'distribute-nodes',
      label: args => (args.axis === 'y' ? trans.__('Distribute Vertically') : trans.__('Distribute Horizontally')),
      enabled: hasNodes(3),
      args: { axis: ['x', 'y'] },
      listed: [{ axis: 'x' }, { axis: 'y' }]
    },
    { id: 'arrange-nodes', label: trans.__('Arrange Nodes'), listed: ONCE },
    { id: 'move-nodes', label: named(moves, 'direction', trans.__('Move Nodes')), enabled: hasAny, ...STEERED },
    { id: 'resize-note', label: named(sizes, 'direction', trans.__('Resize Note')), enabled: hasNote, ...STEERED },
    { id: 'group-nodes', label: trans.__('Group Nodes'), enabled: hasNodes(1), listed: ONCE },
    { id: 'ungroup-nodes', label: trans.__('Ungroup Nodes'), enabled: hasAny, listed: ONCE }
  ];
}

function looking(trans: TranslationBundle): ICanvasCommand[] {
  const zooms: Record<string, string> = {
    in: trans.__('Zoom In'),
    out: trans.__('Zoom Out'),
    actual: trans.__('Zoom to 100 %')
  };
  const ways: Record<string, string> = {
    up: trans.__('Go to the Node Above'),
    down: trans.__('Go to the Node Below'),
    left: trans.__('Go to the Node Before'),
    right: trans.__('Go to the Node After')
  };
  return [
    { id: 'move-focus', label: named(ways, 'direction', trans.__('Go to Node')), ...STEERED },
    { id: 'toggle-node', label: trans.__('Select or Unselect Node'), listed: ONCE },
    { id: 'open-settings', label: trans.__('Open Settings of Node'), listed: ONCE },
    { id: 'fit-flow', label: trans.__('Show the Whole Flow'), listed: ONCE },
    {
      id: 'zoom-flow',
      label: named(zooms, 'to', trans.__('Zoom')),
      args: { to: ['in', 'out', 'actual'] },
      listed: [{ to: 'in' }, { to: 'out' }, { to: 'actual' }]
    },
    { id: 'toggle-minimap', label: trans.__('Show or Hide the Overview'), listed: ONCE }
  ];
}

function adding(trans: TranslationBundle): ICanvasCommand[] {
  const conditions: Record<string, string> = {
    success: trans.__('Follow If It Succeeds'),
    failure: trans.__('Follow If It Fails'),
    always: trans.__('Follow Always')
  };
  return [
    { id: 'add-node', label: trans.__('Add Node…'), listed: ONCE, args: { component: [] } },
    { id: 'add-note', label: trans.__('Add Note'), listed: ONCE },
    { id: 'write-text', label: trans.__('Edit Text'), enabled: hasMark, listed: ONCE },
    { id: 'connect-node', label: trans.__('Connect to…'), enabled: hasNodes(1), listed: ONCE },
    { id: 'list-wires', label: trans.__('Wires of Node…'), enabled: hasNodes(1), listed: ONCE },
    {
      id: 'set-wire-condition',
      label: named(conditions, 'when', trans.__('Set Condition of Wire')),
      enabled: editor => canvasOf(editor).store.getState().edges.length > 0,
      args: { when: Object.keys(conditions) },
      listed: Object.keys(conditions).map(when => ({ when }))
    }
  ];
}

/** A label for each value of an argument; another where it is not given. */
function named(labels: Readonly<Record<string, string>>, arg: string, other: string): ICanvasCommand['label'] {
  return args => labels[args[arg] as string] ?? other;
}

function hasNodes(least: number): (editor: IEditor) => boolean {
  return editor => selected(editor).nodes.length >= least || (least === 1 && currentNode(editor) !== undefined);
}

function hasNote(editor: IEditor): boolean {
  return currentMark(editor)?.startsWith(NOTE) ?? false;
}

function hasMark(editor: IEditor): boolean {
  return currentMark(editor) !== undefined;
}

function hasParts(editor: IEditor): boolean {
  return hasNodes(1)(editor) || hasMark(editor);
}

function hasAny(editor: IEditor): boolean {
  return hasParts(editor) || canvasOf(editor).store.getState().edges.length > 0;
}
