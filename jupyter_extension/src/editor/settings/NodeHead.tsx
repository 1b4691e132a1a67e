import { useState } from 'react';

import { CODE, type Node, NOTEBOOK } from '../../model/flow';
import type { Manifest } from '../../model/settings';
import { Docstring, paragraphsOf } from '../../parts/Docstring';
import { Icon } from '../canvas/icons';
import { useCards } from '../canvas/useCards';
import { useEditor } from '../context';
import { ejectNode } from './eject';
import { GrowingText } from './GrowingText';
import { useDraft } from './useDraft';

/** What a node is, what it is called, and what it does to the world. */
export function NodeHead({ node, manifest }: { node: Node; manifest?: Manifest }): JSX.Element {
  const editor = useEditor();
  const { document, trans } = editor;
  const kind = useCards().get(node.id)?.typeName ?? node.type;
  const name = useDraft(node.name ?? '', text => document.updateNode(node.id, { name: text || undefined }));
  const about = useDraft(node.description ?? '', text =>
    document.updateNode(node.id, { description: text || undefined })
  );
  return (
    <header className="mr-NodeHead">
      <div className="mr-NodeHead-title" data-category={isOwn(node) ? 'Code' : (manifest?.category ?? '')}>
        <span className="mr-NodeHead-icon">
          <Icon name={isOwn(node) ? node.type : (manifest?.icon ?? '')} />
        </span>
        <input
          className="mr-NodeHead-name"
          aria-label={trans.__('Name of the node')}
          placeholder={kind}
          value={name.value}
          onChange={event => name.type(event.target.value)}
          onBlur={name.leave}
        />
      </div>
      <div className="mr-NodeHead-kind">
        {node.name && <span>{kind}</span>}
        <code title={trans.__('Id of the node, in runs and links')}>{node.id}</code>
        {manifest && <Effect effect={manifest.effect} />}
      </div>
      {manifest && <Documentation manifest={manifest} />}
      <GrowingText
        className="mr-NodeHead-note"
        aria-label={trans.__('Description of the node')}
        placeholder={trans.__('Add a description')}
        value={about.value}
        onChange={event => about.type(event.target.value)}
        onBlur={about.leave}
      />
      {manifest && (
        <button type="button" className="mr-Link" onClick={() => void ejectNode(editor, node, manifest)}>
          {trans.__('Eject to code…')}
        </button>
      )}
    </header>
  );
}

/** Whether the node carries its code itself. */
function isOwn({ type }: Node): boolean {
  return type === CODE || type === NOTEBOOK;
}

function Effect({ effect }: { effect: Manifest['effect'] }): JSX.Element {
  const { trans } = useEditor();
  const words = {
    pure: [trans.__('Reusable'), trans.__('The same inputs and settings give the same result, which is used again.')],
    reads: [trans.__('Reads'), trans.__('It looks at the outside world: a file, a server, a database.')],
    writes: [trans.__('Writes'), trans.__('It changes the outside world, so its result is never used again.')]
  }[effect];
  return (
    <span className={`mr-Effect mr-mod-${effect}`} title={words[1]}>
      {words[0]}
    </span>
  );
}

/** The first sentence, and all of it with the examples on demand. */
function Documentation({ manifest }: { manifest: Manifest }): JSX.Element | null {
  const { trans } = useEditor();
  const [whole, setWhole] = useState(false);
  const [first, ...rest] = paragraphsOf(manifest.doc ?? '');
  const titles = (manifest.examples ?? []).map(one => String(one.title ?? '')).filter(Boolean);
  if (!first) {
    return null;
  }
  return (
    <div className="mr-Doc">
      <Docstring paragraphs={whole ? [first, ...rest] : [first]} />
      {whole && titles.length > 0 && (
        <>
          <p>{trans.__('Examples')}</p>
          <ul>
            {titles.map(title => (
              <li key={title}>{title}</li>
            ))}
          </ul>
        </>
      )}
      {(rest.length > 0 || titles.length > 0) && (
        <button type="button" className="mr-Link" aria-expanded={whole} onClick={() => setWhole(!whole)}>
          {whole ? trans.__('Less') : trans.__('More')}
        </button>
      )}
    </div>
  );
}
