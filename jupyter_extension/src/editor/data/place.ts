import { answer, type Schemas } from '../../api/client';
import type { IEditor } from '../context';

/** Where a value lies: an output port of a step of a run. */
export interface IPlaceOfValue {
  readonly run: string;
  readonly step: string;
  readonly port: string;
}

const CONTENT = '/runs/{run_id}/steps/{step}/outputs/{port}/content';

export type AskRows = Schemas['AskRows'];
export type Sort = Schemas['SortKey'];
export type Condition = Schemas['ConditionAsked'];
export type Column = Schemas['TableColumn'];

export function pathOf({ run, step, port }: IPlaceOfValue): { run_id: string; step: string; port: string } {
  return { run_id: run, step, port };
}

/** The file of a value, for links. */
export function contentUrl({ client }: IEditor, { run, step, port }: IPlaceOfValue): string {
  const [id, name, output] = [run, step, port].map(encodeURIComponent);
  return client.urlOf(`/runs/${id}/steps/${name}/outputs/${output}/content`);
}

/** A page of a table. */
export function askRows({ client }: IEditor, place: IPlaceOfValue, body: AskRows): Promise<Schemas['Rows']> {
  const params = { path: pathOf(place) };
  const route = '/runs/{run_id}/steps/{step}/outputs/{port}/rows';
  return answer(client.routes.POST(route, { params, body }));
}

/** The first bytes of a text, as many as are asked for; the rest does not come into the browser. */
export async function askBeginning({ client }: IEditor, place: IPlaceOfValue, bytes: number): Promise<string> {
  const params = { path: pathOf(place) };
  const stream = await answer(client.routes.GET(CONTENT, { params, parseAs: 'stream' }));
  const reader = (stream as unknown as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (let left = bytes; left > 0;) {
    const { done, value } = await reader.read();
    if (done) {
      return text + decoder.decode();
    }
    text += decoder.decode(value.subarray(0, left), { stream: true });
    left -= value.length;
  }
  await reader.cancel();
  return text;
}

/** The value as it is stored. */
export async function askContent({ client }: IEditor, place: IPlaceOfValue): Promise<Blob> {
  const params = { path: pathOf(place) };
  return (await answer(client.routes.GET(CONTENT, { params, parseAs: 'blob' }))) as unknown as Blob;
}
