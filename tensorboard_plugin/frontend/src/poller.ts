// Asks again and again, but only while somebody can see the answer.

const INTERVAL_MS = 4000;

/**
 * Calls `ask` every few seconds while `element` is on a visible page, and at once when it gets
 * visible again. One call at a time.
 */
export class Poller {
  private timer: number | undefined;
  private busy = false;
  private onScreen = true;

  constructor(
    element: Element,
    private readonly ask: () => Promise<void>,
  ) {
    document.addEventListener("visibilitychange", () => this.wake());
    // TensorBoard hides the frame of a tab in the background without a word to the page in it.
    const watch = (entries: IntersectionObserverEntry[]): void => {
      // A frame without height still touches the screen, with none of its area.
      this.onScreen = (entries.at(-1)?.intersectionRatio ?? 1) > 0;
      this.wake();
    };
    new IntersectionObserver(watch, { threshold: [0, 0.01] }).observe(element);
  }

  /** Ask now. */
  wake(): void {
    clearTimeout(this.timer);
    void this.turn();
  }

  private async turn(): Promise<void> {
    if (document.hidden || !this.onScreen || this.busy) return;
    this.busy = true;
    try {
      await this.ask();
    } finally {
      this.busy = false;
      clearTimeout(this.timer);
      this.timer = window.setTimeout(() => void this.turn(), INTERVAL_MS);
    }
  }
}
