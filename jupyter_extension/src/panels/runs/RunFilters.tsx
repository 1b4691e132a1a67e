import type { Schemas } from '../../api/client';
import type { IRunFilter, Range } from '../../model/runFilter';
import { stateWord } from '../../model/stateWord';
import { usePanel } from '../context';
import { Choice } from '../parts/Choice';
import { TextBox } from '../parts/TextBox';

const STATES = ['queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled'];

interface IRunFiltersProps {
  filter: IRunFilter;
  flows: readonly Schemas['FlowShown'][];
  triggers: readonly Schemas['TriggerShown'][];
  change: (part: Partial<IRunFilter>) => void;
}

export function RunFilters({ filter, flows, triggers, change }: IRunFiltersProps): JSX.Element {
  const { trans } = usePanel();
  const names = triggers.filter(one => !filter.flow || one.flow_id === filter.flow);
  return (
    <div className="mr-Filters" role="search" aria-label={trans.__('Filter runs')}>
      <TextBox
        className="mr-Filters-search"
        type="search"
        aria-label={trans.__('Search')}
        placeholder={trans.__('Search ids, logs and errors')}
        value={filter.search}
        enter={search => change({ search })}
      />
      <Choice
        label={trans.__('Flow')}
        value={filter.flow}
        options={[['', trans.__('All flows')], ...flows.map(one => [one.flow_id, one.name] as const)]}
        choose={flow => change({ flow, trigger: '' })}
      />
      <Choice
        label={trans.__('Trigger')}
        value={filter.trigger}
        options={[['', trans.__('Any trigger')], ...names.map(one => [one.trigger_id, one.name] as const)]}
        choose={trigger => change({ trigger })}
      />
      <RangeFilter filter={filter} change={change} />
      <div className="mr-Filters-states" role="group" aria-label={trans.__('State')}>
        {STATES.map(state => (
          <button
            key={state}
            type="button"
            className="mr-Filters-state"
            aria-pressed={filter.states.includes(state)}
            onClick={() => change({ states: toggled(filter.states, state) })}
          >
            {stateWord(trans, state)}
          </button>
        ))}
      </div>
    </div>
  );
}

function RangeFilter({ filter, change }: Pick<IRunFiltersProps, 'filter' | 'change'>): JSX.Element {
  const { trans } = usePanel();
  const ranges: (readonly [Range, string])[] = [
    ['', trans.__('Any time')],
    ['1h', trans.__('Last hour')],
    ['24h', trans.__('Last 24 hours')],
    ['7d', trans.__('Last 7 days')],
    ['30d', trans.__('Last 30 days')],
    ['custom', trans.__('From … to …')]
  ];
  return (
    <>
      <Choice
        label={trans.__('Time')}
        value={filter.range}
        options={ranges}
        choose={range => change({ range: range as Range })}
      />
      {filter.range === 'custom' && (
        <>
          <TextBox
            type="datetime-local"
            aria-label={trans.__('From')}
            value={filter.since}
            enter={since => change({ since })}
          />
          <TextBox
            type="datetime-local"
            aria-label={trans.__('To')}
            value={filter.until}
            enter={until => change({ until })}
          />
        </>
      )}
    </>
  );
}

function toggled(states: readonly string[], state: string): string[] {
  return states.includes(state) ? states.filter(one => one !== state) : [...states, state];
}
