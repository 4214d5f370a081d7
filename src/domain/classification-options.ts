import { categoryLimits, type Category } from './category.ts';

/** A possible answer of a run of Extend's contract: a category with an id and a type. */
export interface ClassificationOption {
  readonly id: string;
  readonly type: string;
  readonly description: string;
}

/** The type of the classification for everything else; every configuration needs it. */
export const catchAllType = 'other';

export interface OptionCategories {
  readonly categories: readonly Category[];
  /** The name of the category for what fits none of the others. */
  readonly catchAll?: string;
}

/**
 * Converts classifications to categories. The type becomes the name. A repeated type gets a number, because names of
 * categories are unique.
 */
export function toCategories(options: readonly ClassificationOption[]): OptionCategories {
  const named = nameOptions(options);
  const catchAll = named.find(({ option }) => option.type === catchAllType)?.name;
  return {
    categories: named.map(({ name, option: { description } }) =>
      description.trim() === '' ? { name } : { name, description: description.trim() },
    ),
    ...(catchAll !== undefined && { catchAll }),
  };
}

/** The classification of a category made by `toCategories`. */
export function optionOfCategory(
  options: readonly ClassificationOption[],
  category: string,
): ClassificationOption | undefined {
  return nameOptions(options).find(({ name }) => name === category)?.option;
}

/** The category of the classification with this id, this type, or both. */
export function categoryOfOption(
  options: readonly ClassificationOption[],
  { id, type }: { readonly id?: string | undefined; readonly type?: string | undefined },
): string | undefined {
  return nameOptions(options).find(
    ({ option }) => (id === undefined || option.id === id) && (type === undefined || option.type === type),
  )?.name;
}

/** Leaves room for a number. */
const maxTypeLength = categoryLimits.maxNameLength - 10;

/** Cuts between characters. */
function shortened(type: string): string {
  return type.slice(0, maxTypeLength).replace(/[\uD800-\uDBFF]$/, '');
}

function nameOptions(
  options: readonly ClassificationOption[],
): { readonly name: string; readonly option: ClassificationOption }[] {
  const taken = new Set<string>();
  return options.map((option) => {
    const type = option.type.trim();
    let name = type;
    for (let count = 2; taken.has(name); count++) name = `${shortened(type)} (${count})`;
    taken.add(name);
    return { name, option };
  });
}
