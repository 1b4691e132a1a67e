import { Dialog, showDialog, showErrorMessage } from '@jupyterlab/apputils';

import { answer, ApiError } from '../../api/client';
import { CODE, type Node } from '../../model/flow';
import type { Manifest } from '../../model/settings';
import type { IEditor } from '../context';

/** Makes a component node a code node that does the same, in one step to undo. Says before what changes. */
export async function ejectNode(editor: IEditor, node: Node, manifest: Manifest): Promise<void> {
  const { client, document, trans } = editor;
  const { button } = await showDialog({
    title: trans.__('Eject “%1” to code?', node.name || manifest.name),
    body: trans.__(
      'The node becomes a code node with the source of %1. Its settings and wires stay. New versions of the component no longer reach it. You can undo this.',
      manifest.name
    ),
    buttons: [Dialog.cancelButton({ label: trans.__('Cancel') }), Dialog.okButton({ label: trans.__('Eject to code') })]
  });
  if (!button.accept) {
    return;
  }
  try {
    const path = { component_id: manifest.id };
    const { source } = await answer(client.routes.GET('/components/{component_id}/source', { params: { path } }));
    document.together(() => document.updateNode(node.id, ejected(node, manifest, source)));
  } catch (error) {
    const words = error instanceof ApiError ? `${error.message} ${error.cure}` : String(error);
    void showErrorMessage(trans.__('“%1” stays as it is', node.name || manifest.name), words);
  }
}

/** The fields that change. What a component says of its effect, a code node says in its execution. */
function ejected(node: Node, manifest: Manifest, source: string): Partial<Node> {
  const effect = manifest.effect === 'reads' ? node.execution : { ...node.execution, effect: manifest.effect };
  return {
    type: CODE,
    version: undefined,
    name: node.name || manifest.name,
    source: source.split('\n'),
    ...(effect && { execution: effect })
  };
}
