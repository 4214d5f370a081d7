/** A line or a piece of a line of text in a picture: a rectangle about a centre, turned by `angle`. In pixels. */
export interface TextBox {
  readonly centreX: number;
  readonly centreY: number;
  /** Along the direction of the text. */
  readonly length: number;
  /** Across it. */
  readonly height: number;
  /** Of the text's direction against the x axis, in radians, within (-pi/2, pi/2]. */
  readonly angle: number;
}

/** True when the text runs rather down the page than across it. */
export function isVertical(box: TextBox): boolean {
  return Math.abs(box.angle) > Math.PI / 4 && box.length > box.height * 1.5;
}
