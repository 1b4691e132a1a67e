import { Button } from '@jupyterlab/ui-components';

import { answer, type Schemas } from '../../api/client';
import { sizeText } from '../../model/measure';
import { Facts } from '../../parts/Facts';
import { ProblemNote } from '../../parts/ProblemNote';
import { useLoaded } from '../../parts/useLoaded';
import { When } from '../../parts/When';
import { usePanel } from '../context';
import { Busy } from '../parts/Busy';
import { useAction } from '../useAction';

/** A delivery with what came, which can be run again. */
export function DeliveryDetail({ id, replayed }: { id: string; replayed: () => void }): JSX.Element {
  const { client, trans } = usePanel();
  const params = { path: { delivery_id: id } };
  const { value, error } = useLoaded(() => answer(client.routes.GET('/deliveries/{delivery_id}', { params })), [id]);
  const action = useAction();
  if (!value) {
    return error ? <ProblemNote trans={trans} error={error} /> : <Busy />;
  }
  const replay = () =>
    action.act(async () => {
      await answer(client.routes.POST('/deliveries/{delivery_id}/replay', { params }));
      replayed();
    });
  return (
    <section className="mr-Delivery" aria-label={trans.__('Delivery')}>
      <div className="mr-Buttons">
        <h3>{trans.__('What came')}</h3>
        {value.request && (
          <Button small disabled={action.busy} onClick={replay}>
            {trans.__('Replay')}
          </Button>
        )}
      </div>
      <ProblemNote trans={trans} error={action.error} />
      <Facts
        facts={[
          [trans.__('Received'), <When key="r" time={value.received} full />],
          [trans.__('Delivery id'), value.key],
          [trans.__('Replay of'), value.replay_of],
          [trans.__('Size'), value.size !== null && sizeText(value.size)]
        ]}
      />
      {value.request ? <Request request={value.request} /> : <p>{trans.__('Nothing of it was kept.')}</p>}
    </section>
  );
}

function Request({ request }: { request: Schemas['RequestShown'] }): JSX.Element {
  const { trans } = usePanel();
  const { body } = request;
  return (
    <>
      <pre className="mr-CodeText" tabIndex={0} aria-label={trans.__('Head')}>
        {`${request.method} ${request.path}${request.query ? `?${request.query}` : ''}\n`}
        {request.headers.map(([name, value]) => `${name}: ${value}`).join('\n')}
      </pre>
      {body.text === null && body.base64 === null ? (
        <p>{trans.__('The body is no longer kept.')}</p>
      ) : (
        <pre className="mr-CodeText" tabIndex={0} aria-label={trans.__('Body')}>
          {body.text ?? body.base64}
          {body.cut && '…'}
        </pre>
      )}
    </>
  );
}
