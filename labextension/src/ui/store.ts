import * as React from 'react';
import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';

/** A model whose whole state is one immutable value. */
export abstract class Store<T extends object> implements IDisposable {
  constructor(state: T) {
    this._state = state;
  }

  get state(): Readonly<T> {
    return this._state;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._disposed;
  }

  dispose(): void {
    this._disposed = true;
    Signal.clearData(this);
  }

  protected set(part: Partial<T>): void {
    if (!this._disposed) {
      this._state = { ...this._state, ...part };
      this._changed.emit();
    }
  }

  private _state: T;
  private _disposed = false;
  private _changed = new Signal<this, void>(this);
}

export function useStore<T extends object>(store: Store<T>): Readonly<T> {
  return React.useSyncExternalStore(
    React.useCallback(
      changed => {
        const listen = () => changed();
        store.changed.connect(listen);
        return () => void store.changed.disconnect(listen);
      },
      [store]
    ),
    () => store.state
  );
}
