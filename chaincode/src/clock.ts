/**
 * The endorser's own clock, used for one thing: to refuse a proposal whose time lies too far from it (DOMAIN rule 11). Nothing that is
 * written depends on it, so endorsers whose clocks differ still compute identical bytes. The embedded engine replaces `now` for the
 * declared span of its demonstration.
 */
export const endorserClock: { now: () => number } = { now: () => Date.now() };
