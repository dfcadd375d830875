// Numbers as people read them. Pure: what becomes text and what becomes a superscript is said here,
// the elements are made elsewhere.

import { format } from "d3-format";

/** `mantissa × 10^exponent`; an empty mantissa stands for 1. */
export interface Scientific {
  readonly mantissa: string;
  readonly exponent: number;
}

const MINUS = "−";
const SI = format(".3~s");

/** A number in scientific notation with `digits` significant digits; `trim` drops zeros at the end. */
export function scientific(value: number, digits = 2, { trim = true } = {}): Scientific {
  const [mantissa = "", exponent = "0"] = value.toExponential(digits - 1).split("e");
  const short = trim && mantissa.includes(".") ? mantissa.replace(/\.?0+$/, "") : mantissa;
  return { mantissa: short === "1" ? "" : short, exponent: Number(exponent) };
}

/** Scientific notation where only plain text will do. */
export function scientificText(value: number, digits = 2): string {
  if (!Number.isFinite(value)) return "unknown";
  const { mantissa, exponent } = scientific(value, digits);
  return `${mantissa || "1"}e${exponent}`;
}

/** A count such as parameters or examples: 831, 45.2k, 1.05M, 1.4B. */
export function count(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return "–";
  if (value < 1000) return `${Number(value.toPrecision(3))}`;
  return SI(value).replace("G", "B");
}

/** A number with `digits` significant digits and no exponent: a loss. */
export function significant(value: number | null, digits = 4): string {
  if (value === null || !Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const decimals = digits - 1 - Math.floor(Math.log10(Math.abs(value)));
  return signed(value.toFixed(Math.min(Math.max(decimals, 0), 12)));
}

/** A relative difference with its sign: +0.4 %; above 1000 % the factor: 17×. */
export function percent(share: number | null, decimals = 1): string {
  if (share === null || !Number.isFinite(share)) return "–";
  if (share > 10) return factor(1 + share);
  const text = (100 * share).toFixed(decimals);
  const isZero = Number(text) === 0;
  return `${isZero || share < 0 ? "" : "+"}${signed(isZero ? text.replace("-", "") : text)} %`;
}

/** A share without a sign: 90 %. */
export function share(value: number): string {
  return `${Number((100 * value).toPrecision(3))} %`;
}

/** The weight of a part that is neither nothing nor all: 96 %, <1 %. */
export function weightText(weight: number): string {
  if (weight < 0.01) return "<1 %";
  return weight > 0.99 ? ">99 %" : `${Math.round(100 * weight)} %`;
}

/** A number as text, or in parts where it takes a power of ten. */
export type NumberText = string | Scientific;

/**
 * A value and the ends of its interval, with as many decimals as the interval makes meaningful.
 *
 * Where the numbers are very large, very small or far apart, each has three digits of its own, as
 * has one of which those decimals would leave nothing.
 */
export function withInterval(value: number, low: number, high: number): NumberText[] {
  const numbers = [value, low, high];
  const largest = Math.max(...numbers.map(Math.abs));
  if (!(largest > 0) || !Number.isFinite(largest)) return ["–", "–", "–"];
  const farApart = largest / Math.max(Math.abs(value), 1e-300) >= 1e4 && largest >= 1;
  if (largest >= 1e5 || largest < 1e-3 || farApart) return numbers.map((number) => threeDigits(number));
  const width = Math.abs(high - low) || largest * 1e-4;
  const wanted = 1 - Math.floor(Math.log10(width));
  const most = 4 - Math.floor(Math.log10(largest));
  const decimals = Math.min(Math.max(wanted, 0), Math.max(most, 0), 6);
  return numbers.map((number) => {
    const text = number.toFixed(decimals);
    return Number(text) === 0 ? threeDigits(number) : signed(text);
  });
}

function threeDigits(value: number): NumberText {
  const size = Math.abs(value);
  if (size === 0) return "0";
  return size >= 1e-3 && size < 1e5 ? significant(value, 3) : scientific(value, 2);
}

/** How long ago something was, in the largest fitting unit. */
export function ago(seconds: number): string {
  if (seconds < 5) return "just now";
  return `${duration(seconds)} ago`;
}

/** A duration in its largest fitting unit: 12 s, 3 min, 2 h, 5 d. */
export function duration(seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds)) return "–";
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} d`;
}

/** "1 run", "2 runs". */
export function plural(n: number, noun: string): string {
  return `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;
}

/** A factor: 1.4×, 17×. */
export function factor(value: number): string {
  return `${value < 10 ? Number(value.toPrecision(2)) : count(Math.round(value))}×`;
}

function signed(text: string): string {
  return text.replace("-", MINUS);
}

/** How runs stand, in a phrase: "9 completed, 3 running". */
export function statusText(counts: readonly (readonly [string, number])[]): string {
  return counts.map(([status, n]) => `${n.toLocaleString("en")} ${status}`).join(", ");
}
