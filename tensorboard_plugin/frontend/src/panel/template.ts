// Templates of formulas, such as `L(N) = {floor} + {coef} / N^{exponent}`, read into their parts.

/** What a formula is made of; a `parameter` stood in braces, a `word` is a variable or a number. */
export type Expression =
  | { readonly kind: "parameter" | "word"; readonly text: string }
  | { readonly kind: "sum"; readonly terms: readonly Term[] }
  | { readonly kind: "product"; readonly factors: readonly Expression[] }
  | { readonly kind: "quotient"; readonly top: Expression; readonly bottom: Expression }
  | { readonly kind: "power"; readonly base: Expression; readonly exponent: Expression };

export interface Term {
  readonly minus: boolean;
  readonly value: Expression;
}

export interface Formula {
  /** A text such as `L(N, D)` where it is the value of a function. */
  readonly left: Expression | string;
  readonly right: Expression;
}

const FUNCTION = /^\w+\([\w, ]+\)$/;
const TOKEN = /\s*(\{\w+\}|\w+'?|[-+/^()])\s*/y;
/** What follows a formula to say what else is in it: `, R_D = {data_repetitions}`. */
const NOTES = /, (?=\w+ = )/;

/** Read a template; null if it has another shape, and is to be shown as text. */
export function parseTemplate(template: string): Formula | null {
  const [left = "", right, ...more] = (template.split(NOTES)[0] ?? "").split(" = ");
  if (right === undefined || more.length) return null;
  const [leftSide, rightSide] = [FUNCTION.test(left) ? left : parse(left), parse(right)];
  return leftSide !== null && rightSide ? { left: leftSide, right: rightSide } : null;
}

/** Whether an exponent is itself a formula. */
export function hasCompoundExponent(expression: Expression): boolean {
  if (expression.kind === "power") {
    const { base, exponent } = expression;
    return !isSingle(exponent) || hasCompoundExponent(base);
  }
  return partsOf(expression).some(hasCompoundExponent);
}

export function hasQuotient(expression: Expression): boolean {
  return expression.kind === "quotient" || partsOf(expression).some(hasQuotient);
}

export function isSingle({ kind }: Expression): boolean {
  return kind === "parameter" || kind === "word";
}

function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case "sum":
      return expression.terms.map(({ value }) => value);
    case "product":
      return expression.factors;
    case "quotient":
      return [expression.top, expression.bottom];
    case "power":
      return [expression.base, expression.exponent];
    default:
      return [];
  }
}

function parse(text: string): Expression | null {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let at = 0; at < text.length; at = TOKEN.lastIndex) {
    const token = TOKEN.exec(text)?.[1];
    if (token === undefined) return null;
    tokens.push(token);
  }
  const reader = new Reader(tokens);
  const expression = reader.sum();
  return reader.isAtEnd ? expression : null;
}

/** Reads tokens from left to right; every method returns null where they make no sense. */
class Reader {
  private at = 0;

  constructor(private readonly tokens: readonly string[]) {}

  get isAtEnd(): boolean {
    return this.at === this.tokens.length;
  }

  sum(): Expression | null {
    const terms: Term[] = [];
    for (let minus = false; ; minus = this.tokens[this.at - 1] === "-") {
      const value = this.product();
      if (!value) return null;
      terms.push({ minus, value });
      if (!this.take("+") && !this.take("-")) break;
    }
    const [first] = terms;
    return terms.length === 1 && first ? first.value : { kind: "sum", terms };
  }

  /** Factors side by side, then what they are divided by: `a b / c / d`. */
  private product(): Expression | null {
    const top = this.factors(() => this.startsFactor());
    if (!this.take("/")) return top && productOf(top);
    const bottom = this.factors(() => this.take("/"));
    return top && bottom && { kind: "quotient", top: productOf(top), bottom: productOf(bottom) };
  }

  private factors(goesOn: () => boolean): Expression[] | null {
    const found: Expression[] = [];
    do {
      const factor = this.power();
      if (!factor) return null;
      found.push(factor);
    } while (goesOn());
    return found;
  }

  private power(): Expression | null {
    const base = this.atom();
    if (!base || !this.take("^")) return base;
    const exponent = this.atom();
    return exponent && { kind: "power", base, exponent };
  }

  private atom(): Expression | null {
    if (this.take("(")) {
      const inner = this.sum();
      return this.take(")") ? inner : null;
    }
    if (!this.startsFactor()) return null;
    const token = this.tokens[this.at++] ?? "";
    // A function, whose value is no product.
    if (/^[a-z]\w+$/i.test(token) && this.tokens[this.at] === "(") return null;
    const isParameter = token.startsWith("{");
    return { kind: isParameter ? "parameter" : "word", text: isParameter ? token.slice(1, -1) : token };
  }

  private startsFactor(): boolean {
    return /^[{(\w]/.test(this.tokens[this.at] ?? "");
  }

  private take(token: string): boolean {
    if (this.tokens[this.at] !== token) return false;
    this.at++;
    return true;
  }
}

function productOf(factors: readonly Expression[]): Expression {
  const [first] = factors;
  return factors.length === 1 && first ? first : { kind: "product", factors };
}
