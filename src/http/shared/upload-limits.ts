const megabyte = 1_000_000;

/** Bounds of one upload. All but the first have defaults. */
export interface UploadLimits {
  readonly maxFileBytes: number;
  /** All text fields together, names and part headers included. */
  readonly maxFormBytes?: number;
  readonly maxFieldBytes?: number;
  readonly maxFieldNameBytes?: number;
  readonly maxFields?: number;
  readonly maxParts?: number;
  /** The longest wait for the client's next bytes. */
  readonly idleTimeoutMs?: number;
}

export const uploadDefaults = {
  // 200 categories with descriptions of 2,000 characters of three bytes each fit.
  maxFormBytes: 4 * megabyte,
  maxFieldBytes: 2 * megabyte,
  maxFieldNameBytes: 200,
  // As many as 200 categories are in parts, each with a name and a description.
  maxFields: 450,
  maxParts: 460,
  idleTimeoutMs: 60_000,
} as const satisfies Omit<Required<UploadLimits>, 'maxFileBytes'>;
