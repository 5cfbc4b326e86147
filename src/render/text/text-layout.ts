/** How much room text has, and whether it may be coloured. */
export interface TextLayout {
  /** Cells. */
  readonly width: number;
  readonly colour: boolean;
}
