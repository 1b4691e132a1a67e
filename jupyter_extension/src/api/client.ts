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

/**
 * The service's API, through the Jupyter server: `client.routes.GET('/runs/{run_id}', {params: {path: {run_id}}})`.
 * {@link answer} gives what it answered, or throws {@link ApiError}.
 */
export class Client {
  readonly routes: Routes<paths>;
  /** The service has looked for plugins anew: there may be other components. */
  readonly pluginsRescanned = new Signal<this, void>(this);
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
