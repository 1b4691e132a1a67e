import { addIcon, closeIcon, moveDownIcon, moveUpIcon } from '@jupyterlab/ui-components';
import type { ArrayFieldTemplateProps } from '@rjsf/utils';

import { useEditor } from '../context';
import { IconButton } from './IconButton';

/** A list of groups: each can be moved and removed. */
export function ListTemplate({ items, title, canAdd, onAddClick }: ArrayFieldTemplateProps): JSX.Element {
  const { trans } = useEditor();
  return (
    <div className="mr-List">
      {items.map(item => (
        <div
          key={item.key}
          className="mr-List-item"
          role="group"
          aria-label={trans.__('%1, entry %2', title, item.index + 1)}
        >
          <div className="mr-List-fields">{item.children}</div>
          <div className="mr-List-tools">
            <IconButton
              icon={moveUpIcon}
              label={trans.__('Move entry %1 up', item.index + 1)}
              disabled={!item.hasMoveUp}
              onClick={item.onReorderClick(item.index, item.index - 1)}
            />
            <IconButton
              icon={moveDownIcon}
              label={trans.__('Move entry %1 down', item.index + 1)}
              disabled={!item.hasMoveDown}
              onClick={item.onReorderClick(item.index, item.index + 1)}
            />
            <IconButton
              icon={closeIcon}
              label={trans.__('Remove entry %1', item.index + 1)}
              onClick={item.onDropIndexClick(item.index)}
            />
          </div>
        </div>
      ))}
      {canAdd && (
        <button type="button" className="mr-Link" onClick={onAddClick}>
          <addIcon.react tag="span" elementSize="small" />
          {trans.__('Add')}
        </button>
      )}
    </div>
  );
}
