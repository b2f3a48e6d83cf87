package glockenspiel.node.glock;

/**
 * The cache in numbers.
 *
 * @param known glocks that the node knows
 * @param held of these, how many it holds in the cluster
 * @param heldBack I/O glocks whose release waited, or waits, for the journal to be clean; counted
 *     once each
 * @param requests sent so far
 * @param demotes demote requests that came so far, and meant a present grant
 * @param demotesStale demote requests that meant a grant which was gone already
 */
public record GlockCounts(
    int known, int held, int heldBack, long requests, long demotes, long demotesStale) {}
