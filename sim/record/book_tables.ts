import type { BookTables } from './book_types.ts';

/** What a slab without an order book has to say of one. */
export const NO_BOOK: BookTables = { bookSeries: [], bookTrading: [], bookOrders: [], books: [] };

/** The tables of all slabs, one slab after the other. */
export function joinBookTables(slabs: readonly BookTables[]): BookTables {
  return {
    bookSeries: slabs.flatMap((slab) => slab.bookSeries),
    bookTrading: slabs.flatMap((slab) => slab.bookTrading),
    bookOrders: slabs.flatMap((slab) => slab.bookOrders),
    books: slabs.flatMap((slab) => slab.books),
  };
}
