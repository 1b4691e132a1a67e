import type { Schemas } from '../../api/client';
import { usePanel } from '../context';

/** Plugins and components that do not work, each with its traceback to unfold. */
export function PluginFailures({ failures }: { failures: Schemas['Plugins']['failures'] }): JSX.Element | null {
  const { trans } = usePanel();
  return failures.length ? (
    <div role="group" aria-label={trans.__('What failed')}>
      {failures.map(one => (
        <div key={`${one.plugin} ${one.component}`} className="mr-Note mr-mod-error">
          <p className="mr-Note-where">{[one.plugin, one.distribution, one.component].filter(Boolean).join(', ')}</p>
          <p>{one.message}</p>
          {one.traceback && (
            <details>
              <summary>{trans.__('Traceback')}</summary>
              <pre className="mr-CodeText" tabIndex={0}>
                {one.traceback}
              </pre>
            </details>
          )}
        </div>
      ))}
    </div>
  ) : null;
}
