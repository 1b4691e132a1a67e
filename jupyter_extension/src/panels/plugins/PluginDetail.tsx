import type { Schemas } from '../../api/client';
import { usePanel } from '../context';
import { ComponentDocs } from './ComponentDocs';

interface IPluginDetailProps {
  plugin: Schemas['PluginShown'];
  components: readonly Schemas['ComponentManifest'][];
}

/** A plugin's components, each with its docs to unfold. */
export function PluginDetail({ plugin, components }: IPluginDetailProps): JSX.Element {
  const { trans } = usePanel();
  const own = components.filter(one => plugin.components.includes(one.id));
  return (
    <>
      <h2>{plugin.name}</h2>
      <p className="mr-Quiet">
        {plugin.distribution} {plugin.version}
      </p>
      {own.length === 0 && <p>{trans.__('It publishes no components.')}</p>}
      {own.map(one => (
        <ComponentDocs key={one.id} component={one} />
      ))}
    </>
  );
}
