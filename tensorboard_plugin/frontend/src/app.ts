// The dashboard: its parts, and what flows between them, the routes and the address.

import { fetchFit, fetchRuns, fetchVersion, RouteError } from "./api";
import { Chart } from "./chart/chart";
import { fill, h } from "./dom";
import { followTheme, onDataReloaded, readHash, writeHash } from "./host";
import { emptyPage } from "./panel/empty";
import { Panel } from "./panel/panel";
import { Poller } from "./poller";
import { rowsOf } from "./runs";
import type { State } from "./state";
import { Store } from "./store";
import { Drawer } from "./table/drawer";
import { Toolbar } from "./toolbar";
import { parseHash, updatedHash } from "./url_state";

const HASH_DELAY_MS = 300;

export class App {
  private readonly store: Store<State>;
  private readonly root: HTMLElement;
  private readonly empty = h("main", { class: "empty-page", hidden: true });
  private readonly workbench: HTMLElement;
  private request: AbortController | null = null;
  private hashTimer: number | undefined;

  constructor(parent: HTMLElement) {
    this.store = new Store<State>({
      ...parseHash(readHash()),
      hovered: null,
      theme: "light",
      answer: null,
      runs: [],
      fit: null,
      fittedAt: 0,
      loading: false,
      problem: null,
    });
    const { store } = this;
    const toolbar = new Toolbar(store);
    const chart = new Chart(store);
    const panel = new Panel(store);
    const drawer = new Drawer(store);
    this.workbench = h("main", { class: "workbench" }, chart.element, panel.element);
    this.root = h("div", { class: "app" }, toolbar.element, this.empty, this.workbench, drawer.element);
    parent.append(this.root);
    for (const part of [toolbar, chart, panel, drawer]) {
      store.listen((state, changed) => part.update(state, changed));
    }
    store.listen((state, changed) => {
      if (changed.has("selected")) chart.announce(state);
    });
    store.listen((state, changed) => this.follow(state, changed));
  }

  /** Show what there is, then keep up with it. */
  start(): void {
    const { store } = this;
    followTheme((theme) => {
      document.documentElement.classList.toggle("dark", theme === "dark");
      store.set({ theme });
    });
    store.touch();
    const poller = new Poller(this.root, () => this.refresh());
    onDataReloaded(() => poller.wake());
  }

  private follow(state: State, changed: ReadonlySet<keyof State>): void {
    if (changed.has("options")) void this.load();
    if (changed.has("options") || changed.has("view") || changed.has("selected")) {
      clearTimeout(this.hashTimer);
      this.hashTimer = window.setTimeout(() => this.share(), HASH_DELAY_MS);
    }
    if (changed.has("answer")) this.showEmpty(state);
  }

  /** Put the state into the address; TensorBoard drops it there when it shows another tab. */
  private share(): void {
    writeHash(updatedHash(readHash(), this.store.state));
  }

  private showEmpty({ answer }: State): void {
    const reason = answer?.reason ?? null;
    this.empty.hidden = reason === null;
    this.root.classList.toggle("is-empty", reason !== null);
    if (reason !== null) fill(this.empty, emptyPage(reason));
  }

  /** Load again if anything has changed since the last time. */
  private async refresh(): Promise<void> {
    const { answer, problem, loading } = this.store.state;
    if (loading) return;
    this.share();
    try {
      const version = await fetchVersion(new AbortController().signal);
      if (version !== answer?.version || problem !== null) await this.load();
    } catch (error) {
      this.fail(error);
    }
  }

  /** Fetch the runs and the fit for the present options; a later call replaces an earlier one. */
  private async load(): Promise<void> {
    this.request?.abort();
    const request = new AbortController();
    this.request = request;
    const { store } = this;
    const { options } = store.state;
    store.set({ loading: true });
    try {
      const fitting = fetchFit(options, request.signal);
      fitting.catch(() => undefined); // Awaited below; until then nobody else looks at it.
      const answer = await fetchRuns(options, request.signal);
      store.set({ answer, runs: rowsOf(answer) });
      const fit = await fitting;
      const fittedAt = Date.now() - 1000 * fit.ageSeconds;
      store.set({ fit, fittedAt, loading: false, problem: null });
    } catch (error) {
      if (!request.signal.aborted) this.fail(error);
    }
  }

  private fail(error: unknown): void {
    if (!(error instanceof RouteError)) throw error;
    this.store.set({ loading: false, problem: error.message });
  }
}
