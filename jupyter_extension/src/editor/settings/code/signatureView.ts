import type { TranslationBundle } from '@jupyterlab/translation';

import type { ISignature } from '../../../api/labServer';

/** A signature as text: the argument that is being typed stands out. CodeMirror wants an element, not React's. */
export function signatureView({ parts, others, documentation }: ISignature, trans: TranslationBundle): HTMLElement {
  const [before, argument, after] = parts;
  const call = element('code', 'mr-Signature-call', before);
  call.append(element('b', 'mr-Signature-argument', argument), after);
  const view = element('div', 'mr-Signature');
  view.setAttribute('role', 'tooltip');
  view.append(call);
  if (others > 0) {
    view.append(element('p', 'mr-Signature-others', trans._n('and %1 other way', 'and %1 other ways', others)));
  }
  view.append(
    ...documentation
      .split('\n\n')
      .filter(Boolean)
      .map(text => element('p', 'mr-Signature-text', text))
  );
  return view;
}

function element(tag: string, className: string, text = ''): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}
