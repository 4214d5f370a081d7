import { toCategories, type OptionCategories } from '../../domain/classification-options.ts';
import type { PageSelection } from '../../domain/page-selection.ts';
import type { ClassifyConfig } from './classify-config.ts';

export interface PageLimits {
  /** Pages that are read when a configuration says nothing. */
  readonly defaultPages: number;
  /** Most pages that are ever read. */
  readonly maxPages: number;
}

/** A configuration's question about a document, in the workflow's words. */
export interface RunQuestion extends OptionCategories {
  readonly selection: PageSelection;
  readonly instructions?: string;
}

/**
 * Applies page ranges up to the operator's limit; the context `max` reads as many pages as that allows. The named model
 * or parser of Extend changes nothing here; it is stored and returned.
 */
export function questionOf(config: ClassifyConfig, { defaultPages, maxPages }: PageLimits): RunQuestion {
  const { classifications, classificationRules = '', advancedOptions } = config;
  const { pageRanges = [], context } = advancedOptions ?? {};
  const ranges = pageRanges.map(({ start, end }) => ({ first: start, last: end }));
  const readsAll = ranges.length > 0 || context === 'max';
  return {
    ...toCategories(classifications),
    selection: { ranges, maxPages: readsAll ? maxPages : Math.min(defaultPages, maxPages) },
    ...(classificationRules.trim() !== '' && { instructions: classificationRules }),
  };
}

export type ConfigOverride = Omit<ClassifyConfig, 'classifications'> & {
  readonly classifications?: ClassifyConfig['classifications'] | undefined;
};

/** Replaces members of a configuration by those of another, each as a whole. */
export function withOverride(config: ClassifyConfig, override: ConfigOverride = {}): ClassifyConfig {
  return { ...config, ...override, classifications: override.classifications ?? config.classifications };
}
