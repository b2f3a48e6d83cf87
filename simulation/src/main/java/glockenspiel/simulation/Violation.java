package glockenspiel.simulation;

/**
 * A rule that was broken.
 *
 * @param seed the world's
 * @param rule its number in docs/architecture.md; 0 for the contract of a port
 * @param at nanoseconds of simulated time
 * @param what in one line
 */
public record Violation(long seed, int rule, long at, String what) {}
