/** Tests of the fuzzer, and what it has found. */
@NullMarked
package glockenspiel.simulation.fuzz;

import org.jspecify.annotations.NullMarked;
