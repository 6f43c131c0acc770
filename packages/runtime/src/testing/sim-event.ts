/** Something that can happen next in a simulated world. */
export interface SimEvent {
  readonly label: string;
  /** Whether it may let code run that waits for it. */
  readonly wakes?: boolean;
  happen(): void;
}
