import type { Schemas } from '../../api/client';
import { cellText } from '../../model/cell';
import { durationText, sizeText } from '../../model/measure';
import type { IRunView } from '../../model/run';
import { Facts } from '../../parts/Facts';
import { StateMark } from '../../parts/StateMark';
import { When } from '../../parts/When';
import { useEditor } from '../context';

interface IProps {
  run: IRunView;
  node: string;
  /** Null while they are asked for. */
  attempts: readonly Schemas['AttemptShown'][] | null;
}

/** How a node's step went: its attempts, times, memory, and where the result comes from. */
export function DetailsTab({ run, node, attempts }: IProps): JSX.Element {
  const { trans } = useEditor();
  const step = run.steps[node];
  const inputs = Object.entries(run.run.inputs ?? {});
  return (
    <div className="mr-DetailsTab" tabIndex={0} role="region" aria-label={trans.__('Details')}>
      <Facts
        facts={[
          [trans.__('State'), <StateMark key="s" trans={trans} state={step?.state ?? 'blocked'} />],
          [trans.__('Started'), step?.started && <When key="b" time={step.started} />],
          [trans.__('Took'), typeof step?.seconds === 'number' && durationText(step.seconds)],
          [trans.__('Result taken from run'), step?.reused_run],
          [trans.__('Run'), run.runId],
          [trans.__('Run started'), run.run.started && <When key="r" time={run.run.started} />],
          ...inputs.map(([name, value]) => [trans.__('Input %1', name), cellText(value)] as const)
        ]}
      />
      {attempts && attempts.length > 0 && (
        <table className="mr-Attempts">
          <caption>{trans.__('Attempts')}</caption>
          <thead>
            <tr>
              {[
                trans.__('No.'),
                trans.__('State'),
                trans.__('Started'),
                trans.__('Time'),
                trans.__('Processor'),
                trans.__('Most memory'),
                trans.__('What happened')
              ].map(name => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {attempts.map(one => (
              <tr key={one.number}>
                <td>{one.number}</td>
                <td>
                  <StateMark trans={trans} state={one.state} />
                </td>
                <td>
                  <When time={one.started} />
                </td>
                <td title={phasesText(one.seconds)}>{wholeTime(one)}</td>
                <td>{one.seconds.cpu === undefined ? '' : durationText(one.seconds.cpu)}</td>
                <td>{one.peak_memory ? sizeText(one.peak_memory) : ''}</td>
                <td>{one.failure?.message}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

function wholeTime({ started, ended }: Schemas['AttemptShown']): string {
  return started && ended ? durationText((Date.parse(ended) - Date.parse(started)) / 1000) : '';
}

function phasesText(seconds: Readonly<Record<string, number>>): string {
  return Object.entries(seconds)
    .map(([phase, time]) => `${phase} ${durationText(time)}`)
    .join(', ');
}
