import { Button } from '@jupyterlab/ui-components';

import { ProblemNote } from '../../parts/ProblemNote';
import { useLoaded } from '../../parts/useLoaded';
import { usePanel } from '../context';
import { Busy } from '../parts/Busy';
import { EmptyNote } from '../parts/EmptyNote';
import { useAction } from '../useAction';
import { type IExample, loadExamples } from './loadExamples';
import { openExample } from './openExample';

/** What comes with Millrace, copied to where one may change it. */
export function ExamplesPanel(): JSX.Element {
  const panel = usePanel();
  const { trans } = panel;
  const { value, error, reload } = useLoaded(() => loadExamples(panel), [panel]);
  const action = useAction();
  return (
    <div className="mr-Panel mr-Examples">
      <header className="mr-Panel-tools">
        <h1>{trans.__('Examples')}</h1>
        {value && <p className="mr-Quiet">{trans.__('Your own copies, in the folder %1.', value.folder)}</p>}
      </header>
      <ProblemNote trans={trans} error={error ?? action.error} retry={error ? reload : undefined} />
      {!value && !error && <Busy />}
      {value?.examples.length === 0 && <EmptyNote title={trans.__('No example is installed.')} />}
      <ul className="mr-Gallery" aria-label={trans.__('Examples')}>
        {value?.examples.map(one => (
          <Card
            key={one.path}
            example={one}
            busy={action.busy}
            open={() => void action.act(() => openExample(panel, one))}
          />
        ))}
      </ul>
    </div>
  );
}

interface ICardProps {
  example: IExample;
  busy: boolean;
  open: () => void;
}

function Card({ example, busy, open }: ICardProps): JSX.Element {
  const { trans } = usePanel();
  return (
    <li className="mr-Card">
      <h2>{example.name}</h2>
      <p>{example.description}</p>
      <p className="mr-Quiet">{example.path}</p>
      <Button
        className={example.runs ? 'jp-mod-accept' : ''}
        disabled={busy}
        onClick={open}
        aria-label={trans.__('Open %1', example.name)}
      >
        {trans.__('Open')}
      </Button>
    </li>
  );
}
