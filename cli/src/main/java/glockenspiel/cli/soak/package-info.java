/**
 * {@code glock soak}: a cluster of real processes that is disturbed at random for as long as one
 * likes, and the proof that nothing was lost. The command calls in; it imports the processes and
 * the workload.
 */
@NullMarked
package glockenspiel.cli.soak;

import org.jspecify.annotations.NullMarked;
