import { URLExt } from '@jupyterlab/coreutils';
import type { ServerConnection } from '@jupyterlab/services';
import { DisposableDelegate, type IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';

import type { IDeskEvent } from './models';

export type LinkState = 'connecting' | 'live' | 'reconnecting';

const FIRST_WAIT = 500;
const LONGEST_WAIT = 15000;
const MOST_LOOKED_AT = 50;

/** The one live connection of this browser tab; it heals itself. */
export class EventStream implements IDisposable {
  constructor(private readonly _settings: ServerConnection.ISettings) {}

  get received(): ISignal<this, IDeskEvent> {
    return this._received;
  }

  /** Emitted when the link goes up or down; whoever hears `live` again should look for what it missed. */
  get stateChanged(): ISignal<this, LinkState> {
    return this._stateChanged;
  }

  get state(): LinkState {
    return this._state;
  }

  get isDisposed(): boolean {
    return this._disposed;
  }

  /** Connect at the first call; later calls do nothing. */
  start(): void {
    if (!this._started && !this._disposed) {
      this._started = true;
      window.addEventListener('online', this._hurry);
      this._connect();
    }
  }

  /** Tell the others that this page of an object is open; undone by disposing what is returned. */
  look(objId: string): IDisposable {
    this._looking.set(objId, (this._looking.get(objId) ?? 0) + 1);
    this._say();
    return new DisposableDelegate(() => {
      const left = (this._looking.get(objId) ?? 1) - 1;
      if (left > 0) {
        this._looking.set(objId, left);
      } else {
        this._looking.delete(objId);
      }
      this._say();
    });
  }

  dispose(): void {
    if (this._disposed) {
      return;
    }
    this._disposed = true;
    window.removeEventListener('online', this._hurry);
    window.clearTimeout(this._timer);
    this._socket?.close();
    Signal.clearData(this);
  }

  private _connect(): void {
    const settings = this._settings;
    let url = URLExt.join(settings.wsUrl, 'nightdesk', 'events');
    if (settings.appendToken && settings.token) {
      url += `?token=${encodeURIComponent(settings.token)}`;
    }
    const socket = new settings.WebSocket(url);
    this._socket = socket;
    socket.onopen = () => {
      if (this._looking.size) {
        this._say();
      }
    };
    socket.onmessage = message => {
      if (typeof message.data === 'string') {
        this._take(JSON.parse(message.data) as IDeskEvent);
      }
    };
    socket.onclose = () => {
      if (this._disposed || this._socket !== socket) {
        return;
      }
      this._setState('reconnecting');
      this._timer = window.setTimeout(() => this._connect(), this._wait * (0.7 + 0.6 * Math.random()));
      this._wait = Math.min(this._wait * 2, LONGEST_WAIT);
    };
  }

  private _say(): void {
    if (this._socket?.readyState === WebSocket.OPEN) {
      this._socket.send(JSON.stringify({ type: 'looking', obj_ids: [...this._looking.keys()].slice(-MOST_LOOKED_AT) }));
    }
  }

  private _take(event: IDeskEvent): void {
    if (event.type === 'link') {
      // the server reaches us, but does it reach the marshal?
      if (event.state === 'up') {
        this._wait = FIRST_WAIT;
      }
      this._setState(event.state === 'up' ? 'live' : 'reconnecting');
    } else {
      this._received.emit(event);
    }
  }

  private _setState(state: LinkState): void {
    if (state !== this._state) {
      this._state = state;
      this._stateChanged.emit(state);
    }
  }

  private _hurry = (): void => {
    if (this._state !== 'live' && this._socket?.readyState === WebSocket.CLOSED) {
      window.clearTimeout(this._timer);
      this._wait = FIRST_WAIT;
      this._connect();
    }
  };

  private _received = new Signal<this, IDeskEvent>(this);
  private _stateChanged = new Signal<this, LinkState>(this);
  private _state: LinkState = 'connecting';
  private _socket: WebSocket | null = null;
  private _timer = 0;
  private _wait = FIRST_WAIT;
  private _looking = new Map<string, number>();
  private _started = false;
  private _disposed = false;
}
