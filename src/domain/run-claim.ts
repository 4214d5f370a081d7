/**
 * The part of an execution's options that says which request it was started for, where its id stands for a key that may
 * come again.
 */
export function claimMemo(claim: string | undefined): { readonly claim?: string } {
  return claim === undefined ? {} : { claim };
}

/** Undefined for a run whose id was made at random, and for one of an earlier version. */
export function claimOfMemo(memo: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const claim = memo?.['claim'];
  return typeof claim === 'string' ? claim : undefined;
}
