import { Button, closeIcon } from '@jupyterlab/ui-components';
import type { ReactNode } from 'react';

import { usePanel } from '../context';

interface IFrameProps {
  title: string;
  /** Filters and buttons above the list. */
  tools?: ReactNode;
  list: ReactNode;
  /** What is open beside the list; null for nothing. */
  detail: ReactNode;
  detailLabel: string;
  close: () => void;
}

/** A panel: tools above, a list, and beside it what was chosen. In a narrow window that takes the list's place. */
export function Frame({ title, tools, list, detail, detailLabel, close }: IFrameProps): JSX.Element {
  const { trans } = usePanel();
  return (
    <div className="mr-Panel">
      <header className="mr-Panel-tools">
        <h1>{title}</h1>
        {tools}
      </header>
      <div className={`mr-Panel-body${detail ? ' mr-mod-open' : ''}`}>
        <div className="mr-Panel-list" role="region" aria-label={title} tabIndex={0}>
          {list}
        </div>
        {detail && (
          <section className="mr-Panel-detail" aria-label={detailLabel}>
            <Button minimal small className="mr-Panel-close" title={trans.__('Close')} onClick={close}>
              <closeIcon.react tag="span" aria-hidden="true" />
              <span className="mr-Unseen">{trans.__('Close')}</span>
            </Button>
            {detail}
          </section>
        )}
      </div>
    </div>
  );
}
