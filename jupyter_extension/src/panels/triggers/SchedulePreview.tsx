import { answer, type Schemas } from '../../api/client';
import { fullTime, viewersZone } from '../../model/moment';
import { ProblemNote } from '../../parts/ProblemNote';
import { useLoaded } from '../../parts/useLoaded';
import { usePanel } from '../context';
import { useDebounced } from '../useDebounced';

/** A schedule in the service's words, and when it would fire, by the viewer's clock. */
export function SchedulePreview({ schedule }: { schedule: Schemas['Schedule'] }): JSX.Element {
  const { client, trans } = usePanel();
  const settled = useDebounced(JSON.stringify(schedule));
  const { value, error } = useLoaded(async () => {
    const body = { schedule: JSON.parse(settled) as Schemas['Schedule'], count: 5 };
    const told = await answer(client.routes.POST('/triggers/preview', { body }));
    return { ...told, zone: body.schedule.timezone };
  }, [client, settled]);
  // Of the schedule that was answered: the one that is being typed may have a zone that is none.
  const elsewhere = value?.zone !== viewersZone();
  return (
    <div className="mr-Preview" role="status" aria-label={trans.__('Next times')}>
      <ProblemNote trans={trans} error={error} />
      {value && <p className="mr-Preview-words">{value.words}</p>}
      {value && (
        <ol>
          {value.next.map(time => (
            <li key={time}>
              <time dateTime={time}>{fullTime(new Date(time))}</time>
              {elsewhere && <span className="mr-Quiet"> ({fullTime(new Date(time), undefined, value.zone)})</span>}
            </li>
          ))}
        </ol>
      )}
      {value?.next.length === 0 && <p>{trans.__('It never fires.')}</p>}
    </div>
  );
}
