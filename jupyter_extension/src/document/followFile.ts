import type { Contents } from '@jupyterlab/services';

import type { FlowWidget } from './widget';

/** Milliseconds between two looks at the file of a tab that is seen. */
const WAIT = 3000;

/** Milliseconds without a change after which a file is taken to be written in full. */
const SETTLE = 300;

/**
 * Takes over what others have written into the file, such as git or a text editor, while there are no edits of one's
 * own. With such, JupyterLab asks when they are saved. A file that is gone changes nothing: saving brings it back.
 */
export function followFile(widget: FlowWidget, contents: Contents.IManager): void {
  const { context } = widget;
  let looking = false;
  const look = async () => {
    if (looking || !widget.isVisible || document.hidden || context.model.dirty) {
      return;
    }
    looking = true;
    try {
      await takeOver(widget, contents);
    } finally {
      looking = false;
    }
  };
  const onLook = () => void look();
  const onWritten = (_: Contents.IManager, { type, newValue }: Contents.IChangedArgs) => {
    if (type === 'save' && newValue?.path === context.path) {
      onLook();
    }
  };
  const timer = setInterval(onLook, WAIT);
  window.addEventListener('focus', onLook);
  widget.shown.connect(onLook);
  contents.fileChanged.connect(onWritten);
  widget.disposed.connect(() => {
    clearInterval(timer);
    window.removeEventListener('focus', onLook);
    contents.fileChanged.disconnect(onWritten);
  });
}

async function takeOver({ context }: FlowWidget, contents: Contents.IManager): Promise<void> {
  const { path } = context;
  const found = await lastWritten(contents, path);
  if (!found || path !== context.path || found === context.contentsModel?.last_modified) {
    return;
  }
  await new Promise(resolve => setTimeout(resolve, SETTLE));
  const again = await lastWritten(contents, path);
  if (again === found && path === context.path && !context.model.dirty && !context.isDisposed) {
    await context.revert();
  }
}

/** When a file was written last; null if that cannot be told. */
async function lastWritten(contents: Contents.IManager, path: string): Promise<string | null> {
  return contents.get(path, { content: false }).then(
    found => found.last_modified,
    () => null
  );
}
