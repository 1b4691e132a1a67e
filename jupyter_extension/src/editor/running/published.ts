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
    this.editor.client.revisionsChanged.connect(this.look, this);
    this.editor.stream.serviceChanged.connect(this.onService, this);
    window.addEventListener('focus', this.onFocus); // it may have been published elsewhere
    void this.look();
  }

  close(): void {
    this.editor.document.changed.disconnect(this.compareSoon, this);
    this.editor.client.revisionsChanged.disconnect(this.look, this);
    this.editor.stream.serviceChanged.disconnect(this.onService, this);
    window.removeEventListener('focus', this.onFocus);
    clearTimeout(this.timer);
    this.asked = {};
  }

  /** Asks the service which revision is active. */
  async look(): Promise<void> {
    const { client, document } = this.editor;
    const { id } = document.flow;
    const mine = (this.asked = {});
    const isLatest = () => this.asked === mine;
    const params = { path: { flow_id: id } };
    const ask = () => answer(client.routes.GET('/flows/{flow_id}/revisions', { params }));
    try {
      const { items } = await patiently(ask, isLatest);
      const active = items.find(revision => revision.active_in.includes(ENVIRONMENT)) ?? null;
      await this.read(id, active);
      if (isLatest()) {
        this.store.setState({ active });
        this.compare();
      }
    } catch (error) {
      // A flow that the service does not know has no revisions; where it is away, nothing is said.
      const isUnknown = error instanceof ApiError && error.problem.status === 404;
      if (isLatest()) {
        this.store.setState({ active: isUnknown ? null : undefined });
      }
    }
  }

  /** Publishes the file as it is saved. Throws ApiError. */
  async publish(note: string): Promise<Schemas['PublishedShown']> {
    const { client, lab, path } = this.editor;
    const { file } = await lab.placeOf(path());
    const body = { path: file, environment: ENVIRONMENT, note, new_id: false };
    return client.publish(body);
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

  private onService(_: unknown, service: { state: string } | null): void {
    if (service?.state === 'ready') {
      void this.look();
    }
  }

  private readonly onFocus = () => void this.look();
  private asked: object = {};
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
