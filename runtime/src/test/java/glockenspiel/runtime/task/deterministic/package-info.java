/** Tests of the deterministic scheduler. */
@NullMarked
package glockenspiel.runtime.task.deterministic;

import org.jspecify.annotations.NullMarked;
