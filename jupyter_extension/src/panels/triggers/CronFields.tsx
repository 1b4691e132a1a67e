import { useState } from 'react';

import { fromLocalInput, localInput, viewersZone } from '../../model/moment';
import { repeatOf, whenOf } from '../../model/schedule';
import type { CronSettings } from '../../model/trigger';
import { usePanel } from '../context';
import { Choice } from '../parts/Choice';
import { Field } from '../parts/Field';
import { TextBox } from '../parts/TextBox';
import { RepeatFields } from './RepeatFields';
import { SchedulePreview } from './SchedulePreview';

interface ICronFieldsProps {
  settings: CronSettings;
  error: unknown;
  change: (settings: CronSettings) => void;
}

/** When a flow runs, and what becomes of times that were missed or come too soon. */
export function CronFields({ settings, error, change }: ICronFieldsProps): JSX.Element {
  const { trans } = usePanel();
  const [repeat, setRepeat] = useState(() => repeatOf(settings.schedule));
  const { schedule } = settings;
  const set = (part: Partial<CronSettings>) => change({ ...settings, ...part });
  const when = (part: object) => set({ schedule: { ...schedule, ...part } });
  return (
    <fieldset>
      <legend>{trans.__('When')}</legend>
      <RepeatFields
        repeat={repeat}
        error={error}
        change={part => {
          const changed = { ...repeat, ...part };
          // Between kinds, the fields that were chosen last are where one goes on by hand.
          const next = part.repeat === 'cron' ? { ...changed, cron: cronText(repeat) } : changed;
          setRepeat(next);
          const { timezone, starts, ends } = schedule;
          set({ schedule: { timezone, starts, ends, ...whenOf(next) } as CronSettings['schedule'] });
        }}
      />
      <ZoneField zone={schedule.timezone ?? 'UTC'} error={error} change={timezone => when({ timezone })} />
      <SchedulePreview schedule={schedule} />
      <details>
        <summary>{trans.__('Missed times, overlaps and limits')}</summary>
        <PolicyFields settings={settings} set={set} />
        <div className="mr-PanelForm-row">
          <Field label={trans.__('Not before')} name="starts" error={error}>
            {id => (
              <TextBox
                id={id}
                type="datetime-local"
                value={localInput(schedule.starts)}
                enter={text => when({ starts: fromLocalInput(text) })}
              />
            )}
          </Field>
          <Field label={trans.__('Not after')} name="ends" error={error}>
            {id => (
              <TextBox
                id={id}
                type="datetime-local"
                value={localInput(schedule.ends)}
                enter={text => when({ ends: fromLocalInput(text) })}
              />
            )}
          </Field>
        </div>
      </details>
    </fieldset>
  );
}

function cronText(repeat: Parameters<typeof whenOf>[0]): string {
  const when = whenOf(repeat);
  return 'cron' in when ? when.cron : repeat.cron;
}

function ZoneField(props: { zone: string; error: unknown; change: (zone: string) => void }): JSX.Element {
  const { trans } = usePanel();
  const mine = viewersZone();
  return (
    <Field
      label={trans.__('Time zone')}
      name="timezone"
      error={props.error}
      help={props.zone === mine ? trans.__('The one of your clock') : trans.__('Your clock has %1', mine)}
    >
      {(id, about) => (
        <>
          <TextBox id={id} about={about} list={`${id}-zones`} value={props.zone} enter={props.change} />
          <datalist id={`${id}-zones`}>
            {['UTC', ...Intl.supportedValuesOf('timeZone')].map(zone => (
              <option key={zone} value={zone} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}

interface IPolicyFieldsProps {
  settings: CronSettings;
  set: (part: Partial<CronSettings>) => void;
}

function PolicyFields({ settings, set }: IPolicyFieldsProps): JSX.Element {
  const { trans } = usePanel();
  const missed = [
    ['latest', trans.__('The latest one runs')],
    ['all', trans.__('All of them run')],
    ['skip', trans.__('None runs')]
  ] as const;
  const overlap = [
    ['queue', trans.__('The new run waits')],
    ['skip', trans.__('The new run is skipped')],
    ['cancel', trans.__('The earlier run is cancelled')],
    ['allow', trans.__('Both run')]
  ] as const;
  const number = (text: string) => (text === '' ? null : Number(text));
  return (
    <>
      <div className="mr-PanelForm-row">
        <Field label={trans.__('Times missed while nothing ran')}>
          {id => (
            <Choice
              id={id}
              value={settings.missed ?? 'latest'}
              options={missed}
              choose={value => set({ missed: value as CronSettings['missed'] })}
            />
          )}
        </Field>
        {settings.missed === 'all' && (
          <Field label={trans.__('At most')}>
            {id => (
              <TextBox
                id={id}
                type="number"
                min={1}
                value={settings.missed_cap ?? 100}
                enter={text => set({ missed_cap: Number(text) })}
              />
            )}
          </Field>
        )}
        <Field label={trans.__('While an earlier run goes on')}>
          {id => (
            <Choice
              id={id}
              value={settings.overlap ?? 'queue'}
              options={overlap}
              choose={value => set({ overlap: value as CronSettings['overlap'] })}
            />
          )}
        </Field>
        {settings.overlap === 'allow' && (
          <Field label={trans.__('Runs at once')}>
            {id => (
              <TextBox
                id={id}
                type="number"
                min={1}
                value={settings.parallel ?? 1}
                enter={text => set({ parallel: Number(text) })}
              />
            )}
          </Field>
        )}
      </div>
      <div className="mr-PanelForm-row">
        <Field label={trans.__('Not worth running after (seconds)')}>
          {id => (
            <TextBox
              id={id}
              type="number"
              min={1}
              value={settings.deadline ?? ''}
              enter={text => set({ deadline: number(text) })}
            />
          )}
        </Field>
        <Field label={trans.__('A run may take (seconds)')}>
          {id => (
            <TextBox
              id={id}
              type="number"
              min={1}
              value={settings.time_limit ?? ''}
              enter={text => set({ time_limit: number(text) })}
            />
          )}
        </Field>
      </div>
    </>
  );
}
