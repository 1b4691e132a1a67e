import { createStore, type StoreApi } from 'zustand/vanilla';

import { answer, ApiError, type Schemas } from '../../api/client';
import { patiently } from '../../api/patiently';
import { type Flow, formatFlow, parseFlow } from '../../model/flow';
import type { IEditor } from '../context';

const ENVIRONMENT = 'default';
const REST = 500;

export interface IPublishedState {
  /** The revision that schedules run; null where there is none; undefined until the service has told. */
  readonly active: Schemas['RevisionShown'] | null | undefined;
  /** Whether the draft would run otherwise. */
  readonly differs: boolean;
}

/** What is published of an open flow, and whether the draft is the same. */
export class Published {
  readonly store: StoreApi<IPublishedState> = createStore<IPublishedState>(() => ({
    active: undefined,
    differs: false
  }));

  constructor(private readonly editor: IEditor) {}

  open(): void {
    this.editor.document.changed.connect(this.compareSoon, this);
    void this.look();
  }

  close(): void {
    this.editor.document.changed.disconnect(this.compareSoon, this);
    clearTimeout(this.timer);
  }

  /** Asks the service which revision is active. */
  async look(): Promise<void> {
    const { client, document } = this.editor;
    const { id } = document.flow;
    try {
      const params = { path: { flow_id: id } };
      const { items } = await patiently(() => answer(client.routes.GET('/flows/{flow_id}/revisions', { params })));
      const active = items.find(revision => revision.active_in.includes(ENVIRONMENT)) ?? null;
      await this.read(id, active);
      this.store.setState({ active });
      this.compare();
    } catch (error) {
      if (!(error instanceof ApiError)) {
        throw error;
      }
      // A flow that the service does not know has no revisions; where it is away, nothing is said.
      this.store.setState({ active: error.problem.status === 404 ? null : undefined });
    }
  }

  /** Publishes the file as it is saved. Throws ApiError. */
  async publish(note: string): Promise<Schemas['PublishedShown']> {
    const { client, lab, path } = this.editor;
    const { file } = await lab.placeOf(path());
    const body = { path: file, environment: ENVIRONMENT, note, new_id: false };
    const done = await answer(client.routes.POST('/flows', { body }));
    await this.look();
    return done as Schemas['PublishedShown'];
  }

  private async read(id: string, active: Schemas['RevisionShown'] | null): Promise<void> {
    if (active && active.revision_id !== this.document?.revision) {
      const params = { path: { flow_id: id, number: active.number } };
      const route = '/flows/{flow_id}/revisions/{number}/document';
      const { text } = await patiently(() => answer(this.editor.client.routes.GET(route, { params })));
      this.document = { revision: active.revision_id, text: essence(parseFlow(text)) };
    }
  }

  private compareSoon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.compare(), REST);
  }

  private compare(): void {
    if (this.document) {
      this.store.setState({ differs: essence(this.editor.document.flow) !== this.document.text });
    }
  }

  private document: { revision: string; text: string } | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
}

/** What a run depends on: where nodes lie and what notes say is no difference. */
function essence(flow: Flow): string {
  return formatFlow({ ...flow, layout: {}, notes: [], groups: [] });
}

const known = new WeakMap<IEditor, Published>();

export function publishedOf(editor: IEditor): Published {
  const found = known.get(editor) ?? new Published(editor);
  known.set(editor, found);
  return found;
}
