/**
 * Samples, medians, and the rows that a benchmark prints. Every benchmark calls in; it imports
 * nothing of the project.
 */
@NullMarked
package glockenspiel.bench.measure;

import org.jspecify.annotations.NullMarked;
