import type { ScenarioIssue } from './issues.ts';
import type { Draft, Resolved } from './resolve.ts';
import type { SlabSpec } from './schema.ts';
import { issueAt } from './zod_issues.ts';

/** What an order book asks of the rest of its slab. */
export function checkBook({ spec, node, path }: Resolved<SlabSpec>): ScenarioIssue[] {
  if (spec.matcher.kind !== 'book') return [];
  if (spec.fundingRateBps === 0) return [];
  const message = 'the funding of a book follows its mark price: leave this out and set `matcher.funding`';
  return [issueAt(node, ['funding_rate'], path, message)];
}

/** Designated LPs need a book to be designated on. */
export function checkDesignatedLps({ population, slabs }: Draft): ScenarioIssue[] {
  const books = slabs.filter(({ spec }) => spec.matcher.kind === 'book').map(({ spec }) => spec.id);
  return population
    .filter(({ spec }) => spec.designatedLp && !spec.slabs.some((id) => books.includes(id)))
    .map(({ node, path }) =>
      issueAt(node, ['designated_lp'], path, 'none of the slabs of this group has an order book'),
    );
}
