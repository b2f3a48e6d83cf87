package glockenspiel.cli.demo;

/**
 * Whether a rule of docs/architecture.md was kept in a run.
 *
 * @param rule its number
 * @param evidence what was seen, in one line
 */
record RuleResult(int rule, boolean held, String evidence) {}
