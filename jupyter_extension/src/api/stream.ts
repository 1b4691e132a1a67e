import { URLExt } from '@jupyterlab/coreutils';
import type { ServerConnection } from '@jupyterlab/services';
import { Signal } from '@lumino/signaling';

import type { Schemas } from './client';
import type { IServiceTold } from './labServer';

export type RunEvent = Schemas['RunEventShown'];

export interface ISubscriber {
  onEvent: (event: RunEvent) => void;
  /** Events before this moment may be missing: look at the lists anew. All events begin so. */
  onReset?: () => void;
  /** Nothing more comes: the run has ended, and all of its events were told. */
  onEnd?: () => void;
  onError?: (problem: Partial<Schemas['Problem']>) => void;
}

interface ISubscription extends ISubscriber {
  path: string;
  last: string | undefined;
}

interface IMessage {
  id?: string;
  event?: RunEvent;
  last?: string;
  reset?: boolean;
  end?: boolean;
  error?: Partial<Schemas['Problem']>;
  service?: IServiceTold;
}

const FIRST_WAIT = 500;
const LONGEST_WAIT = 15_000;

/**
 * All events that this window follows, over one WebSocket: browsers allow six connections to a server, so a connection
 * per flow would make JupyterLab stand still. A lost connection is made again, and each subscription goes on behind the
 * last event that it has seen.
 */
export class Stream {
  /** The service's state whenever it changes; null while the Jupyter server cannot be reached. */
  readonly serviceChanged = new Signal<this, IServiceTold | null>(this);

  /** Why the service could not be had the last time, and what to do; empty once it is there. */
  trouble = '';

  constructor(private readonly settings: ServerConnection.ISettings) {}

  /** Follows `/runs/ID/events` or `/events`, from behind the event `after`. Returns what ends it. */
  subscribe(path: string, subscriber: ISubscriber, after?: string): () => void {
    const id = `s${++this.made}`;
    this.subscriptions.set(id, { ...subscriber, path, last: after });
    this.open();
    this.ask(id);
    return () => {
      if (this.subscriptions.delete(id)) {
        this.send({ unsubscribe: id });
      }
    };
  }

  /** Connects, to hear of the service's state. */
  open(): void {
    if (this.socket || this.timer) {
      return;
    }
    const { wsUrl, token, WebSocket } = this.settings;
    const query = this.settings.appendToken && token ? `?token=${encodeURIComponent(token)}` : '';
    const socket = new WebSocket(URLExt.join(wsUrl, 'millrace', 'stream') + query);
    socket.onopen = () => this.onOpen();
    socket.onmessage = message => this.onMessage(JSON.parse(message.data as string) as IMessage);
    socket.onclose = () => this.onClose();
    this.socket = socket;
  }

  private onOpen(): void {
    this.wait = FIRST_WAIT;
    [...this.subscriptions.keys()].forEach(id => this.ask(id));
  }

  private onClose(): void {
    this.socket = null;
    this.serviceChanged.emit(null);
    this.timer = setTimeout(() => {
      this.timer = null;
      this.open();
    }, this.wait);
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
  }

  /** Connects anew, at once: a connection that is open may lead nowhere. */
  renew(): void {
    const { socket } = this;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
      this.onClose();
    }
    if (this.timer) {
      clearTimeout(this.timer);
      this.timer = null;
      this.wait = FIRST_WAIT;
      this.open();
    }
  }

  private onMessage(message: IMessage): void {
    if (message.service) {
      const { state, why, failed } = message.service;
      this.trouble = failed ? why : state === 'ready' ? '' : this.trouble;
      this.serviceChanged.emit(message.service);
    }
    const subscription = message.id === undefined ? undefined : this.subscriptions.get(message.id);
    if (!subscription) {
      return;
    }
    const begins = subscription.last === undefined && message.last !== undefined && !message.event;
    subscription.last = message.last ?? subscription.last;
    if (message.event) {
      subscription.onEvent(message.event);
    }
    if (message.reset || begins) {
      subscription.onReset?.();
    }
    if (message.error) {
      subscription.onError?.(message.error);
    }
    if (message.end || message.error) {
      this.subscriptions.delete(message.id!);
      subscription.onEnd?.();
    }
  }

  private ask(id: string): void {
    const subscription = this.subscriptions.get(id);
    if (subscription) {
      this.send({ subscribe: { id, path: subscription.path, after: subscription.last } });
    }
  }

  private send(message: object): void {
    if (this.socket?.readyState === 1) {
      this.socket.send(JSON.stringify(message));
    }
  }

  private readonly subscriptions = new Map<string, ISubscription>();
  private socket: WebSocket | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private wait = FIRST_WAIT;
  private made = 0;
}
