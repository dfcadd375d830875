// What there is to know of the page around us. TensorBoard shows a plugin in a frame of the same
// origin, but other programs may show TensorBoard: so each look outside may be refused.

export type Theme = "light" | "dark";

/** Call `use` with TensorBoard's theme now and whenever it changes. */
export function followTheme(use: (theme: Theme) => void): void {
  const body = attempt(() => window.parent.document.body);
  if (!body || window.parent === window) {
    const query = window.matchMedia("(prefers-color-scheme: dark)");
    const tell = (): void => use(query.matches ? "dark" : "light");
    query.addEventListener("change", tell);
    tell();
    return;
  }
  const tell = (): void => use(body.classList.contains("dark-mode") ? "dark" : "light");
  new MutationObserver(tell).observe(body, { attributes: true, attributeFilter: ["class"] });
  tell();
}

/** The hash of TensorBoard's address, or our own where that can't be read. */
export function readHash(): string {
  return attempt(() => window.parent.location.hash) ?? window.location.hash;
}

/** Put `hash` into TensorBoard's address, without a step in the history. */
export function writeHash(hash: string): void {
  attempt(() => {
    const { location, history } = window.parent;
    // Only while our tab is the one that the address names.
    if (window.parent !== window && !/^#scaling(&|$)/.test(location.hash)) return;
    if (location.hash === hash) return;
    history.replaceState(history.state, "", hash);
  });
}

/** Call `reload` when TensorBoard has loaded new data on its own, as after its reload button. */
export function onDataReloaded(reload: () => void): void {
  if (window.parent === window) return;
  const channel = new MessageChannel();
  channel.port1.onmessage = ({ data }: MessageEvent<string>): void => {
    const message = JSON.parse(data) as { type?: string; id?: number; isReply?: boolean };
    if (message.isReply) return;
    if (message.type === "experimental.DataReloaded") reload();
    const reply = { type: message.type, id: message.id, payload: null, error: null, isReply: true };
    channel.port1.postMessage(JSON.stringify(reply));
  };
  window.parent.postMessage("experimental.bootstrap", "*", [channel.port2]);
}

function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
