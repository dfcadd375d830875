// The state of the dashboard, and who wants to know when it changes.

export type Listener<T> = (state: T, changed: ReadonlySet<keyof T>) => void;

/** Holds a state; tells its listeners once per animation frame what has changed since the last. */
export class Store<T extends object> {
  private readonly listeners: Listener<T>[] = [];
  private changed = new Set<keyof T>();
  private scheduled = false;

  constructor(private current: T) {}

  get state(): T {
    return this.current;
  }

  set(patch: Partial<T>): void {
    for (const key of Object.keys(patch) as (keyof T)[]) {
      if (this.current[key] !== patch[key]) this.changed.add(key);
    }
    if (!this.changed.size) return;
    this.current = { ...this.current, ...patch };
    this.schedule();
  }

  /** Tell the listeners of everything, as if all of it had changed. */
  touch(): void {
    this.changed = new Set(Object.keys(this.current) as (keyof T)[]);
    this.schedule();
  }

  listen(listener: Listener<T>): void {
    this.listeners.push(listener);
  }

  /** Tell the listeners now, and not only in the next frame. */
  flush(): void {
    const changed = this.changed;
    this.changed = new Set();
    this.scheduled = false;
    if (!changed.size) return;
    for (const listener of this.listeners) listener(this.current, changed);
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    // A hidden page has no frames; it must not fall behind for ever either.
    if (document.hidden) setTimeout(() => this.flush(), 0);
    else requestAnimationFrame(() => this.flush());
  }
}
