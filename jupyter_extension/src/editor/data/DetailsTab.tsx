import type { Schemas } from '../../api/client';
import { cellText } from '../../model/cell';
import { durationText, sizeText } from '../../model/measure';
import type { IRunView } from '../../model/run';
import { useEditor } from '../context';
import { StateMark } from '../running/StateMark';

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
      <dl className="mr-Facts">
        <dt>{trans.__('State')}</dt>
        <dd>
          <StateMark state={step?.state ?? 'blocked'} />
        </dd>
        <Fact name={trans.__('Started')} value={timeText(step?.started)} />
        <Fact name={trans.__('Took')} value={typeof step?.seconds === 'number' ? durationText(step.seconds) : null} />
        <Fact name={trans.__('Result taken from run')} value={step?.reused_run} />
        <Fact name={trans.__('Run')} value={run.runId} />
        <Fact name={trans.__('Run started')} value={timeText(run.run.started)} />
        {inputs.map(([name, value]) => (
          <Fact key={name} name={trans.__('Input %1', name)} value={cellText(value)} />
        ))}
      </dl>
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
                  <StateMark state={one.state} />
                </td>
                <td>{timeText(one.started)}</td>
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

function Fact({ name, value }: { name: string; value: string | null | undefined }): JSX.Element | null {
  return value ? (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  ) : null;
}

function timeText(time: string | null | undefined): string {
  return time ? new Date(time).toLocaleString(navigator.language) : '';
}

function wholeTime({ started, ended }: Schemas['AttemptShown']): string {
  return started && ended ? durationText((Date.parse(ended) - Date.parse(started)) / 1000) : '';
}

function phasesText(seconds: Readonly<Record<string, number>>): string {
  return Object.entries(seconds)
    .map(([phase, time]) => `${phase} ${durationText(time)}`)
    .join(', ');
}
