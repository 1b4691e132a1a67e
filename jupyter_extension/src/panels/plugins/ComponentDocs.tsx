import type { Schemas } from '../../api/client';
import { fieldsOf } from '../../model/fields';
import { Docstring, paragraphsOf } from '../../parts/Docstring';
import { Facts } from '../../parts/Facts';
import { usePanel } from '../context';

type Component = Schemas['ComponentManifest'];

/** What a component does, what goes in and comes out, its settings and its examples. */
export function ComponentDocs({ component }: { component: Component }): JSX.Element {
  const { trans } = usePanel();
  const ports = (all: Component['inputs']) =>
    (all ?? []).map(port => `${port.name} (${port.kind}${port.many ? ', many' : ''})`).join(', ');
  const settings = fieldsOf(component.params);
  const examples = (component.examples ?? []) as { title?: string }[];
  return (
    <details className="mr-Component">
      <summary>
        <strong>{component.name}</strong> <span className="mr-Quiet">{component.category}</span>
      </summary>
      <Docstring paragraphs={paragraphsOf(component.doc ?? '')} />
      <Facts
        facts={[
          [trans.__('Type'), <code key="t">{`${component.id}, ${trans.__('version %1', component.version)}`}</code>],
          [trans.__('In'), ports(component.inputs)],
          [trans.__('Out'), ports(component.outputs)],
          [trans.__('Effect'), effectWords(component.effect, trans)]
        ]}
      />
      {settings.length > 0 && (
        <>
          <h4>{trans.__('Settings')}</h4>
          <Facts facts={settings.map(one => [one.title, one.help || one.kind])} />
        </>
      )}
      {examples.length > 0 && (
        <>
          <h4>{trans.__('Examples')}</h4>
          {examples.map((one, index) => (
            <details key={index}>
              <summary>{one.title || trans.__('Example %1', index + 1)}</summary>
              <pre className="mr-CodeText" tabIndex={0}>
                {JSON.stringify({ ...one, title: undefined }, null, 2)}
              </pre>
            </details>
          ))}
        </>
      )}
    </details>
  );
}

function effectWords(effect: string, trans: ReturnType<typeof usePanel>['trans']): string {
  const words: Record<string, string> = {
    pure: trans.__('Depends on its inputs and settings alone: its results are reused'),
    reads: trans.__('Reads from outside'),
    writes: trans.__('Writes outside: never repeated by itself')
  };
  return words[effect] ?? effect;
}
