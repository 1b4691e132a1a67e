import { Button, refreshIcon } from '@jupyterlab/ui-components';
import { useState } from 'react';

import { answer, type Client, type Schemas } from '../../api/client';
import { ProblemNote } from '../../parts/ProblemNote';
import { useLoaded } from '../../parts/useLoaded';
import { usePanel, usePanelView } from '../context';
import { Busy } from '../parts/Busy';
import { EmptyNote } from '../parts/EmptyNote';
import { Frame } from '../parts/Frame';
import { Table } from '../parts/Table';
import { useAction } from '../useAction';
import { PluginDetail } from './PluginDetail';
import { PluginFailures } from './PluginFailures';

interface IInstalled {
  plugins: Schemas['Plugins'];
  components: readonly Schemas['ComponentManifest'][];
}

/** What is installed, and what failed and why. */
export function PluginsPanel(): JSX.Element {
  const { client, trans, view } = usePanel();
  const chosen = usePanelView(one => one.chosen);
  const { value, error, reload } = useLoaded(() => installed(client), [client]);
  const action = useAction();
  const [told, setTold] = useState('');
  const rescan = () =>
    action.act(async () => {
      const found = await client.rescanPlugins();
      setTold(trans.__('%1 plugins, %2 failures.', found.items.length, found.failures.length));
      reload();
    });
  const plugin = value?.plugins.items.find(one => one.name === chosen);
  return (
    <Frame
      title={trans.__('Plugins')}
      tools={
        <div className="mr-Buttons">
          <Button disabled={action.busy} onClick={rescan}>
            <refreshIcon.react tag="span" aria-hidden="true" className="mr-ButtonIcon" />{' '}
            {action.busy ? trans.__('Looking…') : trans.__('Rescan')}
          </Button>
          <span role="status">{told}</span>
        </div>
      }
      list={
        <>
          <ProblemNote trans={trans} error={error ?? action.error} retry={reload} />
          {!value && !error && <Busy />}
          {value && <PluginFailures failures={value.plugins.failures} />}
          {value?.plugins.items.length === 0 && (
            <EmptyNote title={trans.__('No plugin is installed.')}>
              <p>{trans.__('Install one with pip where the service runs, and rescan.')}</p>
            </EmptyNote>
          )}
          {!!value?.plugins.items.length && (
            <Table
              label={trans.__('Plugins')}
              items={value.plugins.items}
              keyOf={one => one.name}
              chosen={chosen}
              choose={one => view.setState({ chosen: one.name })}
              columns={[
                { name: trans.__('Name'), cell: one => one.name, className: 'mr-mod-name' },
                { name: trans.__('Package'), cell: one => `${one.distribution} ${one.version}` },
                { name: trans.__('Components'), cell: one => one.components.length, className: 'mr-mod-number' },
                { name: trans.__('State'), cell: one => one.error || trans.__('Works') }
              ]}
            />
          )}
        </>
      }
      detail={plugin && value && <PluginDetail plugin={plugin} components={value.components} />}
      detailLabel={trans.__('Plugin')}
      close={() => view.setState({ chosen: null })}
    />
  );
}

async function installed(client: Client): Promise<IInstalled> {
  const plugins = await answer(client.routes.GET('/plugins'));
  const { items } = await answer(client.routes.GET('/components'));
  return { plugins, components: items };
}
