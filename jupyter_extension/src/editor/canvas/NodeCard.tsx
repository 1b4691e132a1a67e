import { Handle, type Node, type NodeProps, Position } from '@xyflow/react';
import { memo } from 'react';

import { type ICard, titleOf } from '../../model/cards';
import { HEAD_HEIGHT, ROW_HEIGHT } from '../../model/grid';
import type { IPort } from '../../model/ports';
import { useEditor, useSession } from '../context';
import { CardFoot } from './CardFoot';
import { Icon } from './icons';
import { useCanvas } from './useCanvas';

/** `stale` says why the run that is shown is not what the node would do now; empty if it is. */
export type CardNode = Node<{ card: ICard; stale: string }, 'card'>;

/** A node: what it is, its ports, and how it fared. */
export const NodeCard = memo(function NodeCard({ id, data }: NodeProps<CardNode>): JSX.Element {
  const { card, stale } = data;
  const { trans } = useEditor();
  const step = useSession(state => state.run?.steps[id]);
  const found = useCanvas(state => (state.found ? state.found.has(id) : null));
  const state = step?.state ?? '';
  return (
    <div
      className={`mr-NodeCard${found === null ? '' : found ? ' mr-mod-found' : ' mr-mod-other'}`}
      data-state={state}
      data-category={card.category}
    >
      <div className="mr-NodeCard-head">
        <span className="mr-NodeCard-icon">
          <Icon name={card.icon} />
        </span>
        <span className="mr-NodeCard-names">
          <span className="mr-NodeCard-name" title={titleOf(card)}>
            {titleOf(card)}
          </span>
          <span className="mr-NodeCard-type">
            {card.installed ? card.typeName : trans.__('%1 is not installed', card.node.type)}
          </span>
        </span>
        <Problems card={card} />
      </div>
      <Ports ports={card.ports.inputs} isInput />
      <Ports ports={card.ports.outputs} isInput={false} />
      <CardFoot card={card} step={step} stale={stale} />
    </div>
  );
});

function Problems({ card }: { card: ICard }): JSX.Element | null {
  const { trans } = useEditor();
  const { problems } = card;
  if (!problems.length) {
    return null;
  }
  const words = problems.map(({ message, cure }) => `${message} ${cure}`.trim()).join('\n');
  const worst = problems.some(problem => problem.severity === 'error') ? 'error' : 'warning';
  return (
    <span
      className="mr-NodeCard-problems"
      role="img"
      aria-label={trans._n('%1 problem', '%1 problems', problems.length, problems.length)}
      data-severity={worst}
      title={words}
    >
      <Icon name="warning" />
      {problems.length > 1 && problems.length}
    </span>
  );
}

/** Handles with names, and the nameless one in the head for wires without data. */
function Ports({ ports, isInput }: { ports: readonly IPort[]; isInput: boolean }): JSX.Element {
  const { trans } = useEditor();
  const side = isInput ? Position.Left : Position.Right;
  const type = isInput ? 'target' : 'source';
  const prefix = isInput ? 'in:' : 'out:';
  return (
    <div className="mr-NodeCard-ports" data-side={side}>
      <Handle
        className="mr-Port mr-mod-bare"
        {...{ type, position: side, id: prefix, style: { top: HEAD_HEIGHT / 2 } }}
        title={
          isInput ? trans.__('Starts after another node, without data') : trans.__('What comes next, without data')
        }
      />
      {ports.map((port, index) => (
        <div key={port.name} className="mr-NodeCard-port" style={{ top: HEAD_HEIGHT + index * ROW_HEIGHT }}>
          <span className="mr-NodeCard-portName" data-required={isInput && port.required}>
            {port.name}
          </span>
          <Handle
            className="mr-Port"
            data-kind={port.kind}
            {...{ type, position: side, id: prefix + port.name, style: { top: ROW_HEIGHT / 2 } }}
            title={portWords(port)}
          />
        </div>
      ))}
    </div>
  );

  function portWords(port: IPort): string {
    const kind = port.kind === 'unknown' ? trans.__('unknown kind') : port.kind;
    const head = port.many ? trans.__('%1: any number of %2', port.name, kind) : `${port.name}: ${kind}`;
    return port.description ? `${head}\n${port.description}` : head;
  }
}
