import { Button } from '@jupyterlab/ui-components';

import {
  CREDENTIAL_TYPES,
  credentialOf,
  type Method,
  type MethodKind,
  methodOf,
  withCredential
} from '../../model/trigger';
import { usePanel } from '../context';
import { Choice } from '../parts/Choice';
import { concerns, Field } from '../parts/Field';
import { TextBox } from '../parts/TextBox';
import { CredentialChoice } from './CredentialChoice';

interface IMethodFieldsProps {
  methods: readonly Method[];
  environment: string;
  error: unknown;
  change: (methods: Method[]) => void;
}

/** How callers are known: nothing is chosen at first, so that nobody opens a door without meaning to. */
export function MethodFields({ methods, environment, error, change }: IMethodFieldsProps): JSX.Element {
  const { trans } = usePanel();
  const shown: (Method | null)[] = methods.length ? [...methods] : [null];
  const put = (at: number, method: Method | null) =>
    change([...shown.slice(0, at), method, ...shown.slice(at + 1)].filter(one => one !== null));
  const open = methods.some(method => method.kind === 'open');
  return (
    <>
      {shown.map((method, at) => (
        <MethodRow
          key={at}
          method={method}
          environment={environment}
          error={at === 0 ? error : null}
          put={changed => put(at, changed)}
        />
      ))}
      {open && (
        <div className="mr-Note mr-mod-warn">
          <p>{trans.__('Anybody who knows the address can start runs and fill your disk. Use it only for a try.')}</p>
        </div>
      )}
      {methods.length > 0 && !open && (
        <Button small type="button" onClick={() => change([...methods, methodOf('api-key', '')])}>
          {trans.__('Add another way')}
        </Button>
      )}
      {concerns(error, 'methods') && <span className="mr-Unseen">{trans.__('Choose how callers are known.')}</span>}
    </>
  );
}

interface IMethodRowProps {
  method: Method | null;
  environment: string;
  error: unknown;
  put: (method: Method | null) => void;
}

function MethodRow({ method, environment, error, put }: IMethodRowProps): JSX.Element {
  const { trans } = usePanel();
  const kinds = [
    ['', trans.__('Choose how callers are known')],
    ['standard', trans.__('A signature (Standard Webhooks)')],
    ['signed', trans.__('A signature as GitHub makes it')],
    ['api-key', trans.__('A key in a header')],
    ['basic', trans.__('User and password')],
    ['open', trans.__('Anybody may call (no authentication)')]
  ] as const;
  return (
    <div className="mr-PanelForm-row">
      <Field label={trans.__('Authentication')} name="methods" error={error} required>
        {(id, about) => (
          <Choice
            id={id}
            about={about}
            required
            value={method?.kind ?? ''}
            options={kinds}
            choose={kind => put(kind ? methodOf(kind as MethodKind, '') : null)}
          />
        )}
      </Field>
      {method && method.kind !== 'open' && (
        <CredentialChoice
          types={CREDENTIAL_TYPES[method.kind]}
          environment={environment}
          value={credentialOf(method)}
          error={error}
          choose={name => put(withCredential(method, name))}
        />
      )}
      {method?.kind === 'api-key' && (
        <Field label={trans.__('Header')} help={trans.__('Empty for X-API-Key')}>
          {(id, about) => (
            <TextBox id={id} about={about} value={method.header ?? ''} enter={header => put({ ...method, header })} />
          )}
        </Field>
      )}
    </div>
  );
}
