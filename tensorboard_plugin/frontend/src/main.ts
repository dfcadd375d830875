// The module that TensorBoard loads into the frame of the tab.

import { App } from "./app";
import { h } from "./dom";
import style from "./style.css";

/** Called by TensorBoard once the module is there. */
export async function render(): Promise<void> {
  document.documentElement.lang = "en";
  document.title = "Scaling Laws";
  document.head.append(h("style", {}, style));
  new App(document.body).start();
}
