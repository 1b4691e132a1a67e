import type { Node, NodeProps } from '@xyflow/react';
import { memo } from 'react';

import type { IGroup } from '../../model/flow';
import { useEditor } from '../context';
import { GROUP } from './actions/select';
import { canvasOf } from './state';
import { TextInPlace } from './TextInPlace';
import { useCanvas } from './useCanvas';

export type GroupNode = Node<{ group: IGroup }, 'frame'>;

/** A frame around nodes that belong together; its name moves them all. */
export const GroupFrame = memo(function GroupFrame({ data }: NodeProps<GroupNode>): JSX.Element {
  const editor = useEditor();
  const { group } = data;
  const id = GROUP + group.id;
  const writing = useCanvas(state => state.writing === id);
  return (
    <div className="mr-GroupFrame">
      <div className="mr-GroupFrame-name">
        {writing ? (
          <TextInPlace
            text={group.name}
            label={editor.trans.__('Name of the group')}
            onDone={name => {
              editor.document.setGroup({ ...group, name });
              canvasOf(editor).store.setState({ writing: null });
              canvasOf(editor).surface?.focus(id);
            }}
          />
        ) : (
          group.name || editor.trans.__('Group')
        )}
      </div>
    </div>
  );
});
