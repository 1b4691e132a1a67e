import type { IEditor } from '../context';
import type { ISessionState } from '../session';

const COMMANDS = [
  'run-changed',
  'run-all',
  'publish-flow',
  'show-run',
  'run-with-inputs',
  'run-to-node',
  'run-from-node',
  'run-only-node',
  'stop-run',
  'retry-run',
  'repeat-run',
  'retry-from-node',
  'open-as-notebook'
];

/** Tells the toolbar and the menus when other commands can be given. Returns what ends it. */
export function followCommandStates({ store, commands }: IEditor): () => void {
  const tell = () =>
    COMMANDS.map(name => `millrace:${name}`)
      .filter(id => commands.hasCommand(id))
      .forEach(id => commands.notifyCommandChanged(id));
  tell();
  return store.subscribe((state, before) => {
    if (keyOf(state) !== keyOf(before)) {
      tell();
    }
  });
}

function keyOf({ run, selection }: ISessionState): string {
  return `${run?.live} ${selection.length === 1}`;
}
