import { type IRepeat, type Repeat } from '../../model/schedule';
import { usePanel } from '../context';
import { Choice } from '../parts/Choice';
import { Field } from '../parts/Field';
import { TextBox } from '../parts/TextBox';

interface IRepeatFieldsProps {
  repeat: IRepeat;
  error: unknown;
  change: (part: Partial<IRepeat>) => void;
}

/** How often, and when. */
export function RepeatFields({ repeat, error, change }: IRepeatFieldsProps): JSX.Element {
  const { trans } = usePanel();
  const repeats: (readonly [Repeat, string])[] = [
    ['hour', trans.__('Every hour')],
    ['day', trans.__('Every day')],
    ['weekday', trans.__('Every weekday')],
    ['week', trans.__('Every week')],
    ['month', trans.__('Every month')],
    ['every', trans.__('Every so many minutes')],
    ['cron', trans.__('By cron fields')]
  ];
  const kind = repeat.repeat;
  const [hour, minute] = repeat.time.split(':');
  return (
    <div className="mr-PanelForm-row">
      <Field label={trans.__('Repeat')}>
        {id => <Choice id={id} value={kind} options={repeats} choose={value => change({ repeat: value as Repeat })} />}
      </Field>
      {kind === 'week' && (
        <Field label={trans.__('On')}>
          {id => (
            <Choice
              id={id}
              value={String(repeat.weekday)}
              options={weekdays().map((name, index) => [String(index + 1), name] as const)}
              choose={value => change({ weekday: Number(value) })}
            />
          )}
        </Field>
      )}
      {kind === 'month' && (
        <Field label={trans.__('On day')}>
          {id => (
            <TextBox
              id={id}
              type="number"
              min={1}
              max={31}
              value={repeat.day}
              enter={value => change({ day: Number(value) })}
            />
          )}
        </Field>
      )}
      {kind === 'hour' && (
        <Field label={trans.__('At minute')}>
          {id => (
            <TextBox
              id={id}
              type="number"
              min={0}
              max={59}
              value={Number(minute)}
              enter={value => change({ time: `${hour}:${value.padStart(2, '0')}` })}
            />
          )}
        </Field>
      )}
      {['day', 'weekday', 'week', 'month'].includes(kind) && (
        <Field label={trans.__('At')}>
          {id => (
            <TextBox
              id={id}
              type="time"
              required
              value={repeat.time}
              enter={time => time && change({ time: time.slice(0, 5) })}
            />
          )}
        </Field>
      )}
      {kind === 'every' && (
        <Field label={trans.__('Minutes')}>
          {id => (
            <TextBox
              id={id}
              type="number"
              min={1}
              value={repeat.minutes}
              enter={value => change({ minutes: Number(value) })}
            />
          )}
        </Field>
      )}
      {kind === 'cron' && (
        <Field
          label={trans.__('Cron fields')}
          name="cron"
          error={error}
          help={trans.__('Minute, hour, day, month, weekday: 0 7 * * MON-FRI')}
        >
          {(id, about) => <TextBox id={id} about={about} value={repeat.cron} enter={cron => change({ cron })} />}
        </Field>
      )}
    </div>
  );
}

/** From Monday on, in the viewer's language. */
function weekdays(): string[] {
  const name = new Intl.DateTimeFormat(undefined, { weekday: 'long', timeZone: 'UTC' });
  return [1, 2, 3, 4, 5, 6, 7].map(day => name.format(new Date(Date.UTC(2024, 0, day))));
}
