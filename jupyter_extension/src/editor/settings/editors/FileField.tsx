import { folderIcon } from '@jupyterlab/ui-components';
import { PathExt } from '@jupyterlab/coreutils';
import type { FieldProps } from '@rjsf/utils';

import { useEditor } from '../../context';
import { DraftInput } from '../DraftInput';
import { editorProps, useControl } from '../field';
import { IconButton } from '../IconButton';
import { useDraft } from '../useDraft';

/** A path below the flow's folder, or another text such as a URL; JupyterLab's own file dialog finds one. */
export function FileField(props: FieldProps): JSX.Element {
  const { trans } = useEditor();
  const { id, schema, value, onChange } = editorProps(props);
  const { types = [], write = false } = schema['x-millrace'] ?? {};
  const control = useControl(id);
  const choose = useFileChoice(types, write);
  const commit = (text: string) => onChange(text === '' ? undefined : text);
  const draft = useDraft(typeof value === 'string' ? value : '', commit);
  const pick = async () => {
    const path = await choose(draft.value);
    if (path !== null) {
      onChange(path);
    }
  };
  return (
    <div className="mr-List-row">
      <DraftInput control={control} draft={draft} />
      <IconButton
        icon={folderIcon}
        label={write ? trans.__('Choose a folder') : trans.__('Choose a file')}
        onClick={() => void pick()}
      />
    </div>
  );
}

/** Asks for a file, or for the folder of one that is to be written; answers its path from the flow's folder on. */
export function useFileChoice(types: readonly string[], write: boolean): (now: string) => Promise<string | null> {
  const { commands, path } = useEditor();
  return async now => {
    const folder = PathExt.dirname(path());
    const args = { folder, types: [...types], folders: write };
    const chosen = (await commands.execute('millrace:choose-file', args)) as string | null;
    if (chosen === null) {
      return null;
    }
    const below = PathExt.relative(folder || '/', chosen) || '.';
    return write ? PathExt.join(below, PathExt.basename(now) || `result.${types[0] ?? 'txt'}`) : below;
  };
}
