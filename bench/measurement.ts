import type { Lab } from './lab.ts';

/** `x`: ours divided by the peer's. `MB`: ours less the peer's. */
export type Unit = 'x' | 'MB';

export type Goal = { readonly atMost: number } | { readonly atLeast: number };

/** One line of the table: a figure of ours against its peer, both from the same run. */
export interface Row {
  readonly what: string;
  readonly against: string;
  readonly figure: number;
  readonly unit: Unit;
  /** Absent: the figure explains another one. */
  readonly goal?: Goal;
  /** What was measured, in its own units, for whoever doubts the figure. */
  readonly detail: string;
}

export interface Outcome {
  readonly rows: readonly Row[];
  /** Free text below the table, such as where the time goes. */
  readonly notes?: readonly string[];
  /** Why there is no figure on this machine. */
  readonly skipped?: string;
}

export interface Measurement {
  readonly name: string;
  readonly title: string;
  measure(lab: Lab): Promise<Outcome>;
}

/** Undefined for a row without a goal. */
export function isMet({ figure, goal }: Row): boolean | undefined {
  if (!goal) return undefined;
  return 'atMost' in goal ? figure <= goal.atMost : figure >= goal.atLeast;
}
