import { categoryLimits, type Category } from './category.ts';

/** What a run of Extend's contract may answer with: a category that has an id and a type of its own. */
export interface ClassificationOption {
  readonly id: string;
  readonly type: string;
  readonly description: string;
}

/** The type of the classification for what fits none of the others, which no configuration may lack. */
export const catchAllType = 'other';

export interface OptionCategories {
  readonly categories: readonly Category[];
  /** The name of the category for what fits none of the others. */
  readonly catchAll?: string;
}

/**
 * The categories that stand for classifications. A category's name is the type; a type that comes again gets a number,
 * because the names of categories are unique.
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

/** The classification that a category of `toCategories` stands for. */
export function optionOfCategory(
  options: readonly ClassificationOption[],
  category: string,
): ClassificationOption | undefined {
  return nameOptions(options).find(({ name }) => name === category)?.option;
}

/** The category that stands for the classification of this id, or of this type, or of both where both are given. */
export function categoryOfOption(
  options: readonly ClassificationOption[],
  { id, type }: { readonly id?: string | undefined; readonly type?: string | undefined },
): string | undefined {
  return nameOptions(options).find(
    ({ option }) => (id === undefined || option.id === id) && (type === undefined || option.type === type),
  )?.name;
}

/** What is left of a name beside a number. */
const maxTypeLength = categoryLimits.maxNameLength - 10;

/** Never ends in the middle of a character. */
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
