import type { Constraints } from '../records/grant.js';

/** Where `next` would allow more than `asked` does. An absent limit allows everything, absent recipients nobody but the assignee, absent marks none. */
export function widened(asked: Constraints, next: Constraints): { readonly given: string; readonly accepted: string } | undefined {
  const time = (value: string) => Date.parse(value);
  if (asked.validFrom !== undefined && next.validFrom !== undefined && time(next.validFrom) < time(asked.validFrom))
    return { given: `validFrom ${next.validFrom}`, accepted: `not before ${asked.validFrom}` };
  if (asked.validTo !== undefined && next.validTo !== undefined && time(next.validTo) > time(asked.validTo))
    return { given: `validTo ${next.validTo}`, accepted: `not after ${asked.validTo}` };
  if (asked.maxCount !== undefined && next.maxCount !== undefined && next.maxCount > asked.maxCount)
    return { given: `maxCount ${next.maxCount}`, accepted: `at most ${asked.maxCount}` };
  if (asked.maxRows !== undefined && next.maxRows !== undefined && next.maxRows > asked.maxRows)
    return { given: `maxRows ${next.maxRows}`, accepted: `at most ${asked.maxRows}` };
  const added = next.recipients?.filter((recipient) => !asked.recipients?.includes(recipient)) ?? [];
  if (added.length > 0) return { given: `recipients ${added.join(', ')}`, accepted: asked.recipients?.join(', ') || 'the assignee alone' };
  const marked = next.marks?.filter((mark) => !asked.marks?.includes(mark)) ?? [];
  if (marked.length > 0) return { given: `marks ${marked.join(', ')}`, accepted: asked.marks?.join(', ') || 'none' };
  return undefined;
}
