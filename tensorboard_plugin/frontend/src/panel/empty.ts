// What to show before there is anything to show.

import { h, sentence } from "../dom";

const CODE = `import scaling_keras as sk

for width in (64, 128, 256):
    model = build_model(width)
    model.fit(train, validation_data=held_out,
              callbacks=[sk.ScalingLogger(f"runs/width-{width}")])`;

/** The page for a log directory without runs: why, and what to do. */
export function emptyPage(reason: string): HTMLElement {
  return h(
    "div",
    { class: "empty" },
    h("h1", {}, "No runs to fit yet"),
    h("p", { class: "reason" }, sentence(reason)),
    h("pre", {}, h("code", {}, CODE)),
    h("p", { class: "muted" }, "This page looks for new runs every few seconds; no need to reload it."),
  );
}
