/**
 * Serial owners whose order of execution is decided by a seed: time is a number, tasks are
 * coroutines, exactly one thing runs at a time, and the same seed gives the same run. The
 * simulation and the tests of pure packages call in; it imports the task seam only.
 */
@NullMarked
package glockenspiel.runtime.task.deterministic;

import org.jspecify.annotations.NullMarked;
