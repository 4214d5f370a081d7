export { searchAttributes } from '../domain/search-attributes.ts';
