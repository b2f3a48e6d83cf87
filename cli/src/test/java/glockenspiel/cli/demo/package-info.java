/** Whole clusters in one process, for every fault that a demonstration knows. */
@NullMarked
package glockenspiel.cli.demo;

import org.jspecify.annotations.NullMarked;
