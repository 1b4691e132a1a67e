import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import type { ICodePlace } from '../model/codePlace';
import { ApiError, type Problem } from './client';
import { newest } from './newest';

/** What the stream tells whenever it changes. */
export interface IServiceTold {
  state: 'down' | 'starting' | 'ready' | 'restarting';
  version: string;
  /** Why it is not ready, in words. */
  why: string;
  /** Whether somebody must do something about it; `why` says what. */
  failed: boolean;
}

/** The service as the Jupyter server sees it. */
export interface IServiceState extends IServiceTold {
  /** Whether it lives on when the Jupyter server ends; `outlives_why` says why not. */
  outlives: boolean;
  outlives_why: string;
  /** Of the Jupyter server's own package: another one than ours asks for a reload. */
  extension_version: string;
  /** Of a team's service; empty for the local one. */
  url: string;
}

export interface IPlaceOnDisk {
  /** Folder of the file, absolute, as the service knows it. */
  folder: string;
  /** The file, absolute. */
  file: string;
  /** Its contents path, without a drive. */
  inside: string;
}

export interface ICompletions {
  /** The end of what stands before the place; an item stands for it. */
  typed: string;
  items: readonly { text: string; type: string }[];
}

export interface ISignature {
  /** The call's text: what is before the argument that stands at the place, the argument, and what is behind it. */
  parts: readonly [string, string, string];
  documentation: string;
  /** How many other ways there are to call it. */
  others: number;
  /** Where its bracket opens. */
  line: number;
  column: number;
}

/** What the Jupyter server itself does for the editor: `millrace/service`, `paths`, `scratch`, `examples`, `code-help`. */
export class LabServer {
  /** By contents path: where one lies does not change while the server runs, and every check of a draft asks. */
  private readonly places = new Map<string, Promise<IPlaceOnDisk>>();

  constructor(private readonly settings: ServerConnection.ISettings) {}

  service(): Promise<IServiceState> {
    return this.ask('GET', 'service');
  }

  startService(): Promise<IServiceState> {
    return this.ask('POST', 'service');
  }

  /** Where a contents path lies; ApiError where it lies on no disk that the service sees. */
  placeOf(path: string): Promise<IPlaceOnDisk> {
    const known = this.places.get(path) ?? this.ask<IPlaceOnDisk>('POST', 'paths', { path });
    this.places.set(path, known);
    known.catch(() => this.places.delete(path));
    return known;
  }

  /** A notebook with a step's real inputs; answers its contents path. */
  scratch(run: string, step: string): Promise<{ path: string }> {
    return this.ask('POST', 'scratch', { run, step });
  }

  /** Copies the examples that are not there yet; answers the contents paths of all that can be opened. */
  examples(): Promise<{ folder: string; items: string[] }> {
    return this.ask('POST', 'examples');
  }

  /** What may stand at a place of a code node's source; null if another place was asked for meanwhile. */
  readonly complete = newest((place: ICodePlace) =>
    this.ask<ICompletions>('POST', 'code-help', { ...place, kind: 'complete' })
  );

  /** The call that a place stands in, if any. */
  readonly signature = newest((place: ICodePlace) =>
    this.ask<{ signature: ISignature | null }>('POST', 'code-help', { ...place, kind: 'signature' })
  );

  private async ask<T>(method: string, route: string, body?: object): Promise<T> {
    const url = URLExt.join(this.settings.baseUrl, 'millrace', route);
    const init = { method, body: body && JSON.stringify(body) };
    const response = await ServerConnection.makeRequest(url, init, this.settings);
    const text = await response.text();
    if (!response.ok) {
      throw new ApiError({ ...problemOf(text), status: response.status });
    }
    return JSON.parse(text) as T;
  }
}

function problemOf(text: string): Partial<Problem> {
  try {
    return JSON.parse(text) as Partial<Problem>;
  } catch {
    return { detail: text.slice(0, 200) };
  }
}
