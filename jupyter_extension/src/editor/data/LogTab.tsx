import { useState } from 'react';

import type { Schemas } from '../../api/client';
import { numberText, sizeText } from '../../model/measure';
import type { IRunView } from '../../model/run';
import { ProblemNote } from '../../parts/ProblemNote';
import { useEditor } from '../context';
import { LogLines } from './LogLines';
import { useLog } from './useLog';

interface IProps {
  run: IRunView;
  node: string;
  /** Null while they are asked for. */
  attempts: readonly Schemas['AttemptShown'][] | null;
}

/** What a node logs and prints: live while it runs, then as it is kept. */
export function LogTab({ run, node, attempts }: IProps): JSX.Element {
  const { trans } = useEditor();
  const [chosen, choose] = useState<number | null>(null);
  const [find, setFind] = useState('');
  const [follows, setFollows] = useState(true);
  const kept = (attempts ?? []).filter(({ has_log }) => has_log);
  const current = run.steps[node]?.attempt ?? 0;
  const number = chosen ?? current;
  const attempt = kept.find(one => one.number === number);
  const log = useLog(run, node, attempt);
  const live = chosen === null && !attempt;
  const found = find ? log.lines.filter(line => line.toLowerCase().includes(find.toLowerCase())) : log.lines;
  return (
    <div className="mr-LogTab">
      <div className="mr-DataBar">
        <input
          type="search"
          className="jp-mod-styled"
          placeholder={trans.__('Find in the log')}
          aria-label={trans.__('Find in the log')}
          value={find}
          onChange={event => setFind(event.target.value)}
        />
        <span role="status">
          {find
            ? trans.__('%1 of %2 lines', numberText(found.length), numberText(log.lines.length))
            : trans._n('%2 line', '%2 lines', log.lines.length, numberText(log.lines.length))}
        </span>
        {kept.length > 1 && (
          <label className="mr-DataBar-choice">
            <span aria-hidden="true">{trans.__('Attempt')}</span>
            <select
              aria-label={trans.__('Attempt')}
              value={number}
              onChange={event => choose(Number(event.target.value))}
            >
              {kept.map(one => (
                <option key={one.number}>{one.number}</option>
              ))}
            </select>
          </label>
        )}
        <label className="mr-Check">
          <input type="checkbox" checked={follows} onChange={event => setFollows(event.target.checked)} />
          {trans.__('Follow')}
        </label>
        {log.cut && (
          <button type="button" className="mr-Button" onClick={log.turn}>
            {log.atEnd ? trans.__('Show the beginning') : trans.__('Show the end')}
          </button>
        )}
        {log.cut && <span className="mr-Quiet">{trans.__('A part of %1', sizeText(log.bytes))}</span>}
      </div>
      <ProblemNote trans={trans} error={log.error} retry={log.reload} />
      {found.length > 0 ? (
        <LogLines lines={found} find={find} follows={follows && !find} live={live} />
      ) : (
        !log.error && <p className="mr-Empty">{emptyText()}</p>
      )}
    </div>
  );

  function emptyText(): string {
    if (find && log.lines.length) {
      return trans.__('No line has this text.');
    }
    if (log.loading) {
      return trans.__('Reading the log…');
    }
    if (live && run.live) {
      return trans.__('Nothing yet. In code, run.log(...) shows here at once; what is printed comes with the end.');
    }
    return run.steps[node]?.state === 'reused'
      ? trans.__('The result of an earlier run was taken, so nothing was logged.')
      : trans.__('Nothing is logged. In code, print(...) and run.log(...) write here.');
  }
}
