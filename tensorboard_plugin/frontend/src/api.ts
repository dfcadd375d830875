// The routes of the back end; http_api.md beside it says what they mean.

import type { Options } from "./options";

export interface Prediction {
  readonly loss: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly level: number | null;
  readonly form: string | null;
}

type Numbers = readonly (number | null)[];
type Texts = readonly string[];

export interface RunColumns {
  readonly name: Texts;
  readonly status: Texts;
  readonly reason: Texts;
  readonly not_fitted: Texts;
  readonly size: Texts;
  readonly family: Texts;
  readonly example_unit: Texts;
  readonly loss: Numbers;
  readonly n_params: Numbers;
  readonly n_examples: Numbers;
  readonly train_flops: Numbers;
  readonly train_flops_per_example: Numbers;
  readonly seed: Numbers;
  readonly planned_examples: Numbers;
  readonly planned_flops: Numbers;
  readonly elapsed_seconds: Numbers;
  readonly start_time: Numbers;
  readonly prediction: readonly (Partial<Prediction> | null)[];
}

export interface FormDescription {
  readonly name: string;
  readonly title: string;
  readonly variables: readonly string[];
}

export interface Exclusion {
  readonly name: string;
  readonly reason: string;
}

export interface RunsAnswer {
  readonly version: string;
  readonly reason: string | null;
  readonly loss_name: string | null;
  readonly forms: readonly FormDescription[];
  readonly columns: RunColumns;
  readonly excluded: readonly Exclusion[];
}

export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface Parameter extends Interval {
  readonly name: string;
  readonly exponent: boolean;
  /** Whether it ended at a bound of its range, so that its interval says nothing. */
  readonly at_bound: boolean;
}

export interface Curve {
  readonly role: "law" | "frontier" | "slice";
  readonly label: string;
  readonly value: number | null;
  readonly x: readonly number[];
  readonly mean: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly extrapolation: readonly number[];
  readonly n_params: readonly number[];
  readonly n_examples: readonly number[];
}

export interface Backtest {
  readonly n_train: number;
  readonly n_test: number;
  readonly extrapolation: number;
  readonly error: number;
  readonly baseline_error: number;
}

/** How far runs are from the law as it is drawn. */
export interface AgainstLaw {
  readonly name: Texts;
  readonly log_residual: Numbers;
}

export interface AveragedForm {
  readonly form: string;
  readonly title: string;
  readonly weight: number;
}

/** What every answer of the `fit` route has, and all that one has that brings no fit. */
interface FitRequestEcho {
  readonly version: string;
  readonly form: string;
  readonly x: string;
  readonly level: number;
}

export interface NoFit extends FitRequestEcho {
  readonly reason: string;
}

export interface FittedLaw extends FitRequestEcho {
  readonly reason: null;
  readonly n_runs: number;
  readonly n_resamples: number;
  readonly title: string;
  readonly source: string;
  /** Of an average the laws in it, the weightiest first, which is that of `title`; else empty. */
  readonly average: readonly AveragedForm[];
  readonly template: string;
  readonly formula: string;
  readonly parameters: readonly Parameter[];
  readonly frontier: Readonly<Record<string, Interval>>;
  readonly findings: readonly { readonly code: string; readonly message: string }[];
  readonly fit: { readonly backtest: Backtest | null };
  readonly curves: readonly Curve[];
  readonly residuals: AgainstLaw;
  /** Runs that tested a prediction, which the law doesn't know, and how far it misses them. */
  readonly tested: AgainstLaw;
  readonly fitted_at: number;
}

/**
 * `ageSeconds`: how old the fit was when it was sent, by the server's own clock; `asked`: the options
 * that it was asked for with.
 */
export type FitAnswer = (NoFit | FittedLaw) & {
  readonly ageSeconds: number;
  readonly asked: Options;
};

/** The server said what is wrong with a request, or can't be reached. */
export class RouteError extends Error {}

export async function fetchVersion(signal: AbortSignal): Promise<string> {
  const { body } = await get<{ version: string }>("version", {}, signal);
  return body.version;
}

export async function fetchRuns(options: Options, signal: AbortSignal): Promise<RunsAnswer> {
  return (await get<RunsAnswer>("runs", tableParameters(options), signal)).body;
}

export async function fetchFit(options: Options, signal: AbortSignal): Promise<FitAnswer> {
  const asked = {
    form: options.form,
    x: options.x,
    level: String(options.level),
    ...tableParameters(options),
  };
  const { body, sentAt } = await get<NoFit | FittedLaw>("fit", asked, signal);
  const ageSeconds = body.reason === null ? Math.max(0, sentAt - body.fitted_at) : 0;
  return { ...body, ageSeconds, asked: options };
}

function tableParameters({ loss, paramConvention, runs }: Options): Record<string, string> {
  return { loss, param_convention: paramConvention, runs };
}

/** Get a route, relative to the page: TensorBoard may live below any path. */
async function get<T>(
  route: string,
  parameters: Record<string, string>,
  signal: AbortSignal,
): Promise<{ body: T; sentAt: number }> {
  const query = new URLSearchParams(parameters).toString();
  let response: Response;
  try {
    response = await fetch(query ? `./${route}?${query}` : `./${route}`, { signal });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new RouteError("TensorBoard does not answer. Trying again every few seconds.");
  }
  const body: unknown = await response.json().catch(() => ({}));
  if (!response.ok) {
    const sentence = (body as { error?: unknown }).error;
    throw new RouteError(
      typeof sentence === "string" ? sentence : `TensorBoard answered ${response.status}.`,
    );
  }
  // A proxy may drop the header; then the clocks are taken to agree.
  const date = Date.parse(response.headers.get("Date") ?? "");
  return { body: body as T, sentAt: (Number.isNaN(date) ? Date.now() : date) / 1000 };
}
