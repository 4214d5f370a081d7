import type { Kind } from './kind.ts';

/** What hangs in kitchens and stands on packages. */
export const householdKinds: readonly Kind[] = [
  {
    id: 'recipe',
    names: {
      en: 'recipe, cooking recipe, recipe card',
      de: 'Kochrezept, Backrezept',
      fr: 'recette, recette de cuisine',
      es: 'receta de cocina',
      it: 'ricetta di cucina',
      pt: 'receita culinária',
      nl: 'kookrecept',
      pl: 'przepis, przepis kulinarny',
      zh: '食谱, 菜谱',
      ja: 'レシピ',
      ru: 'рецепт блюда, кулинарный рецепт',
    },
    telltales: {
      en: 'ingredients, preheat, tablespoon, teaspoon, tbsp, tsp, cups, servings, serves, prep time, cook time, oven, stir, bake, simmer, chopped, minutes',
      de: 'Zutaten, Zubereitung, Esslöffel, Teelöffel, Backofen',
      fr: 'ingrédients, préparation, cuisson, cuillère à soupe',
      es: 'ingredientes, preparación, cucharada',
      it: 'ingredienti, preparazione, cucchiaio',
    },
    cues: { amounts: -1 },
  },
  {
    id: 'product_label',
    names: {
      en: 'product label, nutrition label, food label, packaging, nutrition facts, product packaging, label',
      de: 'Etikett, Produktetikett, Nährwertangaben',
      fr: 'étiquette, étiquette produit, valeurs nutritionnelles',
      es: 'etiqueta, información nutricional',
      it: 'etichetta, valori nutrizionali',
      pt: 'rótulo, informação nutricional',
      nl: 'etiket, voedingswaarde',
      zh: '产品标签, 营养成分表',
      ja: '商品ラベル, 栄養成分表示',
    },
    telltales: {
      en: 'serving size, calories, total fat, sodium, carbohydrate, protein, ingredients, net wt, best before, daily value, dietary fiber, sugars, cholesterol, contains, keep refrigerated',
      de: 'Zutaten, mindestens haltbar bis, Brennwert, Nährwerte',
      fr: 'ingrédients, à consommer de préférence, glucides',
      es: 'consumir preferentemente, ingredientes',
    },
    cues: { fewWords: 0.5, prose: -1, amounts: -1 },
  },
];
