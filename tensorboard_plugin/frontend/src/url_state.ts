// What is shown, as parameters in the hash of TensorBoard's address: `#scaling&p.scaling.x=n_params`.

import { AXES, DEFAULTS, LEVELS, LOSSES, type Options, PARAM_CONVENTIONS } from "./options";
import type { View } from "./view";

export interface SharedState {
  readonly options: Options;
  /** Null where the plot follows the data. */
  readonly view: View | null;
  /** Name of the selected run, or null. */
  readonly selected: string | null;
}

const PREFIX = "p.scaling.";

/** The state that a hash describes; what is missing or not understood takes its default. */
export function parseHash(hash: string): SharedState {
  const values = new Map<string, string>();
  for (const part of hash.replace(/^#/, "").split("&")) {
    const split = part.indexOf("=");
    if (split < 0 || !part.startsWith(PREFIX)) continue;
    values.set(part.slice(PREFIX.length, split), decoded(part.slice(split + 1)));
  }
  const level = Number(values.get("level"));
  const form = values.get("form") ?? "";
  return {
    options: {
      x: pick(AXES, values.get("x")) ?? DEFAULTS.x,
      form: /^[a-z0-9_]+$/.test(form) ? form : DEFAULTS.form,
      loss: pick(LOSSES, values.get("loss")) ?? DEFAULTS.loss,
      paramConvention: pick(PARAM_CONVENTIONS, values.get("params")) ?? DEFAULTS.paramConvention,
      level: LEVELS.includes(level) ? level : DEFAULTS.level,
      runs: values.get("runs") ?? DEFAULTS.runs,
    },
    view: parseView(values.get("view")),
    selected: values.get("run") ?? null,
  };
}

/** `hash` with the parameters of `state` in place of those it had; other parts stay. */
export function updatedHash(hash: string, state: SharedState): string {
  const others = hash
    .replace(/^#/, "")
    .split("&")
    .filter((part) => part !== "" && !part.startsWith(PREFIX));
  const { options, view, selected } = state;
  const ours: [string, string | null][] = [
    ["x", options.x === DEFAULTS.x ? null : options.x],
    ["form", options.form === DEFAULTS.form ? null : options.form],
    ["loss", options.loss === DEFAULTS.loss ? null : options.loss],
    ["params", options.paramConvention === DEFAULTS.paramConvention ? null : options.paramConvention],
    ["level", options.level === DEFAULTS.level ? null : String(options.level)],
    ["runs", options.runs === DEFAULTS.runs ? null : options.runs],
    ["view", view && viewText(view)],
    ["run", selected],
  ];
  const parts = ours.flatMap(([key, value]) =>
    value === null ? [] : [`${PREFIX}${key}=${encodeURIComponent(value)}`],
  );
  return `#${[...others, ...parts].join("&")}`;
}

function viewText({ x, y }: View): string {
  return [x.low, x.high, y.low, y.high].map((value) => Number(value.toPrecision(5))).join(",");
}

function parseView(text: string | undefined): View | null {
  const [a, b, c, d, ...more] = (text ?? "").split(",").map(Number);
  if (a === undefined || b === undefined || c === undefined || d === undefined) return null;
  const sound = a > 0 && b > a && c > 0 && d > c && Number.isFinite(b) && Number.isFinite(d);
  return sound && !more.length ? { x: { low: a, high: b }, y: { low: c, high: d } } : null;
}

function pick<T extends string>(
  choices: readonly { readonly value: T }[],
  value: string | undefined,
): T | undefined {
  return choices.find((choice) => choice.value === value)?.value;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // A hash that somebody cut short.
  }
}
