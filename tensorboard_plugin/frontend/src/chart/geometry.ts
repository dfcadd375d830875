// From values to pixels and back.

import { shareAt, valueAt, type View } from "../view";

export const MARGIN = { top: 10, right: 20, bottom: 44, left: 60 } as const;

/** The plot's frame in pixels and the view that it shows. */
export class Geometry {
  readonly left = MARGIN.left;
  readonly top = MARGIN.top;
  readonly right: number;
  readonly bottom: number;

  constructor(
    readonly width: number,
    readonly height: number,
    readonly view: View,
  ) {
    this.right = Math.max(width - MARGIN.right, this.left + 1);
    this.bottom = Math.max(height - MARGIN.bottom, this.top + 1);
  }

  get innerWidth(): number {
    return this.right - this.left;
  }

  get innerHeight(): number {
    return this.bottom - this.top;
  }

  x(value: number): number {
    return this.left + shareAt(this.view.x, value) * this.innerWidth;
  }

  y(value: number): number {
    return this.bottom - shareAt(this.view.y, value) * this.innerHeight;
  }

  /** How far along the horizontal axis a pixel is, 0 to 1 inside the frame. */
  shareX(pixel: number): number {
    return (pixel - this.left) / this.innerWidth;
  }

  /** How far up the vertical axis a pixel is. */
  shareY(pixel: number): number {
    return (this.bottom - pixel) / this.innerHeight;
  }

  valueX(pixel: number): number {
    return valueAt(this.view.x, this.shareX(pixel));
  }

  contains(x: number, y: number): boolean {
    return x >= this.left && x <= this.right && y >= this.top && y <= this.bottom;
  }
}
