import { ServerConnection } from '@jupyterlab/services';
import { URLExt } from '@jupyterlab/coreutils';
import { Signal } from '@lumino/signaling';
import createClient, { type Client as Routes } from 'openapi-fetch';

import type { components, paths } from '../_generated/api';

/** The service's own schemas, by their names in `docs/openapi.json`. */
export type Schemas = components['schemas'];
export type Problem = Schemas['Problem'];

/** What the service refused, in its own words. */
export class ApiError extends Error {
  constructor(readonly problem: Partial<Problem> & { status: number }) {
    super(problem.detail ?? problem.title ?? `The service answered ${problem.status}.`);
  }

  /** What to do about it; empty if nobody knows. */
  get cure(): string {
    return this.problem.cure ?? '';
  }
}

/** What went wrong, in words for people, and what to do about it. */
export function problemOf(error: unknown): { message: string; cure: string } {
  const message = error instanceof Error ? error.message : String(error);
  return { message, cure: error instanceof ApiError ? error.cure : '' };
}

/**
 * The service's API, through the Jupyter server: `client.routes.GET('/runs/{run_id}', {params: {path: {run_id}}})`.
 * {@link answer} gives what it answered, or throws {@link ApiError}.
 */
export class Client {
  readonly routes: Routes<paths>;
  /** The service has looked for plugins anew: there may be other components. */
  readonly pluginsRescanned = new Signal<this, void>(this);
  /** A flow was published from here, or another revision chosen. */
  readonly revisionsChanged = new Signal<this, void>(this);
  readonly baseUrl: string;
  private readonly settings: ServerConnection.ISettings;

  constructor(settings: ServerConnection.ISettings) {
    // JupyterLab's `no-store` adds the time to each address, which the API refuses as a parameter that it does not know.
    this.settings = { ...settings, init: { ...settings.init, cache: 'no-cache' } };
    this.baseUrl = URLExt.join(settings.baseUrl, 'millrace', 'api');
    this.routes = createClient<paths>({ baseUrl: this.baseUrl, fetch: request => this.send(request) });
  }

  async rescanPlugins(): Promise<Schemas['Plugins']> {
    const found = await answer(this.routes.POST('/plugins/rescan'));
    this.pluginsRescanned.emit();
    return found;
  }

  async publish(body: Schemas['Publish']): Promise<Schemas['PublishedShown']> {
    const done = await answer(this.routes.POST('/flows', { body }));
    this.revisionsChanged.emit();
    return done as Schemas['PublishedShown'];
  }

  /** Makes triggers run another revision. */
  async activate(flow_id: string, number: number, environment: string): Promise<void> {
    const params = { path: { flow_id, number } };
    const route = '/flows/{flow_id}/revisions/{number}/activate';
    await answer(this.routes.POST(route, { params, body: { environment } }));
    this.revisionsChanged.emit();
  }

  /** Where a file of the API lies, for links and frames. */
  urlOf(path: string): string {
    const url = this.baseUrl + path;
    return this.settings.appendToken && this.settings.token
      ? `${url}${url.includes('?') ? '&' : '?'}token=${this.settings.token}`
      : url;
  }

  private async send(request: Request): Promise<Response> {
    const body = request.body === null ? undefined : await request.text();
    const { method, headers, signal } = request;
    return ServerConnection.makeRequest(request.url, { method, headers, signal, body }, this.settings);
  }
}

interface IAnswered<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

export async function answer<T>(call: Promise<IAnswered<T>>): Promise<T> {
  const { data, error, response } = await call;
  if (!response.ok) {
    throw new ApiError({ ...(error as Partial<Problem>), status: response.status });
  }
  return data as T;
}
