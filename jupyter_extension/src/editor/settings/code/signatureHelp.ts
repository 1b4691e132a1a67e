import { type EditorState, type Extension, Prec, StateEffect, StateField } from '@codemirror/state';
import {
  EditorView,
  keymap,
  type PluginValue,
  showTooltip,
  type Tooltip,
  ViewPlugin,
  type ViewUpdate
} from '@codemirror/view';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { ISignature, LabServer } from '../../../api/labServer';
import { codePlace, offsetOf } from '../../../model/codePlace';
import { signatureView } from './signatureView';

const setSignature = StateEffect.define<{ signature: ISignature; trans: TranslationBundle } | null>();
const askForSignature = StateEffect.define<null>();

const shown = StateField.define<Tooltip | null>({
  create: () => null,
  update(value, { state, effects, changes }) {
    const told = effects.find(effect => effect.is(setSignature));
    if (told?.is(setSignature)) {
      return told.value && tooltip(state, told.value.signature, told.value.trans);
    }
    return value && { ...value, pos: changes.mapPos(value.pos) };
  },
  provide: field => showTooltip.from(field)
});

function tooltip(state: EditorState, signature: ISignature, trans: TranslationBundle): Tooltip {
  const pos = offsetOf({ source: state.doc.toString(), line: signature.line, column: signature.column });
  return { pos, above: true, create: () => ({ dom: signatureView(signature, trans) }) };
}

/** Asks for the call around the cursor, from its opening bracket on until the cursor has left it. */
class SignaturePlugin implements PluginValue {
  private wanted = false;
  private known = '';

  constructor(
    private readonly view: EditorView,
    private readonly lab: LabServer,
    private readonly trans: TranslationBundle
  ) {}

  update(update: ViewUpdate): void {
    if (update.focusChanged && update.view.hasFocus) {
      this.lab.signature({ source: '', line: 1, column: 0 }).catch(() => null); // what reads code takes a moment to begin
    }
    const moved = update.docChanged || update.selectionSet;
    if (opens(update) || (this.wanted && moved)) {
      this.wanted = true;
      void this.ask();
    }
  }

  /** Whether there was anything to hide. */
  hide(): boolean {
    const { wanted, view } = this;
    this.wanted = false;
    this.known = '';
    if (view.state.field(shown)) {
      view.dispatch({ effects: setSignature.of(null) });
    }
    return wanted;
  }

  destroy(): void {
    this.wanted = false;
  }

  private async ask(): Promise<void> {
    const { state } = this.view;
    const place = codePlace(state.doc.toString(), state.selection.main.head);
    // Without an answer there is no help, and nothing that a person could do about it while typing.
    const answer = await this.lab.signature(place).catch(() => ({ signature: null }));
    const { doc, selection } = this.view.state;
    if (!answer || !this.wanted || !doc.eq(state.doc) || !selection.eq(state.selection)) {
      return;
    }
    if (answer.signature) {
      this.show(answer.signature);
    } else {
      this.hide();
    }
  }

  private show(signature: ISignature): void {
    const key = JSON.stringify(signature);
    if (key !== this.known) {
      const [before, argument, after] = signature.parts;
      const said = argument ? this.trans.__('%1 Argument: %2', before, argument) : before + after;
      this.known = key;
      this.view.dispatch({
        effects: [setSignature.of({ signature, trans: this.trans }), EditorView.announce.of(said)]
      });
    }
  }
}

/** Whether somebody has asked for it, or has just typed what begins an argument. */
function opens({ docChanged, state, transactions }: ViewUpdate): boolean {
  if (transactions.some(one => one.effects.some(effect => effect.is(askForSignature)))) {
    return true;
  }
  const { head } = state.selection.main;
  const typed = docChanged && transactions.some(one => one.isUserEvent('input.type'));
  return typed && /[(,]/.test(state.sliceDoc(Math.max(0, head - 1), head));
}

/** The signature of the call around the cursor, as notebooks show it. */
export function signatureHelp(lab: LabServer, trans: TranslationBundle): Extension {
  const plugin = ViewPlugin.define(view => new SignaturePlugin(view, lab, trans), {
    eventHandlers: {
      blur() {
        this.hide();
      }
    }
  });
  const run = (view: EditorView) => view.plugin(plugin)?.hide() ?? false;
  return [shown, plugin, Prec.highest(keymap.of([{ key: 'Escape', run, stopPropagation: true }]))];
}

/** Asks for it in the editor that has an element. */
export function showSignature(element: Element | null): void {
  const view = element instanceof HTMLElement ? EditorView.findFromDOM(element) : null;
  view?.dispatch({ effects: askForSignature.of(null) });
}
