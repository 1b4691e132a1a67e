import type { IOffer } from '../../../model/catalog';
import { type Edge, endOf } from '../../../model/flow';
import type { IPoint } from '../../../model/grid';
import type { IEnd } from '../../../model/wiring';
import type { IEditor } from '../../context';
import { canvasOf, type IPick } from '../state';
import { addOffer, addWired, fittingPort, offers } from './add';

/** A list of all node types at the pointer; what is picked is added there. */
export function quickAdd(editor: IEditor, query = ''): void {
  const { store, surface } = canvasOf(editor);
  const at = surface?.pointer() ?? surface?.centre() ?? { x: 0, y: 0 };
  const { trans } = editor;
  store.setState({
    picking: {
      ...{ title: trans.__('Add a node'), at, query, picks: offers(editor).map(pickOf) },
      empty: trans.__('No node is called that.'),
      onPick: id => addOffer(editor, id, surface?.toFlow(at))
    }
  });
}

/** A list of the node types that fit into a wire. */
export function offerBetween(editor: IEditor, wire: Edge, at: IPoint): void {
  const { trans } = editor;
  const [from, to] = [endOf(wire.from), endOf(wire.to)];
  const fitting = offers(editor).filter(
    offer => !from.port || (fittingPort(editor, offer, from, true) && fittingPort(editor, offer, to, false))
  );
  canvasOf(editor).store.setState({
    picking: {
      ...{ title: trans.__('Put in between'), at, picks: fitting.map(pickOf) },
      empty: trans.__('No installed node fits here.'),
      onPick: id => addOffer(editor, id, undefined, wire)
    }
  });
}

/** A wire was pulled into empty space: a list of the node types that fit at its end. */
export function offerFitting(editor: IEditor, end: IEnd, isOutput: boolean, at: IPoint): void {
  const { store, surface } = canvasOf(editor);
  const { trans } = editor;
  const fitting = offers(editor).filter(offer => !end.port || fittingPort(editor, offer, end, isOutput));
  store.setState({
    picking: {
      ...{ title: isOutput ? trans.__('Send it to a new') : trans.__('Get it from a new'), at },
      picks: fitting.map(pickOf),
      empty: trans.__('No installed node fits here.'),
      onPick: id => {
        const offer = fitting.find(one => one.id === id);
        if (offer && surface) {
          addWired(editor, offer, end, isOutput, surface.toFlow(at));
        }
      }
    }
  });
}

function pickOf(offer: IOffer): IPick {
  const { id, name, category, icon, doc } = offer;
  return { id, title: name, detail: category, icon, words: `${id} ${doc}` };
}
