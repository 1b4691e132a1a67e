import type { IOutput } from '@jupyterlab/nbformat';
import { type IRenderMimeRegistry, OutputModel } from '@jupyterlab/rendermime';
import { MessageLoop } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import { useLayoutEffect, useRef, useState } from 'react';

import { useEditor } from '../context';

/** An output of a notebook's cell, as JupyterLab draws what it does not trust. */
export function MimeOutput({ output }: { output: IOutput }): JSX.Element {
  const { rendermime, trans } = useEditor();
  const host = useRef<HTMLDivElement>(null);
  const [shown, setShown] = useState(true);
  // Before React takes the element out of the page: a widget must leave it while it is attached.
  useLayoutEffect(() => {
    const drawn = draw(rendermime, output);
    setShown(drawn !== null);
    if (!drawn) {
      return;
    }
    Widget.attach(drawn, host.current!);
    const resized = new ResizeObserver(() => MessageLoop.sendMessage(drawn, Widget.ResizeMessage.UnknownSize));
    resized.observe(host.current!);
    return () => {
      resized.disconnect();
      drawn.dispose();
    };
  }, [output, rendermime]);
  return (
    <div className="mr-MimeOutput jp-OutputArea-output" ref={host}>
      {!shown && <p className="mr-Quiet">{trans.__('This output is not shown: it might run code.')}</p>}
    </div>
  );
}

/** Null where nothing safe can draw it. */
function draw(rendermime: IRenderMimeRegistry, output: IOutput): Widget | null {
  const model = new OutputModel({ value: output, trusted: false });
  const type = rendermime.preferredMimeType(model.data, 'ensure');
  if (!type) {
    model.dispose();
    return null;
  }
  const renderer = rendermime.createRenderer(type);
  renderer.disposed.connect(() => model.dispose());
  void renderer.renderModel(model);
  return renderer;
}
