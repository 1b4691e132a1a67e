import { Button } from '@jupyterlab/ui-components';
import { useEffect, useState } from 'react';

import { answer } from '../../api/client';
import { ANY_RUN, type IRunFilter, isAnyRun } from '../../model/runFilter';
import { ProblemNote } from '../../parts/ProblemNote';
import { useLoaded } from '../../parts/useLoaded';
import { usePanel, usePanelView } from '../context';
import { Busy } from '../parts/Busy';
import { EmptyNote } from '../parts/EmptyNote';
import { Frame } from '../parts/Frame';
import { ShowMore } from '../parts/ShowMore';
import { useDebounced } from '../useDebounced';
import { useFlows } from '../useFlows';
import { RunDetail } from './RunDetail';
import { RunFilters } from './RunFilters';
import { RunTable } from './RunTable';
import { useRuns } from './useRuns';

/** What has run and runs, live. */
export function RunsPanel(): JSX.Element {
  const { client, trans, view } = usePanel();
  const { chosen, flow, visible } = usePanelView(one => one);
  const [filter, setFilter] = useState<IRunFilter>({ ...ANY_RUN, flow });
  useEffect(() => setFilter(known => ({ ...known, flow, trigger: '' })), [flow]);
  // A link to another flow's runs finds the panel open, with a flow that somebody has chosen since.
  const change = (part: Partial<IRunFilter>) => {
    setFilter(known => ({ ...known, ...part }));
    if (part.flow !== undefined) {
      view.setState({ flow: part.flow });
    }
  };
  const runs = useRuns(useDebounced(filter));
  const flows = useFlows();
  const triggers = useLoaded(
    () => answer(client.routes.GET('/triggers', { params: { query: { limit: 1000 } } })),
    [client, visible]
  );
  const items = triggers.value?.items ?? [];
  const close = () => view.setState({ chosen: null, step: null });
  return (
    <Frame
      title={trans.__('Runs')}
      tools={<RunFilters filter={filter} flows={flows.value ?? []} triggers={items} change={change} />}
      list={
        <>
          <ProblemNote trans={trans} error={runs.error} retry={runs.reload} />
          {runs.items === null && !runs.error && <Busy />}
          {runs.items?.length === 0 && <NoRuns any={isAnyRun(filter)} clear={() => change(ANY_RUN)} />}
          {!!runs.items?.length && <RunTable runs={runs.items} triggers={items} />}
          <ShowMore more={runs.more} />
        </>
      }
      detail={chosen && <RunDetail key={chosen} id={chosen} />}
      detailLabel={trans.__('Run')}
      close={close}
    />
  );
}

function NoRuns({ any, clear }: { any: boolean; clear: () => void }): JSX.Element {
  const { trans, commands } = usePanel();
  if (any) {
    return (
      <EmptyNote title={trans.__('Nothing has run yet.')}>
        <p>{trans.__('Open a flow and run it, or begin with an example.')}</p>
        <Button className="jp-mod-accept" onClick={() => void commands.execute('millrace:open-examples')}>
          {trans.__('Open the examples')}
        </Button>
      </EmptyNote>
    );
  }
  return (
    <EmptyNote title={trans.__('No run is like that.')}>
      <Button onClick={clear}>{trans.__('Clear the filter')}</Button>
    </EmptyNote>
  );
}
