import { createPortal } from 'react-dom';

import type { IOffer } from '../../model/catalog';
import type { IPort } from '../../model/ports';
import { Docstring, paragraphsOf } from '../../parts/Docstring';
import { useEditor } from '../context';

export const ABOUT_ID = 'mr-Palette-about';

/** A node type to tell about, and the item beside which it is told. */
export interface IShown {
  readonly offer: IOffer;
  readonly beside: DOMRect;
}

const HEIGHT = 560;

/** What a node type does, its ports, and examples. */
export function About({ shown }: { shown: IShown }): JSX.Element {
  const { trans } = useEditor();
  const { offer, beside } = shown;
  const top = Math.max(8, Math.min(beside.top, window.innerHeight - HEIGHT - 8));
  // The pane would cut it off.
  return createPortal(
    <div id={ABOUT_ID} role="tooltip" className="mr-About" style={{ left: beside.right + 8, top, maxHeight: HEIGHT }}>
      <p className="mr-About-name">{offer.name}</p>
      <Docstring paragraphs={paragraphsOf(offer.doc)} />
      <Ports title={trans.__('Inputs')} ports={offer.ports.inputs} />
      <Ports title={trans.__('Outputs')} ports={offer.ports.outputs} />
      {offer.examples.slice(0, 2).map(({ title, params }) => (
        <div key={title} className="mr-About-example">
          <p className="mr-About-heading">{trans.__('Example: %1', title)}</p>
          <pre>{settings(params)}</pre>
        </div>
      ))}
    </div>,
    document.body
  );
}

function Ports({ title, ports }: { title: string; ports: readonly IPort[] }): JSX.Element | null {
  if (!ports.length) {
    return null;
  }
  return (
    <p className="mr-About-ports">
      <span className="mr-About-heading">{title}</span>
      {ports.map(port => (
        <span key={port.name} className="mr-About-port">
          <span className="mr-Port" data-kind={port.kind} /> {port.name}
          <span className="mr-About-kind">{port.kind}</span>
        </span>
      ))}
    </p>
  );
}

function settings(params: unknown): string {
  return Object.entries((params ?? {}) as object)
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('\n');
}
