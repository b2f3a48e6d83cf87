package glockenspiel.node.withdraw;

/**
 * A withdraw, under way or over.
 *
 * @param millis how long it took, or has taken so far
 * @param secondaryWithdraws further withdraws that came while it ran
 * @param releasesHeldBack releases of I/O glocks that were held back until the journal was clean
 */
public record WithdrawStatus(
    WithdrawKind kind,
    String reason,
    WithdrawStep step,
    long millis,
    long secondaryWithdraws,
    int releasesHeldBack) {}
