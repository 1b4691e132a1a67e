import { useState } from 'react';

import { answer, type Schemas } from '../../api/client';
import { numberText } from '../../model/measure';
import { ProblemNote } from '../../parts/ProblemNote';
import { useLoaded } from '../../parts/useLoaded';
import { useEditor } from '../context';
import { type IPlaceOfValue, pathOf } from './place';

const MEMBERS = 100;

/** A JSON value, opened part by part: only what is open is asked for. */
export function JsonTree({ place }: { place: IPlaceOfValue }): JSX.Element {
  return (
    <div className="mr-JsonTree">
      <Members place={place} pointer="" />
    </div>
  );
}

/** The members of an array or object, the first ones first; a plain value itself. */
function Members({ place, pointer }: { place: IPlaceOfValue; pointer: string }): JSX.Element {
  const { trans, client } = useEditor();
  const [limit, setLimit] = useState(MEMBERS);
  const { value, error, reload } = useLoaded(() => {
    const params = { path: pathOf(place), query: { pointer, limit } };
    return answer(client.routes.GET('/runs/{run_id}/steps/{step}/outputs/{port}/json', { params }));
  }, [JSON.stringify([place, pointer, limit])]);
  if (error) {
    return <ProblemNote trans={trans} error={error} retry={reload} />;
  }
  if (!value) {
    return <p className="mr-Quiet">{trans.__('Reading…')}</p>;
  }
  if (!value.items) {
    return <Plain kind={value.kind} value={value.value} size={value.size} />;
  }
  const more = (value.size ?? 0) - value.items.length;
  return (
    <ul>
      {value.items.map(member => (
        <Member key={member.key} place={place} pointer={`${pointer}/${escaped(member.key)}`} member={member} />
      ))}
      {more > 0 && (
        <li>
          <button type="button" className="mr-Button" onClick={() => setLimit(Math.min(1000, limit * 5))}>
            {trans.__('Show more of %1', numberText(value.size ?? 0))}
          </button>
        </li>
      )}
    </ul>
  );
}

interface IMemberProps {
  place: IPlaceOfValue;
  pointer: string;
  member: Schemas['JsonMember'];
}

function Member({ place, pointer, member }: IMemberProps): JSX.Element {
  const { trans } = useEditor();
  const [open, setOpen] = useState(false);
  const { key, kind, size, value } = member;
  if (kind !== 'object' && kind !== 'array') {
    return (
      <li>
        <span className="mr-JsonTree-key">{key}</span> <Plain kind={kind} value={value} size={size} />
      </li>
    );
  }
  const count =
    kind === 'array' ? trans._n('%1 item', '%1 items', size ?? 0) : trans._n('%1 key', '%1 keys', size ?? 0);
  return (
    <li>
      <button type="button" className="mr-JsonTree-open" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span className="mr-JsonTree-key">{key}</span> <span className="mr-Quiet">{count}</span>
      </button>
      {open && <Members place={place} pointer={pointer} />}
    </li>
  );
}

function Plain({ kind, value, size }: { kind: string; value: unknown; size?: number | null }): JSX.Element {
  const text = kind === 'text' ? JSON.stringify(value) : String(value);
  const cut = kind === 'text' && typeof value === 'string' && (size ?? 0) > value.length;
  return (
    <span className="mr-JsonTree-value" data-kind={kind}>
      {text}
      {cut && '…'}
    </span>
  );
}

/** RFC 6901. */
function escaped(key: string): string {
  return key.replace(/~/g, '~0').replace(/\//g, '~1');
}
