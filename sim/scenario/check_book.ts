import { type SlabParams, validateSlabParams } from '../../engine/slab/params.ts';
import { BOOK_KEYS } from './book.ts';
import type { ScenarioIssue } from './issues.ts';
import type { Draft, Resolved } from './resolve.ts';
import type { AgentModules, SlabSpec } from './schema.ts';
import { issueAt } from './zod_issues.ts';

/** What an order book asks of the rest of its slab. */
export function checkBook({ spec, node, path }: Resolved<SlabSpec>): ScenarioIssue[] {
  const { matcher, risk } = spec;
  if (matcher.kind !== 'book') return [];
  const issues = validateSlabParams(matcher.params, risk).map(({ field, message }) =>
    issueAt(
      node,
      ['matcher', ...BOOK_KEYS[field as keyof SlabParams]],
      path,
      `the slab refuses it: ${message}`,
    ),
  );
  if (spec.fundingRateBps !== 0) {
    const message = 'the funding of a book follows its mark price: leave this out and set `matcher.funding`';
    issues.push(issueAt(node, ['funding_rate'], path, message));
  }
  return issues;
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

/** Agents that need a book, on slabs that have none. */
export function checkBookAgents(draft: Draft, modules: AgentModules): ScenarioIssue[] {
  const plain = draft.slabs.filter(({ spec }) => spec.matcher.kind !== 'book').map(({ spec }) => spec.id);
  return [...draft.population, ...draft.attacks].flatMap(({ spec, node, path }) => {
    const without = spec.slabs.find((id) => plain.includes(id));
    if (without === undefined || modules[spec.kind]?.needsBook?.(spec.params) !== true) return [];
    const message = `such a ${spec.kind} needs an order book, and slab ${without} has none (\`matcher: {kind: book}\`)`;
    return [issueAt(node, ['slabs'], path, message)];
  });
}
